package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// For any input of a program, an import or a server: no panic, no request to another URL,
// no ErrNotFound that is not Pocket ID's, and errors of limited length.

// FuzzID checks that an id is one segment of the path or is rejected.
func FuzzID(f *testing.F) {
	for _, id := range []string{"", ".", "..", "...", "my-app", "a/b", `a\b`, "%2e%2e", "%2F", "a?b#c", "~bXktYXBw", "é", "\xff", "a\x00b", "//", " ", "http://id.example.com", "a;b=c", strings.Repeat("x", 1000)} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		p, err := path("oidc", "clients", id, "secrets")
		if err != nil {
			require.ErrorIs(t, err, ErrInvalidID)
			return
		}
		for _, base := range []string{"https://id.example.com", "https://id.example.com/", "https://id.example.com/pre/fix"} {
			c, err := New(Options{BaseURL: base, APIKey: testKey})
			require.NoError(t, err)
			u, err := url.Parse(c.base.JoinPath(p).String())
			require.NoError(t, err)
			require.Equal(t, "id.example.com", u.Host)
			require.Empty(t, u.RawQuery+u.Fragment)
			below, ok := strings.CutPrefix(u.EscapedPath(), strings.TrimSuffix(c.base.Path, "/")+"/api/oidc/clients/")
			require.True(t, ok, u.EscapedPath())
			escaped, ok := strings.CutSuffix(below, "/secrets")
			require.True(t, ok, u.EscapedPath())
			require.NotContains(t, escaped, "/")
			back, err := url.PathUnescape(escaped)
			require.NoError(t, err)
			require.Equal(t, id, back)
		}
	})
}

// FuzzAddress checks that requests go to the host of the base URL, and that no error
// repeats a password in it.
func FuzzAddress(f *testing.F) {
	for _, base := range []string{"https://id.example.com", "http://[::1]:1411/", "https://u:password-9@id.example.com", "//x", "http:", "https://id.example.com/%zz", "https://id.example.com/a/../..", "HTTPS://ID.example.com:0",
		"https://id.example.com:99999", "https://id.example.com?password-9", "http://a b", "https://id.example.com/?#", "javascript:alert(1)", "https://\x00", "https://id.example.com\\@evil.example", "https://id.example.com#@evil.example"} {
		f.Add(base)
	}
	f.Fuzz(func(t *testing.T, base string) {
		host := ""
		c, err := New(Options{BaseURL: base, APIKey: testKey, MaxRetries: -1, StartupTimeout: -1, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			host = r.URL.Host
			require.True(t, r.URL.Scheme == "http" || r.URL.Scheme == "https")
			require.Nil(t, r.URL.User)
			require.Empty(t, r.URL.RawQuery+r.URL.Fragment)
			require.True(t, strings.HasSuffix(r.URL.EscapedPath(), "/api/oidc/clients/my-app"), r.URL)
			return nil, errors.New("no network")
		})})
		if u, parseErr := url.Parse(strings.TrimSpace(base)); parseErr == nil && u.User != nil {
			require.Error(t, err)
			if password, _ := u.User.Password(); len(password) > 8 && !strings.Contains(u.Host+u.Path, password) {
				require.NotContains(t, err.Error(), password)
			}
		}
		if err != nil {
			return
		}
		_, err = c.GetClient(context.Background(), "my-app")
		require.Error(t, err)
		require.Equal(t, strings.TrimSuffix(c.base.Host, ":"), strings.TrimSuffix(host, ":"))
		require.NotEmpty(t, c.base.Hostname())
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// callEverything calls the methods of c and returns their errors by name.
func callEverything(c *Conn, ctx context.Context) map[string]error {
	settings := ClientSettings{Name: "Mine"}
	secret := SecretRequest{Value: "a custom secret value"}
	fi := FederatedIdentity{Issuer: "https://one.example", Subject: "s"}
	return map[string]error{
		"GetClient":               errorOf(c.GetClient(ctx, "my-app")),
		"CreateClient":            errorOf(c.CreateClient(ctx, "my-app", settings)),
		"UpdateClient":            errorOf(c.UpdateClient(ctx, "my-app", settings)),
		"UpdateClientAndGroups":   errorOf(c.UpdateClientAndGroups(ctx, "my-app", settings, []string{"g"})),
		"DeleteClient":            c.DeleteClient(ctx, "my-app"),
		"SetAllowedGroups":        errorOf(c.SetAllowedGroups(ctx, "my-app", []string{"g1"})),
		"ListClients":             errorOf(c.ListClients(ctx)),
		"VerifyClientSecret":      errorOf(c.VerifyClientSecret(ctx, "my-app", secret.Value)),
		"CreateSecret":            errorOf(c.CreateSecret(ctx, "my-app", secret, nil)),
		"replaceSecret":           errorOf(c.replaceSecret(ctx, "my-app", secret)),
		"ListSecrets":             errorOf(c.ListSecrets(ctx, "my-app")),
		"DeleteSecret":            c.DeleteSecret(ctx, "my-app", "s1"),
		"GetGroup":                errorOf(c.GetGroup(ctx, "my-app")),
		"FindGroup":               errorOf(c.FindGroup(ctx, "devs")),
		"CreateGroup":             errorOf(c.CreateGroup(ctx, GroupSettings{Name: "devs"})),
		"UpdateGroup":             errorOf(c.UpdateGroup(ctx, "my-app", GroupSettings{Name: "devs"})),
		"DeleteGroup":             c.DeleteGroup(ctx, "my-app"),
		"PutClaims":               c.PutClaims(ctx, GroupClaims, "my-app", map[string]string{"a": "b"}),
		"GetFederatedIdentity":    errorOf(c.GetFederatedIdentity(ctx, "my-app", fi.Issuer)),
		"AddFederatedIdentity":    c.AddFederatedIdentity(ctx, "my-app", fi),
		"UpdateFederatedIdentity": c.UpdateFederatedIdentity(ctx, "my-app", fi),
		"DeleteFederatedIdentity": c.DeleteFederatedIdentity(ctx, "my-app", fi.Issuer),
		"CurrentAPIKeys":          func() error { _, _, err := c.CurrentAPIKeys(ctx); return err }(),
		"Version":                 errorOf(c.Version(ctx)),
		"Issuer":                  errorOf(c.Issuer(ctx)),
	}
}

// FuzzAnswers gives one response to the requests of all methods.
func FuzzAnswers(f *testing.F) {
	for _, version := range recordedVersions {
		seen := map[string]bool{}
		for _, r := range recordings(f, version, func(r recorded) bool { return true }) {
			if kind := r.Method + r.Topic + r.Note; !seen[kind] && len(r.body()) < 2000 {
				seen[kind] = true
				f.Add(r.Status, r.ContentType, r.body())
			}
		}
	}
	for _, body := range []string{``, `null`, `{}`, `[]`, `[null]`, `{"id":"my-app"}`, `{"id":"my-app","name":"Mine","credentials":{"federatedIdentities":[null,{"issuer":"https://one.example"}]}}`, `{"id":"my-app","credentials":[]}`,
		`{"data":[],"pagination":{"totalPages":99999999}}`, `{"data":[{"name":"devs"}],"pagination":{"totalPages":1,"currentPage":1}}`, `{"currentVersion":"\u001b[31m2.14.0"}`, `{"issuer":"javascript:alert(1)"}`, `{"active":true}`, `{"error":"\u001b]0;title\u0007"}`,
		`{"error":"x","details":{"fields":[{"field":"\n","message":"\u0000"}]}}`, `<html><title>` + strings.Repeat("x", 200) + `</title>`, `{"secret":"s","id":"1"}`, `{"id":"my-app","allowedUserGroups":[{"id":"g1"}]}`, `{"ID":"my-app","Id":"other"}`} {
		f.Add(200, "application/json", []byte(body))
		f.Add(404, "text/html; charset=utf-8", []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		if status < 200 || status > 599 || status == http.StatusTooManyRequests {
			return // not HTTP, or a pause
		}
		synctest.Test(t, func(t *testing.T) {
			defer time.Sleep(time.Minute) // until the goroutines of the joined edits end
			c := connectInProcess(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", kind)
				w.WriteHeader(status)
				_, _ = w.Write(body)
			}, noRetries)
			for what, err := range callEverything(c, t.Context()) {
				switch {
				case err == nil:
					notFound := status == 404 && strings.HasPrefix(what, "Delete")
					rejected := status/100 == 4 && what == "VerifyClientSecret"
					require.True(t, status/100 == 2 || notFound || rejected, "%s: %d", what, status)
				default:
					requirePrintable(t, err, body)
					if !strings.Contains(what, "Find") && !strings.Contains(what, "Identity") && what != "SetAllowedGroups" { // these return ErrNotFound for a part of a successful response
						require.False(t, errors.Is(err, ErrNotFound) && status != 404, "%s: %v", what, err)
					}
					require.False(t, status == 404 && errors.Is(err, ErrNotFound) && !strings.Contains(strings.ToLower(string(body)), "not found") && !strings.Contains(string(body), `\u`) && !strings.Contains(string(body), "not_found"), "%s: %v", what, err)
				}
			}
			if client, err := c.GetClient(t.Context(), "my-app"); err == nil {
				require.Equal(t, "my-app", client.ID)
				_ = client.AllowedGroupIDs()
			}
			if g, err := c.GetGroup(t.Context(), "my-app"); err == nil {
				_ = g.Claims()
			}
		})
	})
}

// requirePrintable requires that the text of err is safe for a terminal.
func requirePrintable(t *testing.T, err error, body []byte) {
	t.Helper()
	text := err.Error()
	require.True(t, utf8.ValidString(text), "%q", text)
	require.False(t, strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }), "%q", text)
	require.Less(t, len(text), 8000, "a response of %d bytes", len(body))
	require.NotContains(t, text, testKey)
	require.NotContains(t, text, "internal error in the provider")
}

// FuzzErrorBody checks the meaning of errors with any body.
func FuzzErrorBody(f *testing.F) {
	for _, version := range recordedVersions {
		for _, r := range recordings(f, version, func(r recorded) bool { return r.Status >= 400 && r.Method != http.MethodGet }) {
			f.Add(r.Status, r.body())
		}
	}
	for _, body := range []string{notFoundBody, conflictBody, internalErrorBody, notSignedInBody, rateLimitedBody, `{"error":"API endpoint not found"}`, `{"error":"Record not found"}`, `{"error":{"code":404}}`, `{"error":"x","details":[]}`, `{"error":null}`, `{"error":"x"} trailing`} {
		f.Add(404, []byte(body))
		f.Add(400, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 400 || status > 599 {
			return
		}
		res := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {string(body)}}}
		err := checkResponse(&url.URL{Scheme: "https", Host: "id.example.com"}, request{method: "GET", path: "api/x"}, res, body)
		require.Error(t, err)
		requirePrintable(t, err, body)
		var e *Error
		require.ErrorAs(t, err, &e)
		if errors.Is(err, ErrNotFound) {
			require.Equal(t, 404, status)
			require.True(t, e.fromPocketID)
			require.NotErrorIs(t, err, ErrNotPocketID)
			require.True(t, e.Code == "not_found" || strings.HasSuffix(e.Code, "_not_found") || strings.HasSuffix(strings.ToLower(e.Message), "not found"))
		}
		if e.isRejection() {
			require.True(t, json.Valid(body), "only Pocket ID's own errors are rejections")
		}
	})
}

// FuzzVersion checks that a version has the features of all earlier ones.
func FuzzVersion(f *testing.F) {
	for _, v := range []string{"", "2.3.0", "2.14.0", "v2.14", "2.14.0-rc.1", "development", "2", "99999999999999999999.1.1", "1.2.3.4", "-1.0.0", "2.14.0+x", "\x1b[31m", "2.0e1.0", "  2.9.0  ", "２.９.０"} {
		f.Add(v)
	}
	inOrder := []Feature{CustomSubjects, PushedAuthorizationRequests, ClientDescriptions, CustomSecretValues, TokenLifetimes, MultipleSecrets, BackchannelLogout}
	f.Fuzz(func(t *testing.T, text string) {
		v := ParseVersion(text)
		require.NotEmpty(t, v.String())
		for i, later := range inOrder {
			for _, earlier := range inOrder[:i] {
				require.True(t, !v.Has(later) || v.Has(earlier), "%q has %s and not %s", text, later, earlier)
			}
		}
		if text == "" {
			require.False(t, v.Has(CustomSubjects))
		}
	})
}

// FuzzEdit checks that an edit of identities changes nothing else of any client.
func FuzzEdit(f *testing.F) {
	for _, client := range []string{existingClient, `{"id":"my-app"}`, `{"id":"my-app","credentials":null}`, `{"id":"my-app","credentials":{"federatedIdentities":[{"issuer":"https://one.example","subject":"s","x":[1,{}]},null,{"issuer":3}],"y":1}}`,
		`{"id":"my-app","credentials":{"federatedIdentities":[{"issuer":"https://one.example"},{"issuer":"https://one.example"}]}}`, `{"id":"my-app","ID":"x","name":"a\u0000b","n":1e400}`, `{"id":"my-app","n":12345678901234567890.123}`} {
		f.Add([]byte(client))
	}
	f.Fuzz(func(t *testing.T, client []byte) {
		var before document
		if json.Unmarshal(client, &before) != nil {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			defer time.Sleep(time.Minute)
			var wrote []document
			c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut {
					body, _ := io.ReadAll(r.Body)
					var d document
					if err := json.Unmarshal(body, &d); err != nil {
						t.Errorf("wrote what is not JSON: %v", err)
					}
					wrote = append(wrote, d)
				}
				respond(w, 200, string(client))
			}, noRetries)
			fi := FederatedIdentity{Issuer: "https://new.example", Subject: "s"}
			for what, err := range map[string]error{
				"add":    c.AddFederatedIdentity(t.Context(), "my-app", fi),
				"update": c.UpdateFederatedIdentity(t.Context(), "my-app", FederatedIdentity{Issuer: "https://one.example"}),
				"delete": c.DeleteFederatedIdentity(t.Context(), "my-app", "https://one.example"),
			} {
				if err != nil {
					require.NotContains(t, err.Error(), "internal error in the provider", what)
				}
			}
			for _, d := range wrote {
				require.Equal(t, fieldsExcept(before, "credentials"), fieldsExcept(d, "credentials"))
				require.Equal(t, otherCredentials(before), otherCredentials(d))
			}
			for _, d := range wrote {
				_, _, err := decodeIdentities(d)
				require.NoError(t, err)
				require.Equal(t, countOtherIdentities(before), countOtherIdentities(d), "identities of other issuers")
			}
		})
	})
}

// countOtherIdentities counts the identities whose issuers FuzzEdit does not edit.
func countOtherIdentities(d document) (n int) {
	var list []document
	credentials := document{}
	_ = d.get("credentials", &credentials)
	_ = credentials.get("federatedIdentities", &list)
	for _, e := range list {
		if issuerOf(e) != "https://one.example" && issuerOf(e) != "https://new.example" {
			n++
		}
	}
	return n
}

// fieldsExcept returns the fields of a document as plain values, without one field.
func fieldsExcept(d document, except string) map[string]any {
	out := map[string]any{}
	for field, raw := range d {
		if field != except {
			out[field] = decodeExact(raw)
		}
	}
	return out
}

// otherCredentials returns the credentials without the identities.
func otherCredentials(d document) map[string]any {
	var credentials document
	_ = d.get("credentials", &credentials)
	return fieldsExcept(credentials, "federatedIdentities")
}

// decodeExact decodes JSON and keeps numbers as they are written.
func decodeExact(raw json.RawMessage) any {
	var v any
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return string(raw)
	}
	return v
}
