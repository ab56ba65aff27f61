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

// TestPulumiDo lists, reads and looks up what an instance has with `pulumi do`,
// which needs neither a program nor a stack for it.
func TestPulumiDo(t *testing.T) {
	t.Parallel()
	server := startFake(t, "2.14.0")
	secrets := server.fill()
	do := newDesk(t).doing(server)

	for kind, count := range map[string]int{
		"Api": 10, "ApiGrant": 10, "ApplicationConfiguration": 1, "ApplicationImage": 3, "Client": 50, "ClientGroupAccess": 12, "ClientSecret": 10, "FederatedIdentity": 32, "Group": 20,
		"GroupCustomClaims": 5, "GroupMember": 60, "GroupMembers": 20, "ScimServiceProvider": 10, "SignupToken": 5, "User": 40, "UserCustomClaims": 5,
	} {
		var listed []struct{ ID, Name string }
		require.NoError(t, json.Unmarshal([]byte(do(kind, "list", "--all")), &listed), kind)
		require.Len(t, listed, count, kind)
		require.NotEmpty(t, listed[0].Name, kind)
		said := do(kind, "read", listed[0].ID, "--output", "json")
		require.Contains(t, said, server.baseURL, "%s %s has the issuer", kind, listed[0].ID)
		for _, secret := range secrets {
			require.NotContains(t, said, secret, kind)
		}
	}
	require.Contains(t, do("FederatedIdentity", "list", "--client-id", "app-2"), `"app-2#https://issuer.example.com"`)
	require.NotContains(t, do("FederatedIdentity", "list", "--client-id", "app-2"), `"app-6#`)
	var few []any
	require.NoError(t, json.Unmarshal([]byte(do("User", "list", "--count", "7")), &few))
	require.Len(t, few, 7)
	require.Contains(t, do("getClient", "--name", "App 2"), `"clientId": "app-2"`)
	require.Contains(t, do("getApplicationConfiguration"), `"appName": "Example"`)
}

// doing installs the plugin, and returns a `pulumi do` that goes to a server.
func (d *desk) doing(s *server) func(what string, args ...string) string {
	env := append(d.env, "POCKETID_BASE_URL="+s.baseURL, "POCKETID_API_KEY="+s.apiKey)
	pulumi := func(args ...string) string {
		d.Helper()
		ctx, cancel := context.WithTimeout(d.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, tools.pulumi, args...)
		cmd.Dir, cmd.Env = d.folder, env
		out, err := cmd.Output()
		var complaints string
		if failed, ok := err.(*exec.ExitError); ok {
			complaints = string(failed.Stderr)
		}
		require.NoErrorf(d, err, "pulumi %s\n%s%s", args, out, complaints)
		return string(out)
	}
	pulumi("plugin", "install", "resource", "pocketid", "0.1.0", "--file", filepath.Join(tools.scratch, "plugins", "pulumi-resource-pocketid"))
	return func(what string, args ...string) string {
		d.Helper()
		return pulumi(append([]string{"do", "pocketid:index:" + what}, args...)...)
	}
}
