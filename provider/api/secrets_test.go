package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// A secret has no unique key: after a lost response it is looked for before another one is
// created.
func TestASecretIsCreatedOnce(t *testing.T) {
	t.Parallel()
	const post, list, verify = "POST /api/oidc/clients/my-app/secrets", "GET /api/oidc/clients/my-app/secrets", "POST /api/oidc/introspect"
	before := []ClientSecret{{ID: "s1", Prefix: "a cu"}}
	for name, row := range map[string]struct {
		listed   string
		valid    bool // whether the value authenticates the client
		requests []string
		id       string
		fails    error
	}{
		"created":                                  {`[{"id":"s1","prefix":"a cu"},{"id":"s2","prefix":"a cu"}]`, true, []string{post, list, verify}, "s2", nil},
		"not created":                              {`[{"id":"s1","prefix":"a cu"}]`, false, []string{post, list, post}, "s3", nil},
		"another one with another prefix":          {`[{"id":"s1","prefix":"a cu"},{"id":"s9","prefix":"zzzz"}]`, false, []string{post, list, post}, "s3", nil},
		"another one with the same prefix":         {`[{"id":"s1","prefix":"a cu"},{"id":"s9","prefix":"a cu"}]`, false, []string{post, list, verify, post}, "s3", nil},
		"created, beside one with the same prefix": {`[{"id":"s8","prefix":"a cu"},{"id":"s9","prefix":"a cu"}]`, true, []string{post, list, verify}, "", ErrOutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var requests requestLog
				lost := true
				c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(r.URL.Path, "/current") {
						respond(w, 200, `{"currentVersion":"2.14.0"}`)
						return
					}
					requests.record(r)
					switch {
					case strings.HasSuffix(r.URL.Path, "/introspect") && row.valid:
						respond(w, 200, `{"active":false}`)
					case strings.HasSuffix(r.URL.Path, "/introspect"):
						respond(w, 401, `{"error":"invalid_client","error_description":"Client authentication failed"}`)
					case r.Method == http.MethodGet:
						respond(w, 200, row.listed)
					case lost:
						lost = false
						dropConnection()
					default:
						respond(w, 201, `{"id":"s3","prefix":"a cu","secret":"a custom secret value"}`)
					}
				})
				got, err := c.CreateSecret(t.Context(), "my-app", SecretRequest{Value: "a custom secret value"}, before)
				require.ErrorIs(t, err, row.fails)
				require.Equal(t, row.requests, requests.all())
				if row.fails == nil {
					require.NoError(t, err)
					require.Equal(t, row.id, got.ID)
					require.Equal(t, "a custom secret value", got.Value)
				}
			})
		})
	}
}

func TestOnlyPocketIDsOwnResponseMeansThatASecretIsWrong(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		steps []http.HandlerFunc
		valid bool
		fails bool
	}{
		"right":                    {repeat(1, responding(200, `{"active":false}`)), true, false},
		"wrong":                    {repeat(1, responding(401, `{"error":"invalid_client","error_description":"Client authentication failed"}`)), false, false},
		"wrong, up to 2.9":         {repeat(1, responding(400, `{"error":"Invalid client secret"}`)), false, false},
		"a single 401, then right": {repeat(1, responding(401, notSignedInBody), responding(200, `{"active":false}`)), true, false},
		"a proxy's login":          {repeat(1, responding(401, `<html>`)), false, true},
		"a proxy's page":           {repeat(1, responding(200, `<html>`)), false, true},
		"something else":           {repeat(1, responding(200, `{}`)), false, true},
		"nothing":                  {repeat(1, responding(200, ``)), false, true},
		"500":                      {repeat(1, responding(500, internalErrorBody)), false, true},
		"a missing route":          {repeat(1, responding(404, `{"error":"API endpoint not found"}`)), false, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			valid, err := connectInProcess(t, inSequence(&requestLog{}, row.steps...)).VerifyClientSecret(t.Context(), "my-app", "a custom secret value")
			require.Equal(t, row.valid, valid, name)
			require.Equal(t, row.fails, err != nil, "%s: %v", name, err)
		})
	}
}

// A busy server may process a request after the sender has given up, and even after the
// next request. Before 2.14, the client then has the secret of the first request.
func TestASecretThatADelayedRequestHasReplacedIsReplacedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests requestLog
		n := 0
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			requests.record(r)
			_, secret, _ := r.BasicAuth()
			switch {
			case strings.HasSuffix(r.URL.Path, "/version/current"):
				respond(w, 200, `{"currentVersion":"2.9.0"}`)
			case strings.HasSuffix(r.URL.Path, "/introspect") && secret != "secret-3":
				respond(w, 401, `{"error":"Invalid client secret"}`)
			case strings.HasSuffix(r.URL.Path, "/introspect"):
				respond(w, 200, `{"active":false}`)
			default:
				if n++; n == 1 {
					dropConnection()
				}
				respond(w, 200, fmt.Sprintf(`{"secret":"secret-%d"}`, n))
			}
		})
		created, err := c.CreateSecret(t.Context(), "my-app", SecretRequest{}, nil)
		require.NoError(t, err)
		require.Equal(t, "secret-3", created.Value)
		require.Equal(t, 3, requests.count("POST /api/oidc/clients/my-app/secret"))

		n = 3 // without a lost response, the secret is not checked
		_, err = c.CreateSecret(t.Context(), "my-app", SecretRequest{}, nil)
		require.NoError(t, err)
		require.Equal(t, 1, requests.count("POST /api/oidc/introspect"))
	})
}
