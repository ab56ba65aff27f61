package provider

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/codec"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/connection"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// Config is the provider configuration, and the connection made from it.
type Config struct {
	BaseURL       string   `pulumi:"baseUrl,optional"`
	APIKey        string   `pulumi:"apiKey,optional" provider:"secret"`
	APIKeyFile    string   `pulumi:"apiKeyFile,optional"`
	APIKeyCommand []string `pulumi:"apiKeyCommand,optional"`

	CACertificate      string            `pulumi:"caCertificate,optional"`
	ClientCertificate  string            `pulumi:"clientCertificate,optional"`
	ClientKey          string            `pulumi:"clientKey,optional" provider:"secret"`
	InsecureSkipVerify bool              `pulumi:"insecureSkipVerify,optional"`
	Headers            map[string]string `pulumi:"headers,optional" provider:"secret"`
	ProxyURL           string            `pulumi:"proxyUrl,optional" provider:"secret"`

	RequestTimeout        *int `pulumi:"requestTimeout,optional"`
	StartupTimeout        *int `pulumi:"startupTimeout,optional"`
	MaxRetries            *int `pulumi:"maxRetries,optional"`
	MaxConcurrentRequests *int `pulumi:"maxConcurrentRequests,optional"`

	AssumeVersion string   `pulumi:"assumeVersion,optional"`
	FormerIssuers []string `pulumi:"formerIssuers,optional"`

	session *session
	checked bool // this process has checked the inputs of a program, so it does not use those of the state
}

// session lasts from one Configure to the next. All resources share it.
type session struct {
	client *api.Conn
	err    error // why there is no client

	unreachable     atomic.Bool // a preview found that the server does not answer
	warnUnreachable sync.Once
	warnNewerMajor  sync.Once
	expiryChecked   atomic.Bool // of the API key
	earlierClients  earlierClients
}

// Annotate describes the configuration. The environment variables are no defaults of the
// schema: the SDKs and infer would copy their values into the inputs, and so into the
// state, where an old value would then have precedence over the environment.
func (c *Config) Annotate(a infer.Annotator) {
	a.Describe(&c.BaseURL, "URL of the Pocket ID instance, such as `https://id.example.com`. Defaults to the environment variable `POCKETID_BASE_URL`. "+
		"It may differ from the instance's issuer URL, for example behind a proxy. Changing it is an in-place update as long as it points to the same instance.")
	a.Describe(&c.APIKey, "API key of an administrator (in Pocket ID under Settings, API keys), or the server's `STATIC_API_KEY`. "+
		"Defaults to the environment variable `POCKETID_API_KEY`, then `POCKETID_API_TOKEN`. Changing it does not change any resource. A value that is set here is stored in the state, one from the environment is not.")
	a.Describe(&c.APIKeyFile, "Path of a file that contains the API key. Cannot be combined with `apiKey`. Leading and trailing whitespace is ignored. "+
		"With this option, the key is not stored in the state.")
	a.Describe(&c.APIKeyCommand, "Program that prints the API key, and its arguments, such as `[\"op\", \"read\", \"op://infra/pocket-id/key\"]`. Cannot be combined with `apiKey` or `apiKeyFile`. "+
		"It is run without a shell, once for each preview, update and other operation, and must end within 60 seconds. Whitespace around its output is ignored. "+
		"The key is not stored in the state, but the arguments are: they must not contain secrets.")
	a.Describe(&c.CACertificate, "Certificates of certificate authorities to trust in addition to the system's, as PEM or as the path of a PEM file.")
	a.Describe(&c.ClientCertificate, "Client certificate for mutual TLS with the server or a proxy in front of it, as PEM or as the path of a PEM file. Requires `clientKey`.")
	a.Describe(&c.ClientKey, "Private key of `clientCertificate`, as PEM or as the path of a PEM file.")
	a.Describe(&c.InsecureSkipVerify, "Skips TLS certificate verification. Defaults to `false`. Anyone who intercepts the connection can read the API key. The provider logs a warning if it is `true`.")
	a.Describe(&c.Headers, "HTTP headers to add to every request, for example for an access proxy (`CF-Access-Client-Id`). `X-API-Key` and `Host` cannot be set. All values are secret.")
	a.Describe(&c.ProxyURL, "URL of the proxy to use, with the scheme `http`, `https`, `socks5` or `socks5h`. Defaults to the environment variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.")
	a.Describe(&c.AssumeVersion, "Version of Pocket ID that a preview assumes, such as `2.14.0`, for a program that also upgrades Pocket ID. "+
		"Defaults to the version of the server. The update checks the version of the server before it writes.")
	a.Describe(&c.FormerIssuers, "Issuer URLs that this instance had before it moved, such as `https://old.example.com`. "+
		"Resources whose state has one of them are updated in place. Without this option, they are an error.")
	a.Describe(&c.RequestTimeout, "Timeout of a single request attempt in seconds, 1 to 600. Defaults to 30.")
	a.Describe(&c.StartupTimeout, "Time in seconds that each call waits for a server that is not up, 0 to 600. Defaults to 30. "+
		"A server is not up if it refuses connections, or if a proxy answers 502, 503 or 504. "+
		"Until Pocket ID has answered once, also if its host is unknown, its certificate is not trusted, connections break, or something else answers 404.")
	a.Describe(&c.MaxRetries, "Maximum number of retries of a call after a transient failure (status 500, a broken connection), 0 to 20. Defaults to 4. "+
		"Only calls that are safe to repeat are retried. Waiting for a rate limit does not count as a retry.")
	a.Describe(&c.MaxConcurrentRequests, "Maximum number of concurrent requests, 1 to 64. Defaults to 8. With more than 16, a server that uses SQLite becomes slower and requests fail.")
}

// Check validates the configuration.
func (c *Config) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[*Config], error) {
	c.checked = true
	req.NewInputs = req.NewInputs.Delete("version", "pluginDownloadURL") // which the engine adds
	config, failures := codec.DecodeInputs[Config](req.NewInputs)
	check := inputs.NewChecker(ctx, req.NewInputs, req.OldInputs, failures)
	checkConfig(check, &config)
	return infer.CheckResponse[*Config]{Inputs: &config, Failures: check.Failures}, nil
}

func checkConfig(check *inputs.Checker, config *Config) {
	if config.BaseURL != "" {
		_, err := api.New(api.Options{BaseURL: config.BaseURL, APIKey: "any"})
		property := "baseUrl"
		if strings.ContainsAny(config.BaseURL, "@?#") {
			property = "" // the engine prints the value of the property, and this one may contain a secret
		}
		check.Require(err == nil, property, "baseUrl: %v", err)
	}
	if config.APIKeyFile != "" {
		check.Require(!check.Inputs.Get("apiKey").IsString(), "apiKeyFile", "cannot be set together with apiKey")
		_, err := connection.ReadKeyFile(config.APIKeyFile)
		check.Require(err == nil, "apiKeyFile", "%v", err)
	}
	if len(config.APIKeyCommand) > 0 { // not run here: it may ask the user to unlock a password manager
		check.Require(!check.Inputs.Get("apiKey").IsString(), "apiKeyCommand", "cannot be set together with apiKey")
		check.Require(config.APIKeyFile == "", "apiKeyCommand", "cannot be set together with apiKeyFile")
		check.Require(config.APIKeyCommand[0] != "", "apiKeyCommand", "must begin with a program")
	}
	if config.AssumeVersion != "" {
		_, ok := api.AssumedVersion(config.AssumeVersion)
		check.Require(ok, "assumeVersion", "must be a version such as 2.14.0 (got %s)", check.Quote("assumeVersion", config.AssumeVersion))
	}
	for i, issuer := range config.FormerIssuers {
		check.WebURL(fmt.Sprintf("formerIssuers[%d]", i), issuer)
	}
	check.Range("requestTimeout", config.RequestTimeout, 1, 600, "seconds")
	check.Range("startupTimeout", config.StartupTimeout, 0, 600, "seconds")
	check.Range("maxRetries", config.MaxRetries, 0, 20, "")
	check.Range("maxConcurrentRequests", config.MaxConcurrentRequests, 1, 64, "")
	_, err := api.NewTransport(config.transport())
	if err != nil && !inputs.AnyUnknown(check.Inputs, "caCertificate", "clientCertificate", "clientKey", "headers", "proxyUrl") {
		check.Require(false, "", "%v", err) // the error names the property; its value may be a key
	}
}

// Diff never replaces the provider. infer's own Diff would, and with the provider every
// resource, each time an API key is rotated. Every call about a resource checks whether
// another address is another instance.
func (c *Config) Diff(_ context.Context, req infer.DiffRequest[*Config, *Config]) (infer.DiffResponse, error) {
	diff := map[string]p.PropertyDiff{}
	before, after := reflect.ValueOf(*req.State), reflect.ValueOf(*req.Inputs)
	for _, field := range reflect.VisibleFields(before.Type()) {
		name, _, _ := strings.Cut(field.Tag.Get("pulumi"), ",")
		if name == "" {
			continue // not a property
		}
		if !reflect.DeepEqual(before.FieldByIndex(field.Index).Interface(), after.FieldByIndex(field.Index).Interface()) {
			diff[name] = p.PropertyDiff{Kind: p.Update, InputDiff: true}
		}
	}
	return infer.DiffResponse{HasChanges: len(diff) > 0, DetailedDiff: diff}, nil
}

// Configure prepares the connection and makes no request: a preview of creates works
// without a server and without a key. The environment is read here too, because the
// engine configures the provider without a call of Check after an import.
func (c *Config) Configure(ctx context.Context) error {
	c.session = &session{}
	settings := c.connection()
	c.session.client, c.session.err = connection.Open(ctx, settings)
	c.session.err = explainMissing(c.session.err)
	log := p.GetLogger(ctx)
	if u, err := url.Parse(settings.Address()); err == nil && u.Scheme == "http" && !inputs.IsLoopback(u.Hostname()) {
		log.Warningf("baseUrl uses plain http. Anyone who intercepts the connection to %s can read the API key and every secret", u.Host)
	}
	if c.InsecureSkipVerify {
		log.Warning("insecureSkipVerify is on. Anyone who intercepts the connection can read the API key and every secret. Set caCertificate instead")
	}
	return nil
}

// explainMissing adds to an error about a setting that is missing how to set it.
func explainMissing(err error) error {
	switch {
	case errors.Is(err, connection.ErrNoAddress):
		return fmt.Errorf("%w. Set baseUrl (`pulumi config set pocketid:baseUrl https://id.example.com`) or the environment variable POCKETID_BASE_URL", err)
	case errors.Is(err, connection.ErrNoKey):
		return fmt.Errorf("%w. Set apiKey (`pulumi config set --secret pocketid:apiKey`) or the environment variable POCKETID_API_KEY", err)
	}
	return err
}

// conn is the connection to Pocket ID. Package lifecycle has checked that there is one
// before it calls a verb of a resource.
func (c *Config) conn() *api.Conn { return c.session.client }

// connection returns the settings of the connection.
func (c *Config) connection() connection.Settings {
	key := connection.Key{Command: c.APIKeyCommand, File: c.APIKeyFile, Value: c.APIKey, Origin: "in the provider's configuration (apiKey)"}
	if !c.checked {
		key.Origin = "in the stack's state (apiKey of the provider)"
		key.Advice = "If the key has been replaced in the configuration, run `pulumi up` first, or run the refresh with --run-program"
	}
	return connection.Settings{
		BaseURL:        c.BaseURL,
		Key:            key,
		Transport:      c.transport(),
		RequestTimeout: time.Duration(inputs.ValueOr(c.RequestTimeout, 0)) * time.Second,
		StartupTimeout: time.Duration(zeroIsNegative(inputs.ValueOr(c.StartupTimeout, 30))) * time.Second,
		MaxRetries:     zeroIsNegative(inputs.ValueOr(c.MaxRetries, 4)),
		MaxConcurrent:  inputs.ValueOr(c.MaxConcurrentRequests, 0),
	}
}

func (c *Config) transport() api.TransportOptions {
	return api.TransportOptions{
		CACertificate: c.CACertificate, ClientCertificate: c.ClientCertificate, ClientKey: c.ClientKey,
		InsecureSkipVerify: c.InsecureSkipVerify, ProxyURL: c.ProxyURL, Headers: c.Headers,
		MaxConnections: inputs.ValueOr(c.MaxConcurrentRequests, 0),
	}
}

// zeroIsNegative converts an explicit 0 to what package api takes as "none": there, 0 is
// the default.
func zeroIsNegative(n int) int {
	if n == 0 {
		return -1
	}
	return n
}
