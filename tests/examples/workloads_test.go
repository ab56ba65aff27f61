package examples

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// workloads are the examples of federated identities, and what they mean in the
// server's words: the entries by the names of their resources.
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

// TestWorkloads runs the examples of federated identities in each language. That
// tokens get in with such entries is what the provider's own tests prove.
func TestWorkloads(t *testing.T) {
	for what, w := range workloads {
		for _, l := range languages {
			t.Run(what+"/"+l.name, func(t *testing.T) {
				t.Parallel()
				server := startServer(t)
				if !server.knowsReplayProtection() {
					t.Skip("the examples need Pocket ID 2.10")
				}
				var settings []string
				for _, setting := range w.settings {
					settings = append(settings, "--plaintext", setting)
				}
				stack := newDesk(t).managing(l, what, server, settings...)
				stack.up()
				ids := stack.ids()
				for name, identity := range w.identities {
					clientID, issuer, _ := strings.Cut(ids[name], "#")
					require.Equal(t, identity["issuer"], issuer, name)
					require.Contains(t, server.client(clientID)["credentials"].(object)["federatedIdentities"], any(identity), name)
				}
				stack.unchanged()
				stack.destroy()
				if server.empty {
					server.requireEmpty()
				}
			})
		}
	}
}

// knowsReplayProtection asks the server for its version: before 2.10 there is none.
func (s *server) knowsReplayProtection() bool {
	s.Helper()
	version := s.do("GET", "/api/version/current", nil)["currentVersion"].(string)
	minor := strings.Split(version, ".")[1]
	return !strings.HasPrefix(version, "2.") || len(minor) > 1
}
