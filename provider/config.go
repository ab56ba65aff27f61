package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// Config is the provider's configuration, and the connection made from it.
type Config struct {
	BaseURL    string `pulumi:"baseUrl,optional"`
	APIKey     string `pulumi:"apiKey,optional" provider:"secret"`
	APIKeyFile string `pulumi:"apiKeyFile,optional"`

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

	*session
}

// session is what lives as long as the plugin: set by Configure, shared by all resources.
type session struct {
	conn     *api.Conn
	err      error // why there is no conn
	warnOnce sync.Once
	away     atomic.Bool // the server did not answer a plan

	keyChecked atomic.Bool // for when it expires

	writing atomic.Bool   // this is an update, and no preview of one
	began   chan struct{} // closed with the first operation of either
	begin   sync.Once
}

const (
	envBaseURL  = "POCKETID_BASE_URL"
	envAPIKey   = "POCKETID_API_KEY"
	envAPIToken = "POCKETID_API_TOKEN"
)

// Annotate describes the configuration.
func (c *Config) Annotate(a infer.Annotator) {
	a.Describe(&c.BaseURL, "Address of the Pocket ID instance, such as `https://id.example.com`. Default: the environment variable `POCKETID_BASE_URL`. "+
		"It may differ from the address that Pocket ID has for itself (behind a proxy, say); changing it is an update as long as the instance stays the same.")
	a.SetDefault(&c.BaseURL, nil, envBaseURL)
	a.Describe(&c.APIKey, "API key of an administrator (Settings, API keys), or the server's `STATIC_API_KEY`. "+
		"Default: the environment variable `POCKETID_API_KEY`, then `POCKETID_API_TOKEN`. Replacing it changes no resource.")
	a.SetDefault(&c.APIKey, nil, envAPIKey, envAPIToken)
	a.Describe(&c.APIKeyFile, "Path of a file that holds the API key, in place of `apiKey`. Space around the key is ignored. The key does not enter the state this way.")
	a.Describe(&c.CACertificate, "Certificates of the authorities to trust beside the system's, as PEM or as the path of a PEM file.")
	a.Describe(&c.ClientCertificate, "Certificate to present to the server or the proxy before it (mutual TLS), as PEM or as the path of a PEM file. Needs `clientKey`.")
	a.Describe(&c.ClientKey, "Private key of `clientCertificate`, as PEM or as the path of a PEM file.")
	a.Describe(&c.InsecureSkipVerify, "Believe any certificate of the server. Whoever is on the way can then read the API key; a warning says so. Default: false.")
	a.Describe(&c.Headers, "Headers to add to every request, as access proxies want (`CF-Access-Client-Id`, say). All are secret. `X-API-Key` and `Host` cannot be set.")
	a.Describe(&c.ProxyURL, "Proxy to go through (http, https, socks5 or socks5h). Default: the environment variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.")
	a.Describe(&c.RequestTimeout, "Seconds that one attempt of a request may take, 1 to 600. Default: 30.")
	a.Describe(&c.StartupTimeout, "Seconds to wait, in each call, for a server that is not up: nothing listens, or a proxy answers 502, 503 or 504. 0 to 600. Default: 30.")
	a.Describe(&c.MaxRetries, "How often a call is tried again after a fault that may pass (500, a broken connection), where trying again is safe. 0 to 20. Default: 4. "+
		"Waiting for a rate limit does not count.")
	a.Describe(&c.MaxConcurrentRequests, "How many requests may be under way at a time, 1 to 64. Default: 8. SQLite servers get slower and fail with more than 16.")
}

// Check says what is wrong with the configuration at preview.
func (c *Config) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[*Config], error) {
	// The engine puts these next to our own keys.
	in := req.NewInputs.Delete("version", "pluginDownloadURL")
	config, failures, err := infer.DefaultCheck[Config](ctx, in)
	if err != nil {
		return infer.CheckResponse[*Config]{Inputs: &config, Failures: failures}, err
	}
	check := newChecks(ctx, in, req.OldInputs, failures)
	if config.BaseURL != "" {
		_, err := api.New(api.Options{BaseURL: config.BaseURL, APIKey: "any"})
		named := "baseUrl"
		if strings.ContainsAny(config.BaseURL, "@?#") {
			named = "" // the engine prints the value of what is named, and this one may hold a secret
		}
		check.that(err == nil, named, "baseUrl: %v", err)
	}
	if config.APIKeyFile != "" {
		check.that(!in.Get("apiKey").IsString(), "apiKeyFile", "cannot be set together with apiKey")
		_, err := readKey(config.APIKeyFile)
		check.that(err == nil, "apiKeyFile", "%v", err)
	}
	check.within("requestTimeout", config.RequestTimeout, 1, 600, "seconds")
	check.within("startupTimeout", config.StartupTimeout, 0, 600, "seconds")
	check.within("maxRetries", config.MaxRetries, 0, 20, "")
	check.within("maxConcurrentRequests", config.MaxConcurrentRequests, 1, 64, "")
	if _, err := api.NewTransport(config.way()); err != nil && !anyComputed(in, "caCertificate", "clientCertificate", "clientKey", "headers", "proxyUrl") {
		check.that(false, "", "%v", err) // which names the property itself; its value may be a key
	}
	return infer.CheckResponse[*Config]{Inputs: &config, Failures: check.failures}, nil
}

// Diff never replaces the provider: infer's own would, and with it every
// resource, each time an API key is renewed. Whether another address is another
// instance is seen from the issuer, by every call that touches a resource.
func (c *Config) Diff(_ context.Context, req infer.DiffRequest[*Config, *Config]) (infer.DiffResponse, error) {
	before, after := req.State.compared(), req.Inputs.compared()
	diff := map[string]p.PropertyDiff{}
	for name := range maps.All(after) {
		if before[name] != after[name] {
			diff[name] = p.PropertyDiff{Kind: p.Update, InputDiff: true}
		}
	}
	return infer.DiffResponse{HasChanges: len(diff) > 0, DetailedDiff: diff}, nil
}

func (c *Config) compared() map[string]string {
	return map[string]string{
		"baseUrl": c.BaseURL, "apiKey": c.APIKey, "apiKeyFile": c.APIKeyFile, "caCertificate": c.CACertificate,
		"clientCertificate": c.ClientCertificate, "clientKey": c.ClientKey, "insecureSkipVerify": fmt.Sprint(c.InsecureSkipVerify),
		"headers": fmt.Sprint(c.Headers), "proxyUrl": c.ProxyURL, "requestTimeout": fmt.Sprint(or(c.RequestTimeout, 0)),
		"startupTimeout": fmt.Sprint(or(c.StartupTimeout, -1)), "maxRetries": fmt.Sprint(or(c.MaxRetries, -1)),
		"maxConcurrentRequests": fmt.Sprint(or(c.MaxConcurrentRequests, 0)),
	}
}

// Configure prepares the connection and makes no request. What is missing is
// said by the first call that needs it: a preview of creates needs nothing. The
// environment is read here too: after an import the engine configures the
// provider without checking its inputs first.
func (c *Config) Configure(ctx context.Context) error {
	c.session = &session{began: make(chan struct{})}
	c.conn, c.err = c.connect()
	log := p.GetLogger(ctx)
	if u, err := url.Parse(cmp.Or(c.BaseURL, os.Getenv(envBaseURL))); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		log.Warningf("baseUrl is plain http: whoever is on the way to %s can read the API key and every secret", u.Host)
	}
	if c.InsecureSkipVerify {
		log.Warning("insecureSkipVerify is on: whoever is on the way to the server can pose as it, and read the API key and every secret; caCertificate is the safe way")
	}
	return nil
}

func (c *Config) connect() (*api.Conn, error) {
	o := api.Options{
		BaseURL:        cmp.Or(c.BaseURL, os.Getenv(envBaseURL)),
		APIKey:         c.APIKey,
		RequestTimeout: time.Duration(or(c.RequestTimeout, 0)) * time.Second,
		StartupTimeout: time.Duration(noneIsNegative(or(c.StartupTimeout, 30))) * time.Second,
		MaxRetries:     noneIsNegative(or(c.MaxRetries, 4)),
		MaxConcurrent:  or(c.MaxConcurrentRequests, 0),
		UserAgent:      "pulumi-pocketid/" + Version,
	}
	var err error
	if c.APIKeyFile != "" {
		if o.APIKey, err = readKey(c.APIKeyFile); err != nil {
			return nil, fmt.Errorf("apiKeyFile: %w", err)
		}
	}
	o.APIKey = cmp.Or(o.APIKey, os.Getenv(envAPIKey), os.Getenv(envAPIToken))
	switch {
	case o.BaseURL == "":
		return nil, errors.New("the address of Pocket ID is not known: set baseUrl (`pulumi config set pocketid:baseUrl https://id.example.com`) or the environment variable POCKETID_BASE_URL")
	case o.APIKey == "":
		return nil, errors.New("there is no API key: set apiKey (`pulumi config set --secret pocketid:apiKey`) or the environment variable POCKETID_API_KEY")
	}
	way := c.way()
	if o.Transport, err = api.NewTransport(way); err != nil {
		return nil, err
	}
	o.Hidden = way.Secrets()
	return api.New(o)
}

// operates notes whether the engine previews or writes: it does not say when it
// asks for a check.
func (c *Config) operates(dryRun bool) {
	if c.session == nil {
		return
	}
	if !dryRun {
		c.writing.Store(true)
	}
	c.begin.Do(func() { close(c.began) })
}

// writes tells whether this is an update. The operation on what was checked
// before is on its way; without one within a moment it counts as a preview.
func (c *Config) writes(ctx context.Context) bool {
	if c.session == nil {
		return false
	}
	select {
	case <-c.began:
	case <-ctx.Done():
	case <-time.After(100 * time.Millisecond):
	}
	return c.writing.Load()
}

// connection is how resources reach the server.
func (c *Config) connection() (*api.Conn, error) {
	if c.session == nil {
		return nil, errors.New("the provider is not configured")
	}
	return c.conn, c.err
}

// way is how to get to the server.
func (c *Config) way() api.TransportOptions {
	return api.TransportOptions{
		CACertificate: c.CACertificate, ClientCertificate: c.ClientCertificate, ClientKey: c.ClientKey,
		InsecureSkipVerify: c.InsecureSkipVerify, ProxyURL: c.ProxyURL, Headers: c.Headers,
	}
}

// noneIsNegative says "none" to package api, where zero means the default.
func noneIsNegative(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

func readKey(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	key := strings.TrimSpace(string(raw))
	if key == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return key, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
