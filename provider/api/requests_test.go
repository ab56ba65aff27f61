package api

import (
	"context"
	"net/http"
	"net/http/httputil"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// said takes down requests byte by byte and gives canned answers to them.
type said struct {
	answers map[string]string // by "METHOD /path"; what begins with a number has that status

	mu   sync.Mutex
	said []string
}

var arbitrary = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)

func (s *said) handle(w http.ResponseWriter, r *http.Request) {
	raw, err := httputil.DumpRequest(r, true)
	if err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	told := lines[0][:len(lines[0])-len(" HTTP/1.1")] + "\n"
	for _, line := range lines[1:] {
		if !strings.HasPrefix(line, "Host: ") && !strings.HasPrefix(line, "Content-Length: ") && !strings.HasPrefix(line, "Accept-Encoding: ") {
			told += line + "\n"
		}
	}
	s.said = append(s.said, arbitrary.ReplaceAllString(told+body, "<uuid>"))
	said := s.answers[r.Method+" "+r.URL.Path]
	switch status, rest, ok := strings.Cut(said, " "); {
	case ok && status == "404":
		answer(w, 404, rest)
	case ok && status == "201":
		answer(w, 201, rest)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	case strings.Contains(said, "<id>"): // the id that was sent
		answer(w, 201, strings.Replace(said, "<id>", arbitrary.FindString(body), 1))
	default:
		answer(w, 200, said)
	}
}

const (
	withKey  = "Accept: application/json\nUser-Agent: pulumi-pocketid/test\nX-Api-Key: " + testKey + "\n"
	withBody = "Accept: application/json\nContent-Type: application/json\nUser-Agent: pulumi-pocketid/test\nX-Api-Key: " + testKey + "\n"

	// theirs is a client with what this version of the provider knows nothing of.
	theirs = `{"id":"my-app","name":"Mine","isPublic":false,"callbackURLs":["https://a.example"],"fieldOfTomorrow":{"keep":[1,2.50,null]},` +
		`"credentials":{"federatedIdentities":[{"issuer":"https://one.example","subject":"s","replayProtection":false,"yetUnknown":[{"kty":"RSA"}]}],"secrets":[{"id":"s1","prefix":"abcd"}]}}`
)

// Every request of this package, byte by byte.
func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	settings := ClientSettings{Name: "Mine", CallbackURLs: []string{"https://a.example/?a=1&b=<2>"}, LogoutCallbackURLs: []string{}, PKCEEnabled: true}
	const written = `{"name":"Mine","description":"","callbackURLs":["https://a.example/?a=1\u0026b=\u003c2\u003e"],"logoutCallbackURLs":[],"launchURL":null,"isPublic":false,"pkceEnabled":true,` +
		`"requiresReauthentication":false,"requiresPushedAuthorizationRequests":false,"skipConsent":false,"isGroupRestricted":false}`
	const merged = `{"callbackURLs":["https://a.example/?a=1\u0026b=\u003c2\u003e"],` +
		`"credentials":{"federatedIdentities":[{"issuer":"https://one.example","subject":"s","replayProtection":false,"yetUnknown":[{"kty":"RSA"}]}],"secrets":[{"id":"s1","prefix":"abcd"}]},` +
		`"description":"","fieldOfTomorrow":{"keep":[1,2.50,null]},"id":"my-app","isGroupRestricted":false,"isPublic":false,"launchURL":null,"logoutCallbackURLs":[],"name":"Mine","pkceEnabled":true,` +
		`"requiresPushedAuthorizationRequests":false,"requiresReauthentication":false,"skipConsent":false}`
	const identities = `{"callbackURLs":["https://a.example"],"credentials":{"federatedIdentities":[%],"secrets":[{"id":"s1","prefix":"abcd"}]},` +
		`"fieldOfTomorrow":{"keep":[1,2.50,null]},"id":"my-app","isPublic":false,"name":"Mine"}`

	for name, row := range map[string]struct {
		do      func(context.Context, *Conn) error
		answers map[string]string
		fails   error
		said    []string
	}{
		"a client with a named id": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.CreateClient(ctx, "my-app", settings)
				return err
			},
			answers: map[string]string{
				"GET /api/oidc/clients/my-app": "404 " + missing,
				"POST /api/oidc/clients":       `201 {"id":"my-app"}`,
			},
			said: []string{
				"GET /api/oidc/clients/my-app\n" + withKey,
				"POST /api/oidc/clients\n" + withBody + `{"id":"my-app",` + written[1:],
			},
		},
		"a client with an id made up": {
			do:      func(ctx context.Context, c *Conn) error { _, err := c.CreateClient(ctx, "", settings); return err },
			answers: map[string]string{"POST /api/oidc/clients": `{"id":"<id>"}`},
			said:    []string{"POST /api/oidc/clients\n" + withBody + `{"id":"<uuid>",` + written[1:]},
		},
		"a client's settings": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.UpdateClient(ctx, "my-app", settings)
				return err
			},
			answers: map[string]string{"GET /api/oidc/clients/my-app": theirs, "PUT /api/oidc/clients/my-app": theirs},
			fails:   ErrConflict, // this server keeps what it had
			said:    []string{"GET /api/oidc/clients/my-app\n" + withKey, "PUT /api/oidc/clients/my-app\n" + withBody + merged, "GET /api/oidc/clients/my-app\n" + withKey},
		},
		"a client that is no longer told of logouts": {
			do: func(ctx context.Context, c *Conn) error {
				return second(c.UpdateClient(ctx, "my-app", ClientSettings{Name: "Mine"}))
			},
			answers: map[string]string{"GET /api/oidc/clients/my-app": `{"id":"my-app","name":"Mine","backchannelLogoutURL":"https://a.example/bye"}`, "PUT /api/oidc/clients/my-app": `{}`},
			said: []string{"GET /api/oidc/clients/my-app\n" + withKey,
				"PUT /api/oidc/clients/my-app\n" + withBody + `{"callbackURLs":null,"description":"","id":"my-app","isGroupRestricted":false,"isPublic":false,"launchURL":null,"logoutCallbackURLs":null,"name":"Mine",` +
					`"pkceEnabled":false,"requiresPushedAuthorizationRequests":false,"requiresReauthentication":false,"skipConsent":false}`,
				"GET /api/oidc/clients/my-app\n" + withKey},
		},
		"allowed groups": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.SetAllowedGroups(ctx, "my-app", []string{"g1", "g2"})
				return err
			},
			answers: map[string]string{
				"PUT /api/oidc/clients/my-app/allowed-user-groups": `{"id":"my-app"}`,
				"GET /api/oidc/clients/my-app":                     `{"id":"my-app","allowedUserGroups":[{"id":"g2","name":"x"},{"id":"g1","name":"y"}]}`,
			},
			said: []string{"PUT /api/oidc/clients/my-app/allowed-user-groups\n" + withBody + `{"userGroupIds":["g1","g2"]}`, "GET /api/oidc/clients/my-app\n" + withKey},
		},
		"nobody allowed": {
			do: func(ctx context.Context, c *Conn) error { _, err := c.SetAllowedGroups(ctx, "my-app", nil); return err },
			answers: map[string]string{
				"PUT /api/oidc/clients/my-app/allowed-user-groups": `{"id":"my-app"}`,
				"GET /api/oidc/clients/my-app":                     `{"id":"my-app","allowedUserGroups":[]}`,
			},
			said: []string{"PUT /api/oidc/clients/my-app/allowed-user-groups\n" + withBody + `{"userGroupIds":[]}`, "GET /api/oidc/clients/my-app\n" + withKey},
		},
		"a client's removal": {
			do:   func(ctx context.Context, c *Conn) error { return c.DeleteClient(ctx, "my-app") },
			said: []string{"DELETE /api/oidc/clients/my-app\n" + withKey},
		},
		"a secret, since 2.14": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.MintSecret(ctx, "my-app", NewSecret{Value: "an own value of it"}, nil)
				return err
			},
			answers: map[string]string{"GET /api/version/current": `{"currentVersion":"2.14.0"}`, "POST /api/oidc/clients/my-app/secrets": `201 {"id":"s2","secret":"an own value of it"}`},
			said:    []string{"GET /api/version/current\n" + withKey, "POST /api/oidc/clients/my-app/secrets\n" + withBody + `{"secret":"an own value of it"}`},
		},
		"a secret, before": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.MintSecret(ctx, "my-app", NewSecret{Value: "an own value of it"}, nil)
				return err
			},
			answers: map[string]string{"GET /api/version/current": `{"currentVersion":"2.13.0"}`, "POST /api/oidc/clients/my-app/secret": `{"secret":"an own value of it"}`},
			said:    []string{"GET /api/version/current\n" + withKey, "POST /api/oidc/clients/my-app/secret\n" + withBody + `{"secret":"an own value of it"}`},
		},
		"the list of secrets": {
			do:      func(ctx context.Context, c *Conn) error { _, err := c.ListSecrets(ctx, "my-app"); return err },
			answers: map[string]string{"GET /api/oidc/clients/my-app/secrets": `[]`},
			said:    []string{"GET /api/oidc/clients/my-app/secrets\n" + withKey},
		},
		"a secret's removal": {
			do:   func(ctx context.Context, c *Conn) error { return c.DeleteSecret(ctx, "my-app", "s1") },
			said: []string{"DELETE /api/oidc/clients/my-app/secrets/s1\n" + withKey},
		},
		"a secret to be verified, without the key": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.VerifyClientSecret(ctx, "my-app", "a:b c&d%e+f")
				return err
			},
			answers: map[string]string{"POST /api/oidc/introspect": `{"active":false}`},
			said: []string{"POST /api/oidc/introspect\nAccept: application/json\nAuthorization: Basic bXktYXBwOmElM0FiK2MlMjZkJTI1ZSUyQmY=\n" +
				"Content-Type: application/x-www-form-urlencoded\nUser-Agent: pulumi-pocketid/test\ntoken=none"},
		},
		"a group": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.CreateGroup(ctx, GroupSettings{Name: "a&b=c", FriendlyName: "Devs"})
				return err
			},
			answers: map[string]string{"GET /api/user-groups": `{"data":[],"pagination":{"totalPages":1,"currentPage":1}}`, "POST /api/user-groups": `201 {"id":"g1","name":"a&b=c"}`},
			said: []string{
				"GET /api/user-groups?pagination%5Blimit%5D=100&pagination%5Bpage%5D=1&search=a%26b%3Dc&sort%5Bcolumn%5D=name\n" + withKey,
				"POST /api/user-groups\n" + withBody + `{"name":"a\u0026b=c","friendlyName":"Devs"}`,
			},
		},
		"a group's names": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.UpdateGroup(ctx, "g1", GroupSettings{Name: "devs", FriendlyName: "Devs"})
				return err
			},
			answers: map[string]string{"GET /api/user-groups/g1": `{"id":"g1","name":"devs","friendlyName":"Devs","users":[{"id":"u1"}]}`, "PUT /api/user-groups/g1": `{}`},
			said: []string{"GET /api/user-groups/g1\n" + withKey, "PUT /api/user-groups/g1\n" + withBody + `{"friendlyName":"Devs","id":"g1","name":"devs","users":[{"id":"u1"}]}`,
				"GET /api/user-groups/g1\n" + withKey},
		},
		"a group's claims": {
			do: func(ctx context.Context, c *Conn) error {
				return c.SetClaims(ctx, GroupClaims, "g1", map[string]string{"b": "2", "a": "1"})
			},
			answers: map[string]string{"PUT /api/custom-claims/user-group/g1": `[]`},
			said:    []string{"PUT /api/custom-claims/user-group/g1\n" + withBody + `[{"key":"a","value":"1"},{"key":"b","value":"2"}]`},
		},
		"a group's removal": {
			do:   func(ctx context.Context, c *Conn) error { return c.DeleteGroup(ctx, "g1") },
			said: []string{"DELETE /api/user-groups/g1\n" + withKey},
		},
		"one more identity": {
			do: func(ctx context.Context, c *Conn) error {
				return c.AddFederatedIdentity(ctx, "my-app", FederatedIdentity{Issuer: "https://two.example", JWKS: "https://two.example/keys"})
			},
			answers: map[string]string{"GET /api/oidc/clients/my-app": theirs, "PUT /api/oidc/clients/my-app": theirs},
			fails:   ErrConflict,
			said: []string{"GET /api/oidc/clients/my-app\n" + withKey,
				"PUT /api/oidc/clients/my-app\n" + withBody + strings.Replace(identities, "%", `{"issuer":"https://one.example","replayProtection":false,"subject":"s","yetUnknown":[{"kty":"RSA"}]},`+
					`{"issuer":"https://two.example","jwks":"https://two.example/keys","replayProtection":false}`, 1),
				"GET /api/oidc/clients/my-app\n" + withKey},
		},
		"another identity": {
			do: func(ctx context.Context, c *Conn) error {
				return c.UpdateFederatedIdentity(ctx, "my-app", FederatedIdentity{Issuer: "https://one.example", Audience: "a"})
			},
			answers: map[string]string{"GET /api/oidc/clients/my-app": theirs, "PUT /api/oidc/clients/my-app": theirs},
			fails:   ErrConflict,
			said: []string{"GET /api/oidc/clients/my-app\n" + withKey,
				"PUT /api/oidc/clients/my-app\n" + withBody + strings.Replace(identities, "%", `{"audience":"a","issuer":"https://one.example","replayProtection":false,"yetUnknown":[{"kty":"RSA"}]}`, 1),
				"GET /api/oidc/clients/my-app\n" + withKey},
		},
		"no identity": {
			do: func(ctx context.Context, c *Conn) error {
				return c.DeleteFederatedIdentity(ctx, "my-app", "https://one.example")
			},
			answers: map[string]string{"GET /api/oidc/clients/my-app": theirs, "PUT /api/oidc/clients/my-app": theirs},
			fails:   ErrConflict,
			said: []string{"GET /api/oidc/clients/my-app\n" + withKey, "PUT /api/oidc/clients/my-app\n" + withBody + strings.Replace(identities, "%", "", 1),
				"GET /api/oidc/clients/my-app\n" + withKey},
		},
		"the issuer, without the key": {
			do:      func(ctx context.Context, c *Conn) error { _, err := c.Issuer(ctx); return err },
			answers: map[string]string{"GET /.well-known/openid-configuration": `{"issuer":"https://id.example.com"}`},
			said:    []string{"GET /.well-known/openid-configuration\nAccept: application/json\nUser-Agent: pulumi-pocketid/test\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &said{answers: row.answers}
			c := over(t, server.handle, func(o *Options) { o.UserAgent = "pulumi-pocketid/test" })
			err := row.do(t.Context(), c)
			require.ErrorIs(t, err, row.fails)
			if row.fails != nil { // written again and again, always the same
				require.Greater(t, len(server.said), len(row.said))
				server.said = server.said[:len(row.said)]
			}
			require.Equal(t, row.said, server.said)
		})
	}
}

// An id is one segment of a path, whatever is in it.
func TestAnIDIsOneSegmentOfThePath(t *testing.T) {
	t.Parallel()
	for id, uri := range map[string]string{
		"my-app":       "/api/oidc/clients/my-app",
		"my.app":       "/api/oidc/clients/my.app",
		"...":          "/api/oidc/clients/...",
		"..a":          "/api/oidc/clients/..a",
		"a~b":          "/api/oidc/clients/a~b",
		"a%2e":         "/api/oidc/clients/a%252e",
		"%2e%2e":       "/api/oidc/clients/%252e%252e",
		"%2e%2e%2fapi": "/api/oidc/clients/%252e%252e%252fapi",
		"a?b=c":        "/api/oidc/clients/a%3Fb=c",
		"a#b":          "/api/oidc/clients/a%23b",
		"a b+c":        "/api/oidc/clients/a%20b+c",
		"a;b,c":        "/api/oidc/clients/a%3Bb%2Cc",
		"é":            "/api/oidc/clients/%C3%A9",
		"a\x00\r\nb":   "/api/oidc/clients/a%00%0D%0Ab",
		"\xff":         "/api/oidc/clients/%FF",
	} {
		for _, prefix := range []string{"", "/", "/pocket/id", "/pocket/id/", "/with%20space"} {
			asked := ""
			c := over(t, func(w http.ResponseWriter, r *http.Request) {
				asked = r.RequestURI
				answer(w, 200, text(OIDCClient{ID: id}))
			}, func(o *Options) { o.BaseURL += prefix })
			_, err := c.GetClient(t.Context(), id)
			if id != "\xff" { // JSON cannot say it, so no server has it
				require.NoError(t, err, "%q", id)
			}
			require.Equal(t, strings.TrimSuffix(prefix, "/")+uri, asked, "%q", id)
		}
	}
}

func TestWhatIsNoIDNeverReachesTheServer(t *testing.T) {
	t.Parallel()
	asked := &diary{}
	c := over(t, func(_ http.ResponseWriter, r *http.Request) { asked.note(r) })
	// Since 2.13 what begins with ~ is decoded, and means another object.
	for _, id := range []string{"", ".", "..", "a/b", "/", "../users", `..\users`, "~bXktYXBw"} {
		for name, err := range map[string]error{
			"GetClient":          second(c.GetClient(t.Context(), id)),
			"UpdateClient":       second(c.UpdateClient(t.Context(), id, ClientSettings{})),
			"DeleteClient":       c.DeleteClient(t.Context(), id),
			"SetAllowedGroups":   second(c.SetAllowedGroups(t.Context(), id, nil)),
			"ListSecrets":        second(c.ListSecrets(t.Context(), id)),
			"DeleteSecret":       c.DeleteSecret(t.Context(), "my-app", id),
			"GetGroup":           second(c.GetGroup(t.Context(), id)),
			"UpdateGroup":        second(c.UpdateGroup(t.Context(), id, GroupSettings{})),
			"SetClaims":          c.SetClaims(t.Context(), GroupClaims, id, nil),
			"DeleteGroup":        c.DeleteGroup(t.Context(), id),
			"AddIdentity":        c.AddFederatedIdentity(t.Context(), id, FederatedIdentity{Issuer: "https://one.example"}),
			"DeleteIdentity":     c.DeleteFederatedIdentity(t.Context(), id, "https://one.example"),
			"GetIdentity":        second(c.GetFederatedIdentity(t.Context(), id, "https://one.example")),
			"identity's settled": c.UpdateFederatedIdentity(t.Context(), id, FederatedIdentity{Issuer: "https://one.example"}),
		} {
			require.ErrorIs(t, err, ErrBadID, "%s %q", name, id)
			require.NotErrorIs(t, err, ErrNotFound)
		}
	}
	require.Empty(t, asked.read())
}

func second[T any](_ T, err error) error { return err }

func TestAnAddressIsAnAddressOnly(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", " ", "id.example.com", "ftp://id.example.com", "http://", "http:id.example.com", "//id.example.com", "https://:443",
		"https://admin:hidden-9@id.example.com", "https://id.example.com?key=hidden-9", "https://id.example.com/#hidden-9", "https://admin:hid/den-9@id.example.com", "https://id.example.com\n.evil.example"} {
		_, err := New(Options{BaseURL: base, APIKey: testKey})
		require.Error(t, err, "%q", base)
		require.NotContains(t, err.Error(), "hidden-9")
		require.NotContains(t, err.Error(), "den-9")
	}
	for _, base := range []string{"https://id.example.com", " https://id.example.com/ ", "HTTPS://id.example.com:8443/prefix", "http://[::1]:1411", "http://127.0.0.1:1411/"} {
		_, err := New(Options{BaseURL: base, APIKey: testKey})
		require.NoError(t, err, "%q", base)
	}
	for _, key := range []string{"", " ", "two words", "line\nbreak", "clé", "nul\x00"} {
		_, err := New(Options{BaseURL: "https://id.example.com", APIKey: key})
		require.Error(t, err, "%q", key)
		if strings.TrimSpace(key) != "" {
			require.NotContains(t, err.Error(), key)
		}
	}
}
