package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A refresh deletes missing objects from the state, so only a 404 of Pocket ID itself
// may be ErrNotFound.
func TestOnlyPocketIDsOwn404IsErrNotFound(t *testing.T) {
	t.Parallel()
	for body, notFound := range map[string]bool{
		`{"error":"Record not found"}`: true, // up to 2.12
		`{"error":"User not found"}`:   true,
		`{"error":"Image not found"}`:  true,
		notFoundBody:                   true, // 2.13 and later
		`{"error":"Icon not found","code":"icon_not_found","request_id":"1"}`:    false,
		`{"error":"API endpoint not found"}`:                                     false, // the router of Pocket ID
		`{"error":"API endpoint not found","code":"not_found","request_id":"1"}`: false,
		`{"error":"Not found","code":"setup_not_available"}`:                     false,
		`404 page not found`: false, // the router of a build without frontend
		`<html><head><title>404 Not Found</title></head></html>`:                false, // a proxy
		`{"timestamp":"2026-01-01T00:00:00Z","status":404,"error":"Not Found"}`: false, // other programs
		`{"error":"not found"}`: false,
		`{"error":"Not Found","message":"Cannot GET /api/oidc/clients/x"}`:  false,
		`{"error":"host not found"}`:                                        false,
		`{"error":"no such app","code":"app_unknown"}`:                      false,
		`{"error":{"code":"404","message":"The page could not be found"}}`:  false,
		`{"message":"no Route matched with those values","request_id":"1"}`: false,
		`{"code":"not_found","message":"page"}`:                             false,
		`"not found"`:                                                       false,
		`{}`:                                                                false,
		``:                                                                  false,
	} {
		for _, kind := range []string{"application/json", "text/html"} {
			c := connectHTTP(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", kind)
				w.WriteHeader(404)
				_, _ = w.Write([]byte(body))
			}, noRetries)
			_, err := c.GetClient(t.Context(), "my-app")
			if notFound {
				require.ErrorIs(t, err, ErrNotFound, body)
				require.NoError(t, c.DeleteClient(t.Context(), "my-app"), "a missing client is deleted already")
			} else {
				require.NotErrorIs(t, err, ErrNotFound, body)
				require.Error(t, c.DeleteClient(t.Context(), "my-app"), body)
				require.Error(t, c.DeleteFederatedIdentity(t.Context(), "my-app", "https://one.example"), body)
			}
		}
	}
	for _, status := range []int{200, 400, 401, 403, 405, 410, 500, 502} {
		c := connectHTTP(t, func(w http.ResponseWriter, _ *http.Request) { respond(w, status, notFoundBody) }, noRetries)
		_, err := c.GetClient(t.Context(), "my-app")
		require.Error(t, err)
		require.NotErrorIs(t, err, ErrNotFound, status)
	}
}

// A success status alone is not sufficient.
func TestASuccessWithAnUnexpectedBodyIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `null`, `{}`, `[]`, `""`, `1`, `true`, `{"hello":"world"}`, `{"data":[]}`, `<html>`, `{"id":"my-app"`, `{"id":1}`, `{"id":"another"}`, `{"id":null}`, "\xff\xfe", `[{"id":"my-app"}]`} {
		c := connectHTTP(t, func(w http.ResponseWriter, _ *http.Request) { respond(w, 200, body) }, noRetries)
		for name, err := range map[string]error{
			"GetClient":             errorOf(c.GetClient(t.Context(), "my-app")),
			"CreateClient":          errorOf(c.CreateClient(t.Context(), "", ClientSettings{})),
			"UpdateClient":          errorOf(c.UpdateClient(t.Context(), "my-app", ClientSettings{})),
			"UpdateClientAndGroups": errorOf(c.UpdateClientAndGroups(t.Context(), "my-app", ClientSettings{}, nil)),
			"GetGroup":              errorOf(c.GetGroup(t.Context(), "g1")),
			"UpdateGroup":           errorOf(c.UpdateGroup(t.Context(), "g1", GroupSettings{})),
			"FindGroup":             errorOf(c.FindGroup(t.Context(), "devs")),
			"CreateGroup":           errorOf(c.CreateGroup(t.Context(), GroupSettings{Name: "devs"})),
			"AddIdentity":           c.AddFederatedIdentity(t.Context(), "my-app", FederatedIdentity{Issuer: "https://one.example"}),
			"DeleteIdentity":        c.DeleteFederatedIdentity(t.Context(), "my-app", "https://one.example"),
			"Version":               errorOf(c.Version(t.Context())),
			"Issuer":                errorOf(c.Issuer(t.Context())),
		} {
			require.Error(t, err, "%s %s", name, body)
			require.NotErrorIs(t, err, ErrNotFound, "%s %s", name, body)
		}
		if body[:min(1, len(body))] != "[" {
			_, err := c.ListSecrets(t.Context(), "my-app")
			require.ErrorIs(t, err, ErrNotPocketID, "secrets from %s", body)
		}
		if body != `` {
			require.ErrorIs(t, c.DeleteClient(t.Context(), "my-app"), ErrNotPocketID, "a delete must have no body, but has %s", body)
		}
	}
}

func TestAResponseAboutAnotherObjectIsNotWrittenBack(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"hello":"world"}`, `{"id":"another","name":"Another"}`, `[]`, `null`, ``} {
		requests := &requestLog{}
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			requests.record(r)
			respond(w, 200, body)
		}, noRetries)
		require.ErrorIs(t, errorOf(c.UpdateClient(t.Context(), "my-app", ClientSettings{Name: "Mine"})), ErrNotPocketID, body)
		require.ErrorIs(t, c.AddFederatedIdentity(t.Context(), "my-app", FederatedIdentity{Issuer: "https://one.example"}), ErrNotPocketID, body)
		require.ErrorIs(t, errorOf(c.UpdateGroup(t.Context(), "g1", GroupSettings{Name: "devs"})), ErrNotPocketID, body)
		require.Equal(t, []string{"GET /api/oidc/clients/my-app", "GET /api/oidc/clients/my-app", "GET /api/user-groups/g1"}, requests.all(), body)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		var redirected requestLog
		elsewhere := connectHTTP(t, func(_ http.ResponseWriter, r *http.Request) { redirected.record(r) })
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://user:hidden-9@"+elsewhere.base.Host+r.URL.Path+"?token=hidden-9")
			w.WriteHeader(status)
		}, noRetries)
		for _, err := range []error{
			errorOf(c.GetClient(t.Context(), "my-app")),
			c.DeleteClient(t.Context(), "my-app"),
			errorOf(c.CreateClient(t.Context(), "my-app", ClientSettings{})),
			errorOf(c.SetAllowedGroups(t.Context(), "my-app", nil)),
			errorOf(c.Issuer(t.Context())),
		} {
			require.ErrorIs(t, err, ErrNotPocketID)
			require.Contains(t, err.Error(), "http://"+elsewhere.base.Host)
			require.NotContains(t, err.Error(), "hidden-9")
		}
		require.Empty(t, redirected.all())
	}
}

func TestAResponseHasAMaximumSize(t *testing.T) {
	t.Parallel()
	sent := 0
	c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"id":"my-app","name":"`))
		for chunk := slices.Repeat([]byte("x"), 1<<20); r.Context().Err() == nil; sent++ {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}, noRetries)
	_, err := c.GetClient(t.Context(), "my-app")
	require.ErrorIs(t, err, ErrNotPocketID)
	require.Contains(t, err.Error(), "larger than 16 MiB")
	require.Less(t, len(err.Error()), 200)

	exact := []byte(`{"id":"my-app","description":"` + strings.Repeat("x", 16<<20-32) + `"}`)
	require.Len(t, exact, 16<<20)
	c = connectHTTP(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(exact) }, noRetries)
	got, err := c.GetClient(t.Context(), "my-app")
	require.NoError(t, err)
	require.Len(t, got.Description, 16<<20-32)
}

func TestAnIncompleteResponseIsAnError(t *testing.T) {
	t.Parallel()
	complete := `{"id":"my-app","name":"Mine"}`
	for name, handler := range map[string]http.HandlerFunc{
		"shorter than Content-Length": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(complete)))
			_, _ = w.Write([]byte(complete[:10]))
		},
		"complete JSON, but shorter than Content-Length": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(complete)+10))
			_, _ = w.Write([]byte(complete))
		},
		"connection closed within the body": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(complete[:10]))
			_ = http.NewResponseController(w).Flush()
			dropConnection()
		},
		"connection closed at once": func(w http.ResponseWriter, r *http.Request) { dropConnection() },
		"connection closed after the headers": func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).Flush()
			dropConnection()
		},
	} {
		_, err := connectHTTP(t, handler, noRetries).GetClient(t.Context(), "my-app")
		require.ErrorIs(t, err, ErrUnreachable, name)
		require.NotErrorIs(t, err, ErrNotFound, name)
	}
	// Without Content-Length, only the JSON is incomplete.
	_, err := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + complete[:10]))
			conn.Close()
		}
	}, noRetries).GetClient(t.Context(), "my-app")
	require.ErrorIs(t, err, ErrNotPocketID)
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"7":                             7 * time.Second,
		"60":                            time.Minute,
		"86400":                         time.Minute, // the maximum
		"9999999999999999999":           0,
		"9223372036":                    time.Minute, // overflows as nanoseconds
		"9223372037":                    time.Minute,
		"-5":                            0,
		"1.5":                           0,
		"soon":                          0,
		"Thu, 01 Jan 1970 00:00:00 GMT": 0,
		"Fri, 31 Dec 9999 23:59:59 GMT": time.Minute,
	} {
		require.Equal(t, want, parseRetryAfter(header), "%q", header)
	}
	wait := parseRetryAfter(time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat))
	require.Greater(t, wait, 17*time.Second)
	require.LessOrEqual(t, wait, 20*time.Second)
}

func TestAnErrorExplainsThatANameIsNotAnID(t *testing.T) {
	t.Parallel()
	c := connectHTTP(t, func(w http.ResponseWriter, _ *http.Request) {
		respond(w, 404, `{"error":"User group not found","code":"not_found"}`)
	})
	_, err := c.GetGroup(t.Context(), "admins")
	require.ErrorContains(t, err, `"admins" must be an ID (it looks like a name)`)
	_, err = c.GetGroup(t.Context(), "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11")
	require.NotContains(t, err.Error(), "looks like a name")
}

// Broken or foreign content may contain a secret, so an error describes it and quotes only
// short plain text.
func TestErrorsDoNotQuoteContent(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-value"
	for _, row := range []struct{ contentType, body string }{
		{"application/json", `{"secret":"` + secret + `"`},
		{"text/html", "<p>" + secret + "</p>"},
		{"application/octet-stream", secret},
		{"text/plain", secret + strings.Repeat(".", 80)},
		{"", secret},
	} {
		res := &http.Response{Header: http.Header{"Content-Type": {row.contentType}}}
		require.NotContains(t, describeBody(res, []byte(row.body)), secret, row.contentType)
	}
	res := &http.Response{Header: http.Header{"Content-Type": {"text/plain"}}}
	require.Equal(t, `"no such site"`, describeBody(res, []byte("no such site")))
	var text string
	require.ErrorIs(t, document{"token": []byte(`["` + secret + `"]`)}.get("token", &text), ErrNotPocketID)
	require.NotContains(t, document{"token": []byte(`["` + secret + `"]`)}.get("token", &text).Error(), secret)
	var parts struct{ Token int }
	require.NotContains(t, document{"token": []byte(`"` + secret + `"`)}.decode(&parts).Error(), secret)
}
