// Package connection opens a connection to Pocket ID with the settings of a user. What the
// user omits comes from the environment.
package connection

import (
	"cmp"
	"context"
	"errors"
	"os"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/version"
)

const (
	envBaseURL  = "POCKETID_BASE_URL"
	envAPIKey   = "POCKETID_API_KEY"
	envAPIToken = "POCKETID_API_TOKEN"
)

// Settings are the settings of a connection. The zero values have the defaults of
// api.Options.
type Settings struct {
	BaseURL   string
	Key       Key
	Transport api.TransportOptions

	RequestTimeout time.Duration
	StartupTimeout time.Duration // negative: no wait
	MaxRetries     int           // negative: none
	MaxConcurrent  int
}

// Address is the base URL, or that of the environment.
func (s Settings) Address() string { return cmp.Or(s.BaseURL, os.Getenv(envBaseURL)) }

// Errors of Open. The caller adds how to set what is missing.
var (
	ErrNoAddress = errors.New("the address of Pocket ID is not set")
	ErrNoKey     = errors.New("the API key is not set")
)

// Open connects to Pocket ID. It makes no request. It returns ErrNoAddress or ErrNoKey if the
// settings and the environment lack one.
func Open(ctx context.Context, s Settings) (*api.Conn, error) {
	key, err := s.Key.read(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case s.Address() == "":
		return nil, ErrNoAddress
	case key.Value == "":
		return nil, ErrNoKey
	}
	transport, err := api.NewTransport(s.Transport)
	if err != nil {
		return nil, err
	}
	return api.New(api.Options{
		BaseURL: s.Address(), APIKey: key.Value, KeyOrigin: key.Origin, KeyAdvice: key.Advice,
		Transport: transport, Secrets: s.Transport.Secrets(),
		RequestTimeout: s.RequestTimeout, StartupTimeout: s.StartupTimeout, MaxRetries: s.MaxRetries, MaxConcurrent: s.MaxConcurrent,
		UserAgent: version.UserAgent(),
	})
}
