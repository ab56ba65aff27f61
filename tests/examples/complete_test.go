package examples

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestComplete runs the example that has every resource and every function.
func TestComplete(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			if !server.empty || !server.hasManySecrets() {
				t.Skip("the example manages a whole instance of its own, and needs Pocket ID 2.14")
			}
			stack := newDesk(t).complete(l, server)
			stack.preview()
			server.requireEmpty()
			stack.up()
			if l.name == "yaml" {
				stack.up() // it asks what needs no resource before it makes any
			}
			requireComplete(t, server, stack)
			stack.unchanged()

			stack.pulumi("config", "set", "run", "2")
			before := stack.everyOutput("--show-secrets")
			stack.up()
			after := stack.everyOutput("--show-secrets")
			require.NotEqual(t, before["login"], after["login"])
			require.NotEqual(t, before["invitation"], after["invitation"])
			stack.unchanged()

			stack.destroy()
			server.requireEmpty()
		})
	}
}

func (d *desk) complete(l language, s *server) *stack {
	return d.managing(l, "complete", s, "--secret", "smtpPassword=password-of-the-mail-server",
		"--secret", "ldapBindPassword=password-of-the-directory", "--secret", "scimToken=token-of-the-wiki")
}

// requireComplete wants the server to have what the example says, and the functions
// to have seen it.
func requireComplete(t *testing.T, server *server, stack *stack) {
	t.Helper()
	ids, said := stack.ids(), stack.everyOutput("--show-secrets")
	wiki, developers, operators := server.client(ids["wiki"]), server.group(ids["developers"]), server.group(ids["operators"])
	require.Equal(t, true, wiki["hasLogo"])
	require.Equal(t, true, wiki["hasDarkLogo"])
	require.Equal(t, []any{ids["developers"]}, idsIn(wiki["allowedUserGroups"]))
	require.Equal(t, []any{ids["alice"]}, idsIn(developers["users"]))
	require.Equal(t, []any{ids["bob"]}, idsIn(operators["users"]))
	require.Equal(t, []any{object{"key": "pager", "value": "yes"}}, operators["customClaims"])
	require.Equal(t, []any{object{"key": "department", "value": "operations"}}, server.do("GET", "/api/users/"+ids["bob"], nil)["customClaims"])
	server.requireOpens(ids["wiki"], said["clientSecret"].(string))

	require.Equal(t, server.baseURL, said["issuer"])
	require.Equal(t, "2.14.0", said["version"])
	require.Equal(t, "Example", said["appName"])
	require.Equal(t, "Example", stack.everyOutput()["appName"], "no secret")
	require.Equal(t, []any{ids["alice"]}, said["groupMembers"])
	require.Equal(t, []any{ids["developers"]}, said["userGroups"])
	require.Len(t, said["permissions"], 2)
	for name, found := range map[string]int{"clients": 2, "groups": 2, "users": 2, "apis": 1, "signupTokens": 1} {
		require.Len(t, said[name], found, name)
	}
	require.Contains(t, said["login"], server.baseURL+"/lc/")
	require.Contains(t, said["invitation"], server.baseURL+"/st/")
	masked := stack.everyOutput()
	for _, name := range []string{"clientSecret", "login", "invitation"} {
		require.Equal(t, "[secret]", masked[name])
	}
	require.NotContains(t, stack.pulumi("stack", "output", "--json"), strings.TrimPrefix(said["invitation"].(string), server.baseURL+"/st/"))
}

func idsIn(list any) (ids []any) {
	for _, entry := range list.([]any) {
		ids = append(ids, entry.(object)["id"])
	}
	return ids
}

// everyOutput is outputs for those that are not all strings.
func (s *stack) everyOutput(flags ...string) object {
	s.Helper()
	outputs := object{}
	require.NoError(s, json.Unmarshal([]byte(s.pulumi(append([]string{"stack", "output", "--json"}, flags...)...)), &outputs))
	return outputs
}
