package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/blang/semver"
)

// Feature is something that only some Pocket ID versions have.
type Feature string

// Since when the server knows what the provider uses (from its tags and from
// running it; pocket-id-api, sections 2 to 5 and 12).
const (
	DefaultPictureDeletion      Feature = "1.15.0"
	ForeignSubjects             Feature = "2.4.0" // a federated identity's subject may be another than the client's id
	ShownPasskeys               Feature = "2.6.0" // an administrator sees the passkeys of others
	AnyFavicon                  Feature = "2.5.0" // SVG and PNG too; before, ICO only
	BackgroundDeletion          Feature = "2.5.0"
	PushedAuthorizationRequests Feature = "2.9.0"
	PublicPAR                   Feature = "2.10.0" // 2.9 makes it false for a public client
	Descriptions                Feature = "2.10.0"
	SkipConsent                 Feature = "2.10.0"
	ReplayProtection            Feature = "2.10.0"
	APIs                        Feature = "2.10.0"
	OwnSecretValue              Feature = "2.12.0"
	OwnUserID                   Feature = "2.12.0"
	TokenLifetimes              Feature = "2.13.0"
	PasskeyPolicy               Feature = "2.13.0" // webauthn… among the settings
	ClientDocuments             Feature = "2.13.0" // clients whose id is the URL of a document about them, and the setting that allows them
	LogoDeletion                Feature = "2.14.0" // of the instance's logos
	ManySecrets                 Feature = "2.14.0" // /secrets with ids and expiry; before it /secret, which replaces the only one
	GrantsPerAPI                Feature = "2.14.0" // before, a client's permissions of all APIs are written at once, and there is no access without one
	MetadataClientAccess        Feature = "2.14.0" // to an API, for clients that describe themselves
	TrimmedResources            Feature = "2.14.0" // an API's resource loses a / at its end
	PublicKeys                  Feature = "2.15.0" // of an issuer, in a federated identity
	BackchannelLogout           Feature = "2.17.0"
	SecretsWithClients          Feature = "2.17.0" // the setting that a confidential client is made with a secret
	NoLearnedCallbacks          Feature = "2.10.0" // a client without callback URLs no longer learns the first it sees
)

// Since is the first version that has f.
func (f Feature) Since() string { return string(f) }

// Version is a server's version. One that cannot be parsed ("development")
// counts as newer than all we know of, and the zero Version as older than 2.3.0,
// the first that tells its version.
type Version struct {
	text   string
	parsed *semver.Version
}

func (v Version) String() string {
	if v.text == "" {
		return "older than 2.3.0"
	}
	return v.text
}

// Has tells whether a server of this version has f. A pre-release has what its release has.
func (v Version) Has(f Feature) bool {
	if v.text == "" {
		return false
	}
	if v.parsed == nil {
		return true
	}
	since := semver.MustParse(string(f))
	release := *v.parsed
	release.Pre = nil
	return release.GTE(since)
}

// ParseVersion reads a version as the server words it.
func ParseVersion(text string) Version {
	v := Version{text: text}
	if parsed, err := semver.ParseTolerant(text); err == nil {
		v.parsed = &parsed
	}
	return v
}

// Version is the server's version, asked once.
func (c *Conn) Version(ctx context.Context) (Version, error) { return c.askVersion(ctx, c.retry) }

// VersionAtOnce is Version without waiting for a server that is away.
func (c *Conn) VersionAtOnce(ctx context.Context) (Version, error) {
	return c.askVersion(ctx, retryPolicy{tries: min(1, c.retry.tries), hasty: true})
}

func (c *Conn) askVersion(ctx context.Context, p retryPolicy) (Version, error) {
	return c.version.get(ctx, func() (Version, error) {
		var out struct {
			CurrentVersion string `json:"currentVersion"`
		}
		r := request{method: http.MethodGet, path: "api/version/current"}
		err := c.ask(ctx, p, r, &out)
		var e *Error
		if errors.As(err, &e) && e.routeMissing {
			if _, err := c.askIssuer(ctx, p); err == nil {
				return Version{}, nil // it is a Pocket ID, and has no such route
			}
		}
		if err == nil && out.CurrentVersion == "" {
			err = r.lacks("currentVersion")
		}
		return ParseVersion(clipped(out.CurrentVersion, 100)), err
	})
}

// Issuer is what this instance calls itself in its tokens, from its OpenID
// configuration, read once. Behind a proxy it differs from the address.
func (c *Conn) Issuer(ctx context.Context) (string, error) { return c.askIssuer(ctx, c.retry) }

// IssuerAtOnce is Issuer without waiting for a server that is away.
func (c *Conn) IssuerAtOnce(ctx context.Context) (string, error) {
	return c.askIssuer(ctx, retryPolicy{tries: min(1, c.retry.tries), hasty: true})
}

func (c *Conn) askIssuer(ctx context.Context, p retryPolicy) (string, error) {
	return c.issuer.get(ctx, func() (string, error) {
		var out struct {
			Issuer string `json:"issuer"`
		}
		r := request{method: http.MethodGet, path: ".well-known/openid-configuration", public: true}
		err := c.ask(ctx, p, r, &out)
		if u, no := url.Parse(out.Issuer); err == nil && (no != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || len(out.Issuer) > 1000) {
			err = r.lacks("issuer")
		}
		return out.Issuer, err
	})
}

// lacks is the error of an answer that is JSON, but not the JSON asked for.
func (r request) lacks(field string) error {
	return fmt.Errorf("%w: the answer to %s /%s has no %s; is baseUrl the address of Pocket ID?", ErrNotPocketID, r.method, r.path, field)
}
