package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/version"
)

// GetIssuer looks up the keys of an issuer of workload tokens by OpenID Connect discovery,
// which Pocket ID does not do itself. It connects to the issuer, and never to Pocket ID.
type GetIssuer struct{}

// GetIssuerArgs are the inputs.
type GetIssuerArgs struct {
	Issuer string `pulumi:"issuer"`
}

// GetIssuerResult is the result.
type GetIssuerResult struct {
	Issuer     string   `pulumi:"issuer"`
	JWKSURI    string   `pulumi:"jwksUri"`
	Algorithms []string `pulumi:"algorithms"`
	KeyIDs     []string `pulumi:"keyIds"`
}

// Annotate describes the function.
func (g *GetIssuer) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up where an issuer of workload tokens publishes its public keys (OpenID Connect discovery), and reads the keys. "+
		"Use the result for `jwksUrl` of a `FederatedIdentity`.\n\n"+
		"The requests are sent from where Pulumi runs. Pocket ID must be able to reach the keys as well.\n\n"+
		"The function does not use the Pocket ID server, and works with every version.")
}

// Annotate describes the input.
func (g *GetIssuerArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.Issuer, "Exact value of the `iss` claim in the workload's tokens. If the issuer's discovery document contains another issuer, the lookup fails.")
}

// Annotate describes the outputs.
func (g *GetIssuerResult) Annotate(a infer.Annotator) {
	a.Describe(&g.Issuer, "Issuer in the discovery document.")
	a.Describe(&g.JWKSURI, "URL of the issuer's public keys (JWKS).")
	a.Describe(&g.Algorithms, "Signing algorithms of the issuer, sorted.")
	a.Describe(&g.KeyIDs, "IDs (`kid`) of the issuer's current public keys, sorted.")
}

// Invoke reads the discovery document of the issuer, and its keys.
func (*GetIssuer) Invoke(ctx context.Context, req infer.FunctionRequest[GetIssuerArgs]) (infer.FunctionResponse[GetIssuerResult], error) {
	out, err := discover(ctx, req.Input.Issuer)
	return infer.FunctionResponse[GetIssuerResult]{Output: out}, err
}

func discover(ctx context.Context, issuer string) (GetIssuerResult, error) {
	var none GetIssuerResult
	if !inputs.IsWebURL(issuer) {
		return none, fmt.Errorf("issuer must be an http(s) URL (got %q)", issuer)
	}
	if strings.Contains(issuer, "/.well-known/") {
		return none, fmt.Errorf("issuer must be the issuer itself, not the URL of its configuration (got %q)", issuer)
	}
	var configuration struct {
		Issuer     string   `json:"issuer"`
		JWKSURI    string   `json:"jwks_uri"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}
	address := strings.TrimRight(issuer, "/") + "/.well-known/openid-configuration"
	if err := getJSON(ctx, address, &configuration); err != nil {
		return none, err
	}
	switch {
	case configuration.Issuer == "":
		return none, fmt.Errorf("%s has no issuer, so it is not an OpenID Connect discovery document", address)
	case configuration.Issuer != issuer:
		return none, fmt.Errorf("%s has the issuer %q, not %q; set issuer to the former, because tokens contain it and Pocket ID compares exactly", address, configuration.Issuer, issuer)
	case configuration.JWKSURI == "":
		return none, fmt.Errorf("%s has no jwks_uri, so the URL of the keys is unknown", address)
	case !inputs.IsWebURL(configuration.JWKSURI):
		return none, fmt.Errorf("%s has a jwks_uri that is not an http(s) URL: %q", address, configuration.JWKSURI)
	}
	var set struct {
		Keys *[]api.JSONWebKey `json:"keys"`
	}
	if err := getJSON(ctx, configuration.JWKSURI, &set); err != nil {
		return none, fmt.Errorf("the keys of %s: %w", issuer, err)
	}
	if set.Keys == nil {
		return none, fmt.Errorf("the keys of %s: %s has no keys, so it is not a JWKS document", issuer, configuration.JWKSURI)
	}
	out := GetIssuerResult{Issuer: issuer, JWKSURI: configuration.JWKSURI, Algorithms: configuration.Algorithms}
	for _, key := range *set.Keys {
		if id := key.ID(); id != "" {
			out.KeyIDs = append(out.KeyIDs, id)
		}
		if alg, ok := key["alg"].(string); ok && len(configuration.Algorithms) == 0 {
			out.Algorithms = append(out.Algorithms, alg)
		}
	}
	out.Algorithms, out.KeyIDs = inputs.SortedSet(out.Algorithms), inputs.SortedSet(out.KeyIDs)
	return out, nil
}

const (
	issuerTimeout   = 15 * time.Second
	issuerMaxBytes  = 1 << 20
	issuerRedirects = 3
)

// getJSON gets a JSON document from an issuer. Its HTTP client has neither the API key nor
// the headers for Pocket ID.
func getJSON(ctx context.Context, address string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, issuerTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", version.UserAgent())
	client := http.Client{CheckRedirect: limitRedirects}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("cannot be reached: %w", err) // the error names the address
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, issuerMaxBytes+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s: the response is incomplete: %w", address, err)
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("%s answered %s", address, res.Status)
	case len(body) > issuerMaxBytes:
		return fmt.Errorf("%s is larger than %d bytes", address, issuerMaxBytes)
	}
	if err := json.Unmarshal(body, into); err != nil {
		kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
		return fmt.Errorf("%s did not answer with valid JSON (content type %q): %w", address, kind, err)
	}
	return nil
}

func limitRedirects(req *http.Request, via []*http.Request) error {
	if len(via) > issuerRedirects {
		return fmt.Errorf("more than %d redirects", issuerRedirects)
	}
	if from := via[len(via)-1].URL; from.Scheme == "https" && req.URL.Scheme != "https" {
		return errors.New("redirected from https to " + (&url.URL{Scheme: req.URL.Scheme, Host: req.URL.Host}).String())
	}
	return nil
}
