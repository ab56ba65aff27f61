package examples

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestComplete runs the example that contains every resource and every function.
func TestComplete(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			if !server.empty || !server.supportsClientSecrets() {
				t.Skip("the example manages a whole instance and requires Pocket ID 2.14")
			}
			stack := newWorkspace(t).completeStack(l, server)
			stack.preview()
			server.requireEmpty()
			stack.up()
			if l.name == "yaml" {
				stack.up() // YAML runs functions without references before it creates resources
			}
			requireComplete(t, server, stack)
			stack.requireNoChanges()

			stack.pulumi("config", "set", "run", "2")
			before := stack.allOutputs("--show-secrets")
			stack.up()
			after := stack.allOutputs("--show-secrets")
			require.NotEqual(t, before["login"], after["login"])
			require.NotEqual(t, before["invitation"], after["invitation"])
			stack.requireNoChanges()

			stack.destroy()
			server.requireEmpty()
		})
	}
}

func (w *workspace) completeStack(l language, s *server) *stack {
	return w.exampleStack(l, "complete", s, "--secret", "smtpPassword=password-of-the-mail-server",
		"--secret", "ldapBindPassword=password-of-the-directory", "--secret", "scimToken=token-of-the-wiki")
}

// requireComplete requires that the server has the objects of the example, and that the
// functions returned them.
func requireComplete(t *testing.T, server *server, stack *stack) {
	t.Helper()
	ids, outputs := stack.ids(), stack.allOutputs("--show-secrets")
	wiki, developers, operators := server.client(ids["wiki"]), server.group(ids["developers"]), server.group(ids["operators"])
	require.Equal(t, true, wiki["hasLogo"])
	require.Equal(t, true, wiki["hasDarkLogo"])
	require.Equal(t, []any{ids["developers"]}, idsIn(wiki["allowedUserGroups"]))
	require.Equal(t, []any{ids["alice"]}, idsIn(developers["users"]))
	require.Equal(t, []any{ids["bob"]}, idsIn(operators["users"]))
	require.Equal(t, []any{object{"key": "pager", "value": "yes"}}, operators["customClaims"])
	require.Equal(t, []any{object{"key": "department", "value": "operations"}}, server.mustRequest("GET", "/api/users/"+ids["bob"], nil)["customClaims"])
	server.requireValidSecret(ids["wiki"], outputs["clientSecret"].(string))

	require.Equal(t, server.baseURL, outputs["issuer"])
	require.Equal(t, "2.14.0", outputs["version"])
	require.Equal(t, true, outputs["currentUserIsAdmin"])
	require.Equal(t, []any{}, outputs["passkeys"])
	require.Equal(t, "Example", outputs["appName"])
	require.Equal(t, "Example", stack.allOutputs()["appName"], "the name is not secret")
	require.Equal(t, []any{ids["alice"]}, outputs["groupMembers"])
	require.Equal(t, []any{ids["developers"]}, outputs["userGroups"])
	require.Len(t, outputs["permissions"], 2)
	for name, found := range map[string]int{"clients": 2, "groups": 2, "users": 2, "apis": 1, "signupTokens": 1} {
		require.Len(t, outputs[name], found, name)
	}
	require.Equal(t, []any{"https://photos.example.com/auth/login", "https://photos.example.com/user-settings", "app.immich:///oauth-callback"}, outputs["photosCallbackUrls"])
	require.Contains(t, outputs["login"], server.baseURL+"/lc/")
	require.Contains(t, outputs["invitation"], server.baseURL+"/st/")
	masked := stack.allOutputs()
	for _, name := range []string{"clientSecret", "login", "invitation"} {
		require.Equal(t, "[secret]", masked[name])
	}
	require.NotContains(t, stack.pulumi("stack", "output", "--json"), strings.TrimPrefix(outputs["invitation"].(string), server.baseURL+"/st/"))
}

func idsIn(list any) (ids []any) {
	for _, entry := range list.([]any) {
		ids = append(ids, entry.(object)["id"])
	}
	return ids
}

// allOutputs returns the outputs of the stack, which need not be strings.
func (s *stack) allOutputs(flags ...string) object {
	s.Helper()
	outputs := object{}
	require.NoError(s, json.Unmarshal([]byte(s.pulumi(append([]string{"stack", "output", "--json"}, flags...)...)), &outputs))
	return outputs
}
