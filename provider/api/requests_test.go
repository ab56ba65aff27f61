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

// requestRecorder records requests byte by byte and answers them with prepared responses.
type requestRecorder struct {
	responses map[string]string // by "METHOD /path"; a response may begin with its status

	mu       sync.Mutex
	requests []string
}

var randomUUID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)

func (s *requestRecorder) handle(w http.ResponseWriter, r *http.Request) {
	raw, err := httputil.DumpRequest(r, true)
	if err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	text := lines[0][:len(lines[0])-len(" HTTP/1.1")] + "\n"
	for _, line := range lines[1:] {
		if !strings.HasPrefix(line, "Host: ") && !strings.HasPrefix(line, "Content-Length: ") && !strings.HasPrefix(line, "Accept-Encoding: ") {
			text += line + "\n"
		}
	}
	s.requests = append(s.requests, randomUUID.ReplaceAllString(text+body, "<uuid>"))
	response := s.responses[r.Method+" "+r.URL.Path]
	switch status, rest, ok := strings.Cut(response, " "); {
	case ok && status == "404":
		respond(w, 404, rest)
	case ok && status == "201":
		respond(w, 201, rest)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	case strings.Contains(response, "<id>"): // replaced by the id of the request
		respond(w, 201, strings.Replace(response, "<id>", randomUUID.FindString(body), 1))
	default:
		respond(w, 200, response)
	}
}

const (
	withKey  = "Accept: application/json\nUser-Agent: pulumi-pocketid/test\nX-Api-Key: " + testKey + "\n"
	withBody = "Accept: application/json\nContent-Type: application/json\nUser-Agent: pulumi-pocketid/test\nX-Api-Key: " + testKey + "\n"

	// existingClient is a client with fields that this version of the provider does not know.
	existingClient = `{"id":"my-app","name":"Mine","isPublic":false,"callbackURLs":["https://a.example"],"fieldOfTomorrow":{"keep":[1,2.50,null]},` +
		`"credentials":{"federatedIdentities":[{"issuer":"https://one.example","subject":"s","replayProtection":false,"yetUnknown":[{"kty":"RSA"}]}],"secrets":[{"id":"s1","prefix":"abcd"}]}}`
)

// requestCase is a call and the exact requests that it sends.
type requestCase struct {
	do        func(context.Context, *Conn) error
	responses map[string]string
	fails     error
	requests  []string
}

func testRequests(t *testing.T, cases map[string]requestCase) {
	t.Helper()
	for name, row := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &requestRecorder{responses: row.responses}
			c := connectHTTP(t, server.handle, func(o *Options) { o.UserAgent = "pulumi-pocketid/test" })
			err := row.do(t.Context(), c)
			require.ErrorIs(t, err, row.fails)
			if row.fails != nil { // each round of the edit sends the same requests
				require.Greater(t, len(server.requests), len(row.requests))
				server.requests = server.requests[:len(row.requests)]
			}
			require.Equal(t, row.requests, server.requests)
		})
	}
}

func TestClientRequestsAreExact(t *testing.T) {
	t.Parallel()
	settings := ClientSettings{Name: "Mine", CallbackURLs: []string{"https://a.example/?a=1&b=<2>"}, LogoutCallbackURLs: []string{}, PKCEEnabled: true}
	const written = `{"name":"Mine","description":"","callbackURLs":["https://a.example/?a=1\u0026b=\u003c2\u003e"],"logoutCallbackURLs":[],"launchURL":null,"isPublic":false,"pkceEnabled":true,` +
		`"requiresReauthentication":false,"requiresPushedAuthorizationRequests":false,"skipConsent":false,"isGroupRestricted":false}`
	const merged = `{"callbackURLs":["https://a.example/?a=1\u0026b=\u003c2\u003e"],` +
		`"credentials":{"federatedIdentities":[{"issuer":"https://one.example","subject":"s","replayProtection":false,"yetUnknown":[{"kty":"RSA"}]}],"secrets":[{"id":"s1","prefix":"abcd"}]},` +
		`"description":"","fieldOfTomorrow":{"keep":[1,2.50,null]},"id":"my-app","isGroupRestricted":false,"isPublic":false,"launchURL":null,"logoutCallbackURLs":[],"name":"Mine","pkceEnabled":true,` +
		`"requiresPushedAuthorizationRequests":false,"requiresReauthentication":false,"skipConsent":false}`
	testRequests(t, map[string]requestCase{
		"create a client with a given id": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.CreateClient(ctx, "my-app", settings)
				return err
			},
			responses: map[string]string{
				"GET /api/oidc/clients":  `{"data":[],"pagination":{"totalPages":1,"currentPage":1}}`,
				"POST /api/oidc/clients": `201 {"id":"my-app"}`,
			},
			requests: []string{
				"GET /api/oidc/clients?pagination%5Blimit%5D=100&pagination%5Bpage%5D=1&sort%5Bcolumn%5D=createdAt&sort%5Bdirection%5D=desc\n" + withKey,
				"POST /api/oidc/clients\n" + withBody + `{"id":"my-app",` + written[1:],
			},
		},
		"create a client with a generated id": {
			do:        func(ctx context.Context, c *Conn) error { _, err := c.CreateClient(ctx, "", settings); return err },
			responses: map[string]string{"POST /api/oidc/clients": `{"id":"<id>"}`},
			requests:  []string{"POST /api/oidc/clients\n" + withBody + `{"id":"<uuid>",` + written[1:]},
		},
		"update the settings of a client": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.UpdateClient(ctx, "my-app", settings)
				return err
			},
			responses: map[string]string{"GET /api/oidc/clients/my-app": existingClient, "PUT /api/oidc/clients/my-app": existingClient},
			fails:     ErrConflict, // this server ignores the write
			requests:  []string{"GET /api/oidc/clients/my-app\n" + withKey, "PUT /api/oidc/clients/my-app\n" + withBody + merged, "GET /api/oidc/clients/my-app\n" + withKey},
		},
		"remove the back-channel logout URL of a client": {
			do: func(ctx context.Context, c *Conn) error {
				return errorOf(c.UpdateClient(ctx, "my-app", ClientSettings{Name: "Mine"}))
			},
			responses: map[string]string{"GET /api/oidc/clients/my-app": `{"id":"my-app","name":"Mine","backchannelLogoutURL":"https://a.example/bye","credentials":{}}`, "PUT /api/oidc/clients/my-app": `{}`},
			requests: []string{"GET /api/oidc/clients/my-app\n" + withKey,
				"PUT /api/oidc/clients/my-app\n" + withBody + `{"callbackURLs":null,"credentials":{},"description":"","id":"my-app","isGroupRestricted":false,"isPublic":false,"launchURL":null,"logoutCallbackURLs":null,"name":"Mine",` +
					`"pkceEnabled":false,"requiresPushedAuthorizationRequests":false,"requiresReauthentication":false,"skipConsent":false}`,
				"GET /api/oidc/clients/my-app\n" + withKey},
		},
		"delete a client": {
			do:       func(ctx context.Context, c *Conn) error { return c.DeleteClient(ctx, "my-app") },
			requests: []string{"DELETE /api/oidc/clients/my-app\n" + withKey},
		},
	})
}

func TestAllowedGroupRequestsAreExact(t *testing.T) {
	t.Parallel()
	testRequests(t, map[string]requestCase{
		"set the allowed groups": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.SetAllowedGroups(ctx, "my-app", []string{"g1", "g2"})
				return err
			},
			responses: map[string]string{
				"PUT /api/oidc/clients/my-app/allowed-user-groups": `{"id":"my-app"}`,
				"GET /api/oidc/clients/my-app":                     `{"id":"my-app","allowedUserGroups":[{"id":"g2","name":"x"},{"id":"g1","name":"y"}]}`,
			},
			requests: []string{"PUT /api/oidc/clients/my-app/allowed-user-groups\n" + withBody + `{"userGroupIds":["g1","g2"]}`, "GET /api/oidc/clients/my-app\n" + withKey},
		},
		"allow no group": {
			do: func(ctx context.Context, c *Conn) error { _, err := c.SetAllowedGroups(ctx, "my-app", nil); return err },
			responses: map[string]string{
				"PUT /api/oidc/clients/my-app/allowed-user-groups": `{"id":"my-app"}`,
				"GET /api/oidc/clients/my-app":                     `{"id":"my-app","allowedUserGroups":[]}`,
			},
			requests: []string{"PUT /api/oidc/clients/my-app/allowed-user-groups\n" + withBody + `{"userGroupIds":[]}`, "GET /api/oidc/clients/my-app\n" + withKey},
		},
	})
}

func TestSecretAndIssuerRequestsAreExact(t *testing.T) {
	t.Parallel()
	testRequests(t, map[string]requestCase{
		"create a secret since 2.14": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.CreateSecret(ctx, "my-app", SecretRequest{Value: "a custom secret value"}, nil)
				return err
			},
			responses: map[string]string{"GET /api/version/current": `{"currentVersion":"2.14.0"}`, "POST /api/oidc/clients/my-app/secrets": `201 {"id":"s2","secret":"a custom secret value"}`},
			requests:  []string{"GET /api/version/current\n" + withKey, "POST /api/oidc/clients/my-app/secrets\n" + withBody + `{"secret":"a custom secret value"}`},
		},
		"replace the secret before 2.14": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.CreateSecret(ctx, "my-app", SecretRequest{Value: "a custom secret value"}, nil)
				return err
			},
			responses: map[string]string{"GET /api/version/current": `{"currentVersion":"2.13.0"}`, "POST /api/oidc/clients/my-app/secret": `{"secret":"a custom secret value"}`},
			requests:  []string{"GET /api/version/current\n" + withKey, "POST /api/oidc/clients/my-app/secret\n" + withBody + `{"secret":"a custom secret value"}`},
		},
		"list secrets": {
			do:        func(ctx context.Context, c *Conn) error { _, err := c.ListSecrets(ctx, "my-app"); return err },
			responses: map[string]string{"GET /api/oidc/clients/my-app/secrets": `[]`},
			requests:  []string{"GET /api/oidc/clients/my-app/secrets\n" + withKey},
		},
		"delete a secret": {
			do:       func(ctx context.Context, c *Conn) error { return c.DeleteSecret(ctx, "my-app", "s1") },
			requests: []string{"DELETE /api/oidc/clients/my-app/secrets/s1\n" + withKey},
		},
		"verify a secret without the API key": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.VerifyClientSecret(ctx, "my-app", "a:b c&d%e+f")
				return err
			},
			responses: map[string]string{"POST /api/oidc/introspect": `{"active":false}`},
			requests: []string{"POST /api/oidc/introspect\nAccept: application/json\nAuthorization: Basic bXktYXBwOmElM0FiK2MlMjZkJTI1ZSUyQmY=\n" +
				"Content-Type: application/x-www-form-urlencoded\nUser-Agent: pulumi-pocketid/test\ntoken=none"},
		},
		"read the issuer without the API key": {
			do:        func(ctx context.Context, c *Conn) error { _, err := c.Issuer(ctx); return err },
			responses: map[string]string{"GET /.well-known/openid-configuration": `{"issuer":"https://id.example.com"}`},
			requests:  []string{"GET /.well-known/openid-configuration\nAccept: application/json\nUser-Agent: pulumi-pocketid/test\n"},
		},
	})
}

func TestGroupRequestsAreExact(t *testing.T) {
	t.Parallel()
	testRequests(t, map[string]requestCase{
		"create a group": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.CreateGroup(ctx, GroupSettings{Name: "a&b=c", FriendlyName: "Devs"})
				return err
			},
			responses: map[string]string{"GET /api/user-groups": `{"data":[],"pagination":{"totalPages":1,"currentPage":1}}`, "POST /api/user-groups": `201 {"id":"g1","name":"a&b=c"}`},
			requests: []string{
				"GET /api/user-groups?pagination%5Blimit%5D=100&pagination%5Bpage%5D=1&sort%5Bcolumn%5D=createdAt&sort%5Bdirection%5D=desc\n" + withKey,
				"POST /api/user-groups\n" + withBody + `{"name":"a\u0026b=c","friendlyName":"Devs"}`,
			},
		},
		"update a group": {
			do: func(ctx context.Context, c *Conn) error {
				_, err := c.UpdateGroup(ctx, "g1", GroupSettings{Name: "devs", FriendlyName: "Devs"})
				return err
			},
			responses: map[string]string{"GET /api/user-groups/g1": `{"id":"g1","name":"devs","friendlyName":"Devs","users":[{"id":"u1"}]}`, "PUT /api/user-groups/g1": `{}`},
			requests: []string{"GET /api/user-groups/g1\n" + withKey, "PUT /api/user-groups/g1\n" + withBody + `{"friendlyName":"Devs","id":"g1","name":"devs","users":[{"id":"u1"}]}`,
				"GET /api/user-groups/g1\n" + withKey},
		},
		"set claims of a group": {
			do: func(ctx context.Context, c *Conn) error {
				return c.PutClaims(ctx, GroupClaims, "g1", map[string]string{"b": "2", "a": "1"})
			},
			responses: map[string]string{"PUT /api/custom-claims/user-group/g1": `[]`, "GET /api/user-groups/g1": `{"id":"g1","customClaims":[{"key":"b","value":"2"},{"key":"a","value":"1"}]}`},
			requests: []string{"PUT /api/custom-claims/user-group/g1\n" + withBody + `[{"key":"a","value":"1"},{"key":"b","value":"2"}]`,
				"GET /api/user-groups/g1\n" + withKey},
		},
		"delete a group": {
			do:       func(ctx context.Context, c *Conn) error { return c.DeleteGroup(ctx, "g1") },
			requests: []string{"DELETE /api/user-groups/g1\n" + withKey},
		},
	})
}

func TestIdentityRequestsAreExact(t *testing.T) {
	t.Parallel()
	const identities = `{"callbackURLs":["https://a.example"],"credentials":{"federatedIdentities":[%],"secrets":[{"id":"s1","prefix":"abcd"}]},` +
		`"fieldOfTomorrow":{"keep":[1,2.50,null]},"id":"my-app","isPublic":false,"name":"Mine"}`
	testRequests(t, map[string]requestCase{
		"add an identity": {
			do: func(ctx context.Context, c *Conn) error {
				return c.AddFederatedIdentity(ctx, "my-app", FederatedIdentity{Issuer: "https://two.example", JWKS: "https://two.example/keys"})
			},
			responses: map[string]string{"GET /api/oidc/clients/my-app": existingClient, "PUT /api/oidc/clients/my-app": existingClient},
			fails:     ErrConflict,
			requests: []string{"GET /api/oidc/clients/my-app\n" + withKey,
				"PUT /api/oidc/clients/my-app\n" + withBody + strings.Replace(identities, "%", `{"issuer":"https://one.example","replayProtection":false,"subject":"s","yetUnknown":[{"kty":"RSA"}]},`+
					`{"issuer":"https://two.example","jwks":"https://two.example/keys","replayProtection":false}`, 1),
				"GET /api/oidc/clients/my-app\n" + withKey},
		},
		"update an identity": {
			do: func(ctx context.Context, c *Conn) error {
				return c.UpdateFederatedIdentity(ctx, "my-app", FederatedIdentity{Issuer: "https://one.example", Audience: "a"})
			},
			responses: map[string]string{"GET /api/oidc/clients/my-app": existingClient, "PUT /api/oidc/clients/my-app": existingClient},
			fails:     ErrConflict,
			requests: []string{"GET /api/oidc/clients/my-app\n" + withKey,
				"PUT /api/oidc/clients/my-app\n" + withBody + strings.Replace(identities, "%", `{"audience":"a","issuer":"https://one.example","replayProtection":false,"yetUnknown":[{"kty":"RSA"}]}`, 1),
				"GET /api/oidc/clients/my-app\n" + withKey},
		},
		"delete an identity": {
			do: func(ctx context.Context, c *Conn) error {
				return c.DeleteFederatedIdentity(ctx, "my-app", "https://one.example")
			},
			responses: map[string]string{"GET /api/oidc/clients/my-app": existingClient, "PUT /api/oidc/clients/my-app": existingClient},
			fails:     ErrConflict,
			requests: []string{"GET /api/oidc/clients/my-app\n" + withKey, "PUT /api/oidc/clients/my-app\n" + withBody + strings.Replace(identities, "%", "", 1),
				"GET /api/oidc/clients/my-app\n" + withKey},
		},
	})
}
