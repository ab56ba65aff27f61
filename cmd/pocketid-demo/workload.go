package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// workload acts as a workflow and as the platform that issues its tokens.
type workload struct {
	issuer  string
	signer  jose.Signer
	fetched *atomic.Bool // Pocket ID has requested the public keys
	close   func()
}

// newWorkload serves the public keys before anything refers to them, because Pocket ID retries a
// failed download only after minutes.
func newWorkload() (*workload, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	const id = "demo"
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: id}},
		(&jose.SignerOptions{}).WithType("JWT"),
	)
	if err != nil {
		return nil, err
	}
	keys, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: key.Public(), KeyID: id, Algorithm: string(jose.RS256), Use: "sig"},
	}})
	if err != nil {
		return nil, err
	}
	var fetched atomic.Bool
	address, stop, err := serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetched.Store(true)
		w.Header().Set("Content-Type", "application/jwk-set+json")
		_, _ = w.Write(keys)
	}))
	return &workload{issuer: address, signer: signer, fetched: &fetched, close: stop}, err
}

// expectAccess checks that the subject that the stack declares gets an access token, and that another one does not.
func (w *workload) expectAccess(ctx context.Context, baseURL string, outputs map[string]string) error {
	subject := outputs["deploySubject"]
	printf("\nExchange a token of the workload: sub=%s", subject)
	response, err := w.exchange(ctx, baseURL, outputs, subject)
	if err != nil {
		return err
	}
	if !response.granted() {
		return fmt.Errorf("Pocket ID refused the token of the workload: %s", response)
	}
	printf("    Pocket ID gave it an access token for client %s: %s", outputs["deployClientId"], response)
	other := strings.Replace(subject, "acme/", "stranger/", 1)
	if other == subject {
		return errors.New("the subject of the quick start does not contain \"acme/\"")
	}
	return w.expectRefusal(ctx, baseURL, outputs, other)
}

// expectNoAccess checks that the workload gets no access token after the stack was destroyed.
func (w *workload) expectNoAccess(ctx context.Context, baseURL string, outputs map[string]string) error {
	printf("\nExchange a token of the same workload after the destroy")
	return w.expectRefusal(ctx, baseURL, outputs, outputs["deploySubject"])
}

func (w *workload) expectRefusal(ctx context.Context, baseURL string, outputs map[string]string, subject string) error {
	response, err := w.exchange(ctx, baseURL, outputs, subject)
	if err != nil {
		return err
	}
	if response.granted() {
		return fmt.Errorf("Pocket ID gave an access token to sub=%s", subject)
	}
	printf("    sub=%s is refused: %s", subject, response)
	return nil
}

// tokenResponse is the answer of the token endpoint. Its string form does not contain the token.
type tokenResponse struct {
	status      int
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func (r tokenResponse) granted() bool { return r.status == http.StatusOK && r.AccessToken != "" }

func (r tokenResponse) String() string {
	if r.granted() {
		return fmt.Sprintf("status %d, %d seconds", r.status, r.ExpiresIn)
	}
	return fmt.Sprintf("status %d, %s", r.status, cmp.Or(r.Description, r.Error))
}

// exchange requests an access token with a client assertion (RFC 7523) for a subject.
func (w *workload) exchange(ctx context.Context, baseURL string, outputs map[string]string, subject string) (tokenResponse, error) {
	now := time.Now()
	token, err := jwt.Signed(w.signer).Claims(jwt.Claims{
		Issuer: w.issuer, Subject: subject, Audience: jwt.Audience{outputs["deployAudience"]}, ID: rand.Text(),
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(5 * time.Minute)),
	}).Serialize()
	if err != nil {
		return tokenResponse{}, err
	}
	form := url.Values{
		"grant_type":            {"client_credentials"},
		"client_id":             {outputs["deployClientId"]},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {token},
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, baseURL+"/api/oidc/token", strings.NewReader(form.Encode()))
	if err != nil {
		return tokenResponse{}, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return tokenResponse{}, err
	}
	defer response.Body.Close()
	result := tokenResponse{status: response.StatusCode}
	return result, json.NewDecoder(response.Body).Decode(&result)
}
