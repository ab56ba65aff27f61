package api_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

func TestOnlyPocketIDsOwnResponseMeansNotFound(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		status   int
		body     string
		notFound bool
	}{
		{404, `{"error":"OIDC client not found","code":"not_found","request_id":"r"}`, true},
		{404, `{"error":"Record not found"}`, true}, // up to 2.12
		{404, `{"error":"API endpoint not found"}`, false},
		{404, `{"error":"no such tenant"}`, false},
		{404, `{"message":"not found"}`, false},
		{404, "404 page not found", false},
		{404, "<html><title>404 Not Found</title></html>", false},
		{404, "", false},
		{410, `{"error":"OIDC client not found","code":"not_found"}`, false},
		{403, `{"error":"Client not found","code":"not_found"}`, false},
		{401, `{"error":"You are not signed in","code":"not_signed_in"}`, false},
		{200, `{"id":"another"}`, false},
		{200, `{}`, false},
		{200, `null`, false},
	} {
		ctx := t.Context()
		c := connect(t, always(row.status, row.body), api.Options{MaxRetries: -1, StartupTimeout: -1})
		_, client := c.GetClient(ctx, "app")
		_, group := c.GetGroup(ctx, "id")
		_, identity := c.GetFederatedIdentity(ctx, "app", "https://i.example")
		_, user := c.GetUser(ctx, "id")
		_, resource := c.GetAPI(ctx, "id")
		_, members := c.GetGroupMembers(ctx, "id")
		_, claims := c.GetClaims(ctx, api.UserClaims, "id")
		errs := map[string]error{"client": client, "group": group, "identity": identity, "user": user, "API": resource, "members": members, "claims": claims}
		if row.status != 200 {
			_, errs["SCIM service provider"] = c.GetSCIMProvider(ctx, "app")
			_, errs["secrets"] = c.ListSecrets(ctx, "app")
		}
		for what, err := range errs {
			require.Error(t, err, "%s: %d %s", what, row.status, row.body)
			require.Equal(t, row.notFound, errors.Is(err, api.ErrNotFound), "%s: %d %s: %v", what, row.status, row.body, err)
		}
		if row.status == 200 {
			continue
		}
		for what, err := range map[string]error{
			"client": c.DeleteClient(ctx, "app"), "group": c.DeleteGroup(ctx, "id"), "identity": c.DeleteFederatedIdentity(ctx, "app", "https://i.example"),
			"user": c.DeleteUser(ctx, "id"), "API": c.DeleteAPI(ctx, "id"), "secret": c.DeleteSecret(ctx, "app", "id"), "SCIM service provider": c.DeleteSCIMProvider(ctx, "id"),
			"signup token": c.DeleteSignupToken(ctx, "id"), "members": c.ClearGroupMembers(ctx, "id", nil), "claims": c.DeleteClaims(ctx, api.UserClaims, "id"),
		} {
			require.Equal(t, row.notFound, err == nil, "deletion of a %s: %d %s: %v", what, row.status, row.body, err)
		}
	}
}

func TestAnInvalidListIsNotAnEmptyOne(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"data":[]}`, `{"data":null}`} {
		_, err := connect(t, always(200, body), api.Options{}).FindGroup(t.Context(), "devs")
		require.Error(t, err)
		require.NotErrorIs(t, err, api.ErrNotFound, body)
		require.ErrorIs(t, err, api.ErrNotPocketID, body)
	}
}

func TestAGroupIsFoundByItsWholeNameOnAnyPage(t *testing.T) {
	t.Parallel()
	s := &server{answer: func(r *http.Request, _ int) answer {
		if r.URL.Query().Get("pagination[page]") == "1" {
			return answer{status: 200, body: `{"data":[{"id":"1","name":"developers"},{"id":"2","name":"Dev"},{"id":"3","name":"my-dev"}],"pagination":{"totalPages":2}}`}
		}
		return answer{status: 200, body: `{"data":[{"id":"4","name":"dev"}],"pagination":{"totalPages":2}}`}
	}}
	c := connect(t, s, api.Options{})
	group, err := c.FindGroup(t.Context(), "dev")
	require.NoError(t, err)
	require.Equal(t, "4", group.ID)
	_, err = c.FindGroup(t.Context(), "de")
	require.ErrorIs(t, err, api.ErrNotFound)
}

func TestTheAPIKeyIsSentOnlyWhereItIsNeeded(t *testing.T) {
	t.Parallel()
	s := always(200, `{"issuer":"https://id.example.com"}`)
	_, err := connect(t, s, api.Options{}).Issuer(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{""}, s.keys, "the discovery document needs no key")

	s = &server{answer: func(r *http.Request, _ int) answer {
		if r.Method == http.MethodPost {
			return answer{status: 200, body: `{"active":false}`}
		}
		return answer{status: 307, header: map[string]string{"Location": "https://evil.example/api/oidc/clients/app"}}
	}}
	c := connect(t, s, api.Options{})
	_, err = c.VerifyClientSecret(t.Context(), "app", "secret")
	require.NoError(t, err)
	require.Equal(t, []string{""}, s.keys, "a client authenticates with its own secret only")
	_, err = c.GetClient(t.Context(), "app")
	require.ErrorIs(t, err, api.ErrNotPocketID)
	require.ErrorContains(t, err, "https://evil.example")
	require.Equal(t, []string{"POST /api/oidc/introspect", "GET /api/oidc/clients/app"}, s.requests, "the redirect was followed")
}

func TestAResponseThatIsTooLargeIsAnError(t *testing.T) {
	t.Parallel()
	_, err := connect(t, always(200, `{"id":"app","name":"`+strings.Repeat("x", 17<<20)+`"}`), api.Options{MaxRetries: -1}).GetClient(t.Context(), "app")
	require.ErrorContains(t, err, "larger than 16 MiB")
}

func TestInvalidIDsNeverReachAURL(t *testing.T) {
	t.Parallel()
	s := always(200, `{"id":"app","data":[],"pagination":{"totalPages":1}}`)
	c := connect(t, s, api.Options{})
	ctx := t.Context()
	for _, id := range []string{"", ".", "..", "a/b", "/", `a\b`} {
		_, get := c.GetClient(ctx, id)
		_, update := c.UpdateClient(ctx, id, api.ClientSettings{})
		_, groups := c.SetAllowedGroups(ctx, id, nil)
		_, group := c.GetGroup(ctx, id)
		_, rename := c.UpdateGroup(ctx, id, api.GroupSettings{})
		_, list := c.ListSecrets(ctx, id)
		for what, err := range map[string]error{
			"read": get, "update": update, "delete": c.DeleteClient(ctx, id), "groups": groups, "secrets": list,
			"secret": c.DeleteSecret(ctx, "app", id), "secret of": c.DeleteSecret(ctx, id, "secret"),
			"identity": c.AddFederatedIdentity(ctx, id, api.FederatedIdentity{Issuer: "https://i.example"}),
			"group":    group, "rename": rename, "delete group": c.DeleteGroup(ctx, id), "claims": c.PutClaims(ctx, api.GroupClaims, id, nil),
		} {
			require.ErrorIs(t, err, api.ErrInvalidID, "%s %q", what, id)
		}
	}
	require.Empty(t, s.requests)
	_, _ = c.GetClient(ctx, "a b?c#d%2f")
	require.Equal(t, []string{"GET /api/oidc/clients/a%20b%3Fc%23d%252f"}, s.requests)
}

func TestVersionsAndTheirFeatures(t *testing.T) {
	t.Parallel()
	for text, row := range map[string]struct {
		secrets, logout bool
	}{
		"2.13.9": {false, false}, "2.14.0": {true, false}, "v2.14.0": {true, false}, "2.14.0-beta.1": {true, false}, "2.17.3": {true, true},
		"10.0.0": {true, true}, "development": {true, true}, "2.9.0": {false, false},
	} {
		v := api.ParseVersion(text)
		require.Equal(t, row.secrets, v.Has(api.MultipleSecrets), text)
		require.Equal(t, row.logout, v.Has(api.BackchannelLogout), text)
	}
	t.Log("servers before 2.3 have no route for the version")
	s := &server{answer: func(r *http.Request, _ int) answer {
		if strings.HasSuffix(r.URL.Path, "openid-configuration") {
			return answer{status: 200, body: `{"issuer":"https://id.example.com"}`}
		}
		return answer{status: 404, body: `{"error":"API endpoint not found"}`}
	}}
	v, err := connect(t, s, api.Options{}).Version(t.Context())
	require.NoError(t, err)
	require.False(t, v.Has(api.PushedAuthorizationRequests))
	require.Equal(t, "older than 2.3.0", v.String())
	t.Log("a server that is not Pocket ID has no version")
	_, err = connect(t, always(404, `{"error":"API endpoint not found"}`), api.Options{}).Version(t.Context())
	require.Error(t, err)
}
