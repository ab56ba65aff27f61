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
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// workload stands in for a workflow and for the platform that gives it tokens.
type workload struct {
	issuer string
	signer jose.Signer
	close  func()
}

// newWorkload publishes its keys at once: a server that once failed to fetch
// them does not try again for minutes.
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
	address, stop, err := serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jwk-set+json")
		_, _ = w.Write(keys)
	}))
	return &workload{issuer: address, signer: signer, close: stop}, err
}

// mayEnter proves that the stack lets in whom it names, and nobody else.
func (w *workload) mayEnter(ctx context.Context, baseURL string, outputs map[string]string) error {
	subject := outputs["deploySubject"]
	say("\nLet the workload in: its token says sub=%s", subject)
	answer, err := w.exchange(ctx, baseURL, outputs, subject)
	if err != nil {
		return err
	}
	if !answer.granted() {
		return fmt.Errorf("the workload was refused: %s", answer)
	}
	say("    Pocket ID gave it an access token for client %s: %s", outputs["deployClientId"], answer)
	stranger := strings.Replace(subject, "acme/", "stranger/", 1)
	if stranger == subject {
		return errors.New("the quick start has another subject than the demo expects")
	}
	return w.refused(ctx, baseURL, outputs, stranger)
}

// mayNotEnter proves that a destroyed identity lets nobody in.
func (w *workload) mayNotEnter(ctx context.Context, baseURL string, outputs map[string]string) error {
	say("\nThe same workload after the destroy")
	return w.refused(ctx, baseURL, outputs, outputs["deploySubject"])
}

func (w *workload) refused(ctx context.Context, baseURL string, outputs map[string]string, subject string) error {
	answer, err := w.exchange(ctx, baseURL, outputs, subject)
	if err != nil {
		return err
	}
	if answer.granted() {
		return fmt.Errorf("Pocket ID let sub=%s in", subject)
	}
	say("    sub=%s is refused: %s", subject, answer)
	return nil
}

// answer is what Pocket ID says to a client assertion. It prints without the token.
type answer struct {
	status      int
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func (a answer) granted() bool { return a.status == http.StatusOK && a.AccessToken != "" }

func (a answer) String() string {
	if a.granted() {
		return fmt.Sprintf("status %d, %d seconds", a.status, a.ExpiresIn)
	}
	return fmt.Sprintf("status %d, %s", a.status, cmp.Or(a.Description, a.Error))
}

// exchange shows a token with that subject to Pocket ID as a client assertion (RFC 7523).
func (w *workload) exchange(ctx context.Context, baseURL string, outputs map[string]string, subject string) (answer, error) {
	now := time.Now()
	token, err := jwt.Signed(w.signer).Claims(jwt.Claims{
		Issuer: w.issuer, Subject: subject, Audience: jwt.Audience{outputs["deployAudience"]}, ID: rand.Text(),
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(5 * time.Minute)),
	}).Serialize()
	if err != nil {
		return answer{}, err
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
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode}
	return a, json.NewDecoder(response.Body).Decode(&a)
}
