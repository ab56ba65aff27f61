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
)

// GetIssuer looks up what Pocket ID must be told of an issuer, as it does no
// discovery itself. It asks the issuer, and never Pocket ID.
type GetIssuer struct{}

// GetIssuerArgs names the issuer.
type GetIssuerArgs struct {
	Issuer string `pulumi:"issuer"`
}

// GetIssuerResult is what the issuer says of itself.
type GetIssuerResult struct {
	Issuer     string   `pulumi:"issuer"`
	JWKSURI    string   `pulumi:"jwksUri"`
	Algorithms []string `pulumi:"algorithms"`
	KeyIDs     []string `pulumi:"keyIds"`
}

// Annotate describes the function.
func (g *GetIssuer) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up where an issuer of workload tokens has its keys (OpenID discovery), for `jwksUrl` of a `FederatedIdentity`, and reads them. "+
		"It asks the issuer from where Pulumi runs; Pocket ID must be able to reach the keys itself.")
}

// Annotate describes the input.
func (g *GetIssuerArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.Issuer, "The `iss` claim of the workload's tokens, to the byte: that the issuer calls itself something else is an error.")
}

// Annotate describes the outputs.
func (g *GetIssuerResult) Annotate(a infer.Annotator) {
	a.Describe(&g.Issuer, "The issuer, as it calls itself.")
	a.Describe(&g.JWKSURI, "Where it has its public keys.")
	a.Describe(&g.Algorithms, "The algorithms that it signs with, sorted.")
	a.Describe(&g.KeyIDs, "The ids (`kid`) of its public keys now, sorted.")
}

// Invoke asks the issuer.
func (*GetIssuer) Invoke(ctx context.Context, req infer.FunctionRequest[GetIssuerArgs]) (infer.FunctionResponse[GetIssuerResult], error) {
	out, err := discover(ctx, req.Input.Issuer)
	return infer.FunctionResponse[GetIssuerResult]{Output: out}, err
}

func discover(ctx context.Context, issuer string) (GetIssuerResult, error) {
	var none GetIssuerResult
	if !isWebURL(issuer) {
		return none, fmt.Errorf("issuer must be an http(s) URL, is %q", issuer)
	}
	if strings.Contains(issuer, "/.well-known/") {
		return none, fmt.Errorf("issuer must be the issuer itself, not the address of its configuration: %q", issuer)
	}
	var configuration struct {
		Issuer     string   `json:"issuer"`
		JWKSURI    string   `json:"jwks_uri"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}
	address := strings.TrimRight(issuer, "/") + "/.well-known/openid-configuration"
	if err := askIssuer(ctx, address, &configuration); err != nil {
		return none, err
	}
	switch {
	case configuration.Issuer == "":
		return none, fmt.Errorf("%s has no issuer: it is not an OpenID configuration", address)
	case configuration.Issuer != issuer:
		return none, fmt.Errorf("%s says that the issuer is %q, not %q: tokens have the former, and Pocket ID compares to the byte", address, configuration.Issuer, issuer)
	case configuration.JWKSURI == "":
		return none, fmt.Errorf("%s has no jwks_uri: it does not say where the keys are", address)
	case !isWebURL(configuration.JWKSURI):
		return none, fmt.Errorf("%s has a jwks_uri that is no http(s) URL: %q", address, configuration.JWKSURI)
	}
	var set struct {
		Keys *[]api.JSONWebKey `json:"keys"`
	}
	if err := askIssuer(ctx, configuration.JWKSURI, &set); err != nil {
		return none, fmt.Errorf("the keys of %s: %w", issuer, err)
	}
	if set.Keys == nil {
		return none, fmt.Errorf("the keys of %s: %s has no keys: it is not a JWKS", issuer, configuration.JWKSURI)
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
	out.Algorithms, out.KeyIDs = sorted(out.Algorithms), sorted(out.KeyIDs)
	return out, nil
}

const (
	issuerTimeout   = 15 * time.Second
	issuerMaxBytes  = 1 << 20
	issuerRedirects = 3
)

// askIssuer gets a JSON document from an issuer. It has a client of its own, that
// knows neither the API key nor the headers meant for Pocket ID.
func askIssuer(ctx context.Context, address string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, issuerTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "pulumi-pocketid/"+Version)
	client := http.Client{CheckRedirect: fewRedirects}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("cannot be reached: %w", err) // the error names the address
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, issuerMaxBytes+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s broke off: %w", address, err)
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("%s answers %s", address, res.Status)
	case len(body) > issuerMaxBytes:
		return fmt.Errorf("%s is longer than %d bytes", address, issuerMaxBytes)
	}
	if err := json.Unmarshal(body, into); err != nil {
		kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
		return fmt.Errorf("%s answers with %s, which is not the JSON it should be: %w", address, kind, err)
	}
	return nil
}

func fewRedirects(req *http.Request, via []*http.Request) error {
	if len(via) > issuerRedirects {
		return fmt.Errorf("more than %d redirects", issuerRedirects)
	}
	if from := via[len(via)-1].URL; from.Scheme == "https" && req.URL.Scheme != "https" {
		return errors.New("a redirect from https to " + (&url.URL{Scheme: req.URL.Scheme, Host: req.URL.Host}).String())
	}
	return nil
}
