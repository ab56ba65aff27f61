package examples

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestPulumiDo lists, reads and looks up the objects of an instance with `pulumi do`, which
// needs neither a program nor a stack.
func TestPulumiDo(t *testing.T) {
	t.Parallel()
	server := startFake(t, "2.14.0")
	secrets := server.createInstance()
	do := newWorkspace(t).installForDo(server)

	for kind, count := range map[string]int{
		"Api": 10, "ApiGrant": 10, "ApplicationConfiguration": 1, "ApplicationImage": 3, "Client": 50, "ClientGroupAccess": 12, "ClientSecret": 10, "FederatedIdentity": 32, "Group": 20,
		"GroupCustomClaims": 5, "GroupMember": 60, "GroupMembers": 20, "ScimServiceProvider": 10, "SignupToken": 5, "User": 40, "UserCustomClaims": 5,
	} {
		var listed []struct{ ID, Name string }
		require.NoError(t, json.Unmarshal([]byte(do(kind, "list", "--all")), &listed), kind)
		require.Len(t, listed, count, kind)
		require.NotEmpty(t, listed[0].Name, kind)
		resource := do(kind, "read", listed[0].ID, "--output", "json")
		require.Contains(t, resource, server.baseURL, "%s %s must have the issuer", kind, listed[0].ID)
		for _, secret := range secrets {
			require.NotContains(t, resource, secret, kind)
		}
	}
	require.Contains(t, do("FederatedIdentity", "list", "--client-id", "app-2"), `"app-2#https://issuer.example.com"`)
	require.NotContains(t, do("FederatedIdentity", "list", "--client-id", "app-2"), `"app-6#`)
	var page []any
	require.NoError(t, json.Unmarshal([]byte(do("User", "list", "--count", "7")), &page))
	require.Len(t, page, 7)
	require.Contains(t, do("getClient", "--name", "App 2"), `"clientId": "app-2"`)
	require.Contains(t, do("getApplicationConfiguration"), `"appName": "Example"`)
}

// installForDo installs the plugin and returns a function that runs `pulumi do` against a
// server.
func (w *workspace) installForDo(s *server) func(token string, args ...string) string {
	env := append(w.env, "POCKETID_BASE_URL="+s.baseURL, "POCKETID_API_KEY="+s.apiKey)
	pulumi := func(args ...string) string {
		w.Helper()
		ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, tools.pulumi, args...)
		cmd.Dir, cmd.Env = w.folder, env
		out, err := cmd.Output()
		var problems string
		if failed, ok := err.(*exec.ExitError); ok {
			problems = string(failed.Stderr)
		}
		require.NoErrorf(w, err, "pulumi %s\n%s%s", args, out, problems)
		return string(out)
	}
	pulumi("plugin", "install", "resource", "pocketid", "0.1.0", "--file", filepath.Join(tools.scratch, "plugins", "pulumi-resource-pocketid"))
	return func(token string, args ...string) string {
		w.Helper()
		return pulumi(append([]string{"do", "pocketid:index:" + token}, args...)...)
	}
}
