package fake

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Options configures a Server.
type Options struct {
	APIKey     string           // required; the value that X-API-Key must have
	Version    string           // version of Pocket ID to imitate, such as "2.13.0"; defaults to the newest recorded one
	Issuer     string           // issuer of the tokens; defaults to "http://" and the host of each request
	Now        func() time.Time // clock; defaults to time.Now
	Seed       *Seed            // objects that the server has from the start; defaults to none
	HTTPClient *http.Client     // fetches the public keys of other issuers; defaults to a client with a timeout of 15 seconds

	// Imitates a version that the fake does not know yet: fields of clients and
	// of federated identities that no supported version has are stored and
	// returned. A PUT that omits them resets them, as it does with any field.
	StoreUnknownFields bool
	// Creates a secret with each new confidential client and returns it as
	// createdSecret, as versions since 2.17 do unless a setting turns it off.
	// Requires version 2.14.0 or later.
	AutoCreateClientSecret bool
	// Root of the icon library of versions since 2.18, in the layout of
	// selfh.st/icons. If it is empty, the library is disabled. A real server has one
	// by default; the fake contacts no other server by itself.
	IconLibraryURL string
}

// withDefaults validates the options. It returns them with their defaults, and the
// features of the version.
func (o Options) withDefaults() (Options, features, error) {
	if o.APIKey == "" {
		return o, features{}, errors.New("the API key is required")
	}
	if o.Version == "" {
		o.Version = newestRecorded
	}
	version, err := parseVersion(o.Version)
	if err != nil {
		return o, features{}, err
	}
	f := featuresOf(version)
	if o.AutoCreateClientSecret && !f.multipleSecrets {
		return o, f, fmt.Errorf("a secret for each new client requires version 2.14.0 or later (got %s)", o.Version)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Timeout: 15 * time.Second}
	}
	o.Issuer = strings.TrimRight(o.Issuer, "/")
	return o, f, nil
}
