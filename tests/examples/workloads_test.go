package examples

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// workloads maps the examples of federated identities to the configuration they need and to
// the entries that they create on the server, by the names of their resources.
var workloads = map[string]struct {
	settings   []string
	identities map[string]object
}{
	"github-actions": {[]string{"owner=acme", "repository=app"}, map[string]object{
		"fromMain": {
			"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:acme/app:ref:refs/heads/main",
			"jwks": "https://token.actions.githubusercontent.com/.well-known/jwks", "replayProtection": true,
		},
		"fromProduction": {
			"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:acme@123456/app-deploy@456789:environment:production",
			"jwks": "https://token.actions.githubusercontent.com/.well-known/jwks", "replayProtection": true,
		},
	}},
	"kubernetes": {[]string{"issuer=https://cluster.example.com"}, map[string]object{
		"inCluster": {
			"issuer": "https://cluster.example.com", "subject": "system:serviceaccount:wiki:server",
			"jwks": "https://cluster.example.com/openid/v1/jwks", "replayProtection": false,
		},
		"inEks": {
			"issuer": "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE", "subject": "system:serviceaccount:wiki:server",
			"jwks": "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE/keys", "replayProtection": false,
		},
	}},
	"azure": {[]string{"tenantId=aaaabbbb-0000-cccc-1111-dddd2222eeee", "principalId=aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "appId=00001111-aaaa-2222-bbbb-3333cccc4444"}, map[string]object{
		"byManagedIdentity": {
			"issuer": "https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/", "subject": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb",
			"audience": "00001111-aaaa-2222-bbbb-3333cccc4444", "jwks": "https://login.microsoftonline.com/common/discovery/keys", "replayProtection": false,
		},
		"inAks": {
			"issuer":  "https://westeurope.oic.prod-aks.azure.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/11111111-1111-1111-1111-111111111111/",
			"subject": "system:serviceaccount:reports:nightly",
			"jwks":    "https://westeurope.oic.prod-aks.azure.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/11111111-1111-1111-1111-111111111111/openid/v1/jwks", "replayProtection": false,
		},
	}},
	"aws": {[]string{"issuer=https://abc123-def456-ghi789-jkl012.tokens.sts.global.api.aws", "roleArn=arn:aws:iam::123456789012:role/DataProcessingRole"}, map[string]object{
		"byRole": {
			"issuer": "https://abc123-def456-ghi789-jkl012.tokens.sts.global.api.aws", "subject": "arn:aws:iam::123456789012:role/DataProcessingRole", "replayProtection": false,
		},
	}},
}

// TestWorkloads runs the examples of federated identities in each language. The tests of the
// provider show that workloads can authenticate with such entries.
func TestWorkloads(t *testing.T) {
	for name, workload := range workloads {
		for _, l := range languages {
			t.Run(name+"/"+l.name, func(t *testing.T) {
				t.Parallel()
				server := startServer(t)
				if !server.supportsReplayProtection() {
					t.Skip("the examples require Pocket ID 2.10")
				}
				var settings []string
				for _, setting := range workload.settings {
					settings = append(settings, "--plaintext", setting)
				}
				stack := newWorkspace(t).exampleStack(l, name, server, settings...)
				stack.up()
				ids := stack.ids()
				for resource, identity := range workload.identities {
					clientID, issuer, _ := strings.Cut(ids[resource], "#")
					require.Equal(t, identity["issuer"], issuer, resource)
					require.Contains(t, server.client(clientID)["credentials"].(object)["federatedIdentities"], any(identity), resource)
				}
				stack.requireNoChanges()
				stack.destroy()
				if server.empty {
					server.requireEmpty()
				}
			})
		}
	}
}

// supportsReplayProtection reports whether the server is Pocket ID 2.10 or later.
func (s *server) supportsReplayProtection() bool {
	s.Helper()
	version := s.mustRequest("GET", "/api/version/current", nil)["currentVersion"].(string)
	minor := strings.Split(version, ".")[1]
	return !strings.HasPrefix(version, "2.") || len(minor) > 1
}
