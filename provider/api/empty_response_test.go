package api

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// reads are the methods that read something, by name.
func reads(ctx context.Context, c *Conn) map[string]error {
	return map[string]error{
		"GetAPI":               errorOf(c.GetAPI(ctx, "a1")),
		"GetClaims":            errorOf(c.GetClaims(ctx, GroupClaims, "g1")),
		"GetClaims of a user":  errorOf(c.GetClaims(ctx, UserClaims, "u1")),
		"GetClient":            errorOf(c.GetClient(ctx, "my-app")),
		"GetFederatedIdentity": errorOf(c.GetFederatedIdentity(ctx, "my-app", "https://i.example")),
		"GetGrant":             errorOf(c.GetGrant(ctx, "a1", "my-app")),
		"GetGroup":             errorOf(c.GetGroup(ctx, "g1")),
		"GetGroupMembers":      errorOf(c.GetGroupMembers(ctx, "g1")),
		"GetSCIMProvider":      errorOf(c.GetSCIMProvider(ctx, "my-app")),
		"GetSettings":          errorOf(c.GetSettings(ctx)),
		"GetUser":              errorOf(c.GetUser(ctx, "u1")),
		"HasApplicationImage":  errorOf(c.HasApplicationImage(ctx, Logo)),
		"ApplicationImageHash": errorOf(c.ApplicationImageHash(ctx, Logo)),
		"ClientLogoHash":       errorOf(c.ClientLogoHash(ctx, "app", LightVariant)),
		"ProfilePictureHash":   errorOf(c.ProfilePictureHash(ctx, "ada")),
		"IsGroupAllowed":       errorOf(c.IsGroupAllowed(ctx, "my-app", "g1")),
		"ListAPIKeys":          errorOf(c.ListAPIKeys(ctx)),
		"ListAPIs":             errorOf(c.ListAPIs(ctx)),
		"ListClients":          errorOf(c.ListClients(ctx)),
		"ListGrants":           errorOf(c.ListGrants(ctx, "my-app")),
		"ListGroups":           errorOf(c.ListGroups(ctx)),
		"ListPasskeys":         errorOf(c.ListPasskeys(ctx, "u1")),
		"ListSecrets":          errorOf(c.ListSecrets(ctx, "my-app")),
		"ListSignupTokens":     errorOf(c.ListSignupTokens(ctx)),
		"ListUsers":            errorOf(c.ListUsers(ctx)),
		"OpenIDConfiguration":  errorOf(c.OpenIDConfiguration(ctx)),
		"CurrentUserID":        errorOf(c.CurrentUserID(ctx)),
		"usesLDAP":             errorOf(c.usesLDAP(ctx)),
		"VerifyClientSecret":   errorOf(c.VerifyClientSecret(ctx, "my-app", "a secret")),
		"ListSCIMProviders":    errorOf(c.ListSCIMProviders(ctx)),
		"CurrentAPIKeys":       func() error { _, _, err := c.CurrentAPIKeys(ctx); return err }(),
	}
}

// A response without content is no empty list: a guard that reads one would let
// everything pass.
func TestAReadWithoutContentIsAnError(t *testing.T) {
	t.Parallel()
	for what, write := range map[string]func(http.ResponseWriter){
		"an empty 200": func(w http.ResponseWriter) { w.WriteHeader(200) },
		"a 204":        func(w http.ResponseWriter) { w.WriteHeader(204) },
		"spaces":       func(w http.ResponseWriter) { respond(w, 200, " \n") },
		"null":         func(w http.ResponseWriter) { respond(w, 200, " null\n") },
	} {
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/version/current" {
				respond(w, 200, `{"currentVersion":"2.14.0"}`)
				return
			}
			write(w)
		}, noRetries)
		for method, err := range reads(t.Context(), c) {
			require.ErrorIs(t, err, ErrNotPocketID, "%s: %s", what, method)
			require.NotErrorIs(t, err, ErrNotFound, "%s: %s", what, method)
		}
	}
}

// Pocket ID answers the deletion of an object with 204. A proxy that answers 200 has not
// deleted it.
func TestADeletionIsConfirmedOnlyByA204(t *testing.T) {
	t.Parallel()
	c := connectHTTP(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) }, noRetries)
	for what, err := range map[string]error{
		"client": c.DeleteClient(t.Context(), "my-app"), "group": c.DeleteGroup(t.Context(), "g1"), "user": c.DeleteUser(t.Context(), "u1"),
		"secret": c.DeleteSecret(t.Context(), "my-app", "s1"), "API": c.DeleteAPI(t.Context(), "a1"),
	} {
		require.ErrorIs(t, err, ErrNotPocketID, what)
	}
}

// A list that is missing in an object would be written back as an empty one.
func TestAMissingListIsNotWrittenBackAsEmpty(t *testing.T) {
	t.Parallel()
	identity := FederatedIdentity{Issuer: "https://i.example", Subject: "s"}
	permission := `{"id":"a1","resource":"https://a.example","permissions":[{"id":"p1","key":"read","name":"Read"}]}`
	for what, row := range map[string]struct {
		version string
		objects map[string]string
		do      func(context.Context, *Conn) error
	}{
		"the credentials of a client": {"2.14.0", map[string]string{"/api/oidc/clients/my-app": `{"id":"my-app"}`},
			func(ctx context.Context, c *Conn) error { return c.AddFederatedIdentity(ctx, "my-app", identity) }},
		"the claims of a group": {"2.14.0", map[string]string{"/api/user-groups/g1": `{"id":"g1"}`},
			func(ctx context.Context, c *Conn) error {
				return c.CreateClaims(ctx, GroupClaims, "g1", map[string]string{"a": "b"})
			}},
		"null as the claims of a user": {"2.14.0", map[string]string{"/api/users/u1": `{"id":"u1","customClaims":null}`},
			func(ctx context.Context, c *Conn) error {
				return c.CreateClaims(ctx, UserClaims, "u1", map[string]string{"a": "b"})
			}},
		"the permissions of an API": {"2.14.0", map[string]string{"/api/apis/a1": `{"id":"a1","permissions":null}`},
			func(ctx context.Context, c *Conn) error {
				return errorOf(c.SetPermissions(ctx, "a1", map[string]PermissionSettings{"read": {Name: "Read"}}))
			}},
		"the permissions of an API for CIMD clients": {"2.14.0", map[string]string{"/api/apis/a1": `{"id":"a1"}`},
			func(ctx context.Context, c *Conn) error {
				return errorOf(c.SetCIMDAccess(ctx, "a1", CIMDSettings{Enabled: true}))
			}},
		"the users' permissions of a client": {"2.13.0", map[string]string{"/api/apis/a1": permission, "/api/api-access/my-app": `{"clientPermissionIds":[]}`},
			func(ctx context.Context, c *Conn) error {
				return errorOf(c.AddGrant(ctx, "a1", "my-app", Grant{UserDelegatedPermissions: []string{"read"}}))
			}},
		"the own permissions of a client": {"2.13.0", map[string]string{"/api/apis/a1": permission, "/api/api-access/my-app": `{"userDelegatedPermissionIds":[]}`},
			func(ctx context.Context, c *Conn) error {
				return errorOf(c.AddGrant(ctx, "a1", "my-app", Grant{UserDelegatedPermissions: []string{"read"}}))
			}},
	} {
		var log requestLog
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			log.record(r)
			_, _ = io.Copy(io.Discard, r.Body)
			switch body, ok := row.objects[r.URL.Path]; {
			case r.URL.Path == "/api/version/current":
				respond(w, 200, `{"currentVersion":"`+row.version+`"}`)
			case !ok:
				respond(w, 404, notFoundBody)
			default:
				respond(w, 200, body)
			}
		}, noRetries)
		require.ErrorIs(t, row.do(t.Context(), c), ErrNotPocketID, what)
		require.NotContains(t, strings.Join(log.all(), "\n"), "PUT", what)
	}
}

// A list of grants whose entries lack their API or permissions is no list of grants.
func TestAnIncompleteGrantIsAnError(t *testing.T) {
	t.Parallel()
	for _, entry := range []string{`{}`, `{"api":null}`, `{"api":{"id":"a1"}}`, `{"api":{"id":"a1"},"userDelegatedAccess":true,"clientAccess":true,"clientPermissionIds":[]}`} {
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/api/version/current":
				respond(w, 200, `{"currentVersion":"2.14.0"}`)
			case "/api/apis/a1":
				respond(w, 200, `{"id":"a1","permissions":[]}`)
			default:
				respond(w, 200, `[`+entry+`]`)
			}
		}, noRetries)
		require.ErrorIs(t, errorOf(c.GetGrant(t.Context(), "a1", "my-app")), ErrNotPocketID, entry)
		require.ErrorIs(t, errorOf(c.ListGrants(t.Context(), "my-app")), ErrNotPocketID, entry)
	}
}
