package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// echoingReplies are handlers that repeat a part of the request in their response.
func echoingReplies() map[string]func(w http.ResponseWriter, echo string) {
	return map[string]func(w http.ResponseWriter, echo string){
		"an error before 2.13": func(w http.ResponseWriter, echo string) { respond(w, 400, `{"error":"`+echo+`"}`) },
		"an error since 2.13": func(w http.ResponseWriter, echo string) {
			respond(w, 403, `{"error":"`+echo+`","code":"x","request_id":"`+echo+`"}`)
		},
		"a field error": func(w http.ResponseWriter, echo string) {
			respond(w, 400, `{"error":"x","details":{"fields":[{"field":"`+echo+`","message":"`+echo+`"}]}}`)
		},
		"plain text":                 func(w http.ResponseWriter, echo string) { respond(w, 502, echo) },
		"an HTML page":               func(w http.ResponseWriter, echo string) { respond(w, 502, "<html><title>"+echo) },
		"an HTML page with a title":  func(w http.ResponseWriter, echo string) { respond(w, 502, "<title>"+echo+"</title>") },
		"plain text with status 200": func(w http.ResponseWriter, echo string) { respond(w, 200, echo) },
		"a JSON string":              func(w http.ResponseWriter, echo string) { respond(w, 200, `"`+echo+`"`) },
		"a redirect": func(w http.ResponseWriter, echo string) {
			w.Header().Set("Location", "/"+url.PathEscape(echo))
			w.WriteHeader(302)
		},
		"an incomplete response": func(w http.ResponseWriter, echo string) { respond(w, 201, `{"secret":"`+echo[:len(echo)-3]) },
		"a wrong type of a date": func(w http.ResponseWriter, echo string) {
			respond(w, 201, `{"id":"1","secret":"`+echo+`","expiresAt":"`+echo+`"}`)
		},
		"a wrong type of the id": func(w http.ResponseWriter, echo string) { respond(w, 201, `{"id":{"secret":"`+echo+`"}}`) },
		"not HTTP": func(w http.ResponseWriter, echo string) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = conn.Write([]byte(echo + "\r\n\r\n"))
				conn.Close()
			}
		},
	}
}

// Errors contain no secret of a request, even if the server repeats it.
func TestNoErrorRepeatsASecret(t *testing.T) {
	t.Parallel()
	const customSecret, header = "a custom secret value", "header-value-9"
	for name, reply := range echoingReplies() {
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/version/current") {
				respond(w, 200, `{"currentVersion":"2.14.0"}`)
				return
			}
			echo := "key " + r.Header.Get("X-Api-Key") + " header " + header
			if r.Method == http.MethodPost {
				echo += " secret " + customSecret
			}
			reply(w, echo)
		}, noRetries, func(o *Options) { o.Secrets = []string{header} })
		for what, err := range map[string]error{
			"creating":  errorOf(c.CreateSecret(t.Context(), "my-app", SecretRequest{Value: customSecret}, nil)),
			"verifying": errorOf(c.VerifyClientSecret(t.Context(), "my-app", customSecret)),
			"replacing": errorOf(c.replaceSecret(t.Context(), "my-app", SecretRequest{Value: customSecret})),
			"reading":   errorOf(c.GetClient(t.Context(), "my-app")),
		} {
			if err == nil {
				require.Equal(t, "verifying", what)
				continue // the secret was rejected, which is a result
			}
			for _, secret := range []string{testKey, header, customSecret} {
				require.NotContains(t, err.Error(), secret[:12], "%s %s", what, name)
				require.NotContains(t, err.Error(), url.PathEscape(secret), "%s %s", what, name)
			}
		}
	}
}

// Up to 2.11 the server generates the value, so the client cannot redact it: errors must
// not quote the response.
func TestNoErrorRepeatsASecretThatTheServerGenerated(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"secret":{"value":"generated-9"}}`, `["generated-9"]`, `"generated-9"`, `{"secret":"generated-9"`, `{"other":"generated-9"}`} {
		err := errorOf(connectHTTP(t, responding(200, body), noRetries).replaceSecret(t.Context(), "my-app", SecretRequest{}))
		require.ErrorIs(t, err, ErrNotPocketID, body)
		require.NotContains(t, err.Error(), "generated", body)
	}
}

func TestTheTokenOfASCIMProviderIsInNoError(t *testing.T) {
	t.Parallel()
	const token = "scim-token-value"
	c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == "POST":
			respond(w, 400, `{"error":"bad token `+token+`"}`)
		case strings.HasSuffix(r.URL.Path, "my-app"):
			respond(w, 200, `{"id":"my-app"}`)
		default:
			respond(w, 404, notFoundBody)
		}
	}, noRetries)
	_, err := c.CreateSCIMProvider(t.Context(), "my-app", SCIMSettings{Endpoint: "https://app.example", Token: token})
	require.ErrorContains(t, err, "bad token [secret]")
}
