package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnIDIsOneSegmentOfThePath(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
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
			uri := ""
			c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
				uri = r.RequestURI
				respond(w, 200, toJSON(OIDCClient{ID: id}))
			}, func(o *Options) { o.BaseURL += prefix })
			_, err := c.GetClient(t.Context(), id)
			if id != "\xff" { // not valid in JSON, so no server has such an id
				require.NoError(t, err, "%q", id)
			}
			require.Equal(t, strings.TrimSuffix(prefix, "/")+want, uri, "%q", id)
		}
	}
}

func TestInvalidIDsNeverReachTheServer(t *testing.T) {
	t.Parallel()
	requests := &requestLog{}
	c := connectHTTP(t, func(_ http.ResponseWriter, r *http.Request) { requests.record(r) })
	// Servers since 2.13 decode an id that begins with ~ into another id.
	for _, id := range []string{"", ".", "..", "a/b", "/", "../users", `..\users`, "~bXktYXBw"} {
		for name, err := range map[string]error{
			"GetClient":             errorOf(c.GetClient(t.Context(), id)),
			"UpdateClient":          errorOf(c.UpdateClient(t.Context(), id, ClientSettings{})),
			"UpdateClientAndGroups": errorOf(c.UpdateClientAndGroups(t.Context(), id, ClientSettings{}, nil)),
			"DeleteClient":          c.DeleteClient(t.Context(), id),
			"SetAllowedGroups":      errorOf(c.SetAllowedGroups(t.Context(), id, nil)),
			"ListSecrets":           errorOf(c.ListSecrets(t.Context(), id)),
			"DeleteSecret":          c.DeleteSecret(t.Context(), "my-app", id),
			"GetGroup":              errorOf(c.GetGroup(t.Context(), id)),
			"UpdateGroup":           errorOf(c.UpdateGroup(t.Context(), id, GroupSettings{})),
			"PutClaims":             c.PutClaims(t.Context(), GroupClaims, id, nil),
			"DeleteGroup":           c.DeleteGroup(t.Context(), id),
			"AddIdentity":           c.AddFederatedIdentity(t.Context(), id, FederatedIdentity{Issuer: "https://one.example"}),
			"DeleteIdentity":        c.DeleteFederatedIdentity(t.Context(), id, "https://one.example"),
			"GetIdentity":           errorOf(c.GetFederatedIdentity(t.Context(), id, "https://one.example")),
			"UpdateIdentity":        c.UpdateFederatedIdentity(t.Context(), id, FederatedIdentity{Issuer: "https://one.example"}),
		} {
			require.ErrorIs(t, err, ErrInvalidID, "%s %q", name, id)
			require.NotErrorIs(t, err, ErrNotFound)
		}
	}
	require.Empty(t, requests.all())
}
