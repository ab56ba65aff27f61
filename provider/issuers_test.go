package provider

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

const (
	github     = "https://token.actions.githubusercontent.com"
	githubKeys = github + "/.well-known/jwks"
	cluster    = "https://eastus.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/"
	entra      = "https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/"
)

// The rules of known issuers also apply to identities that set issuer and subject without a preset.
func TestAnIdentityThatCanNeverAuthenticateIsRejected(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{Version: "2.15.0"}))
	for _, row := range []struct {
		inputs map[string]any
		want   []string // a substring of each failure, in order
	}{
		{map[string]any{"issuer": github, "subject": "s", "jwksUrl": githubKeys}, nil},
		{map[string]any{"issuer": github, "subject": "s", "jwksUrl": "https://mirror.example/github"}, nil},
		{map[string]any{"issuer": github, "subject": "s", "publicKeys": publicKeySet(t)}, nil},
		{map[string]any{"issuer": github, "subject": "s"}, []string{"jwksUrl: is required; without it, Pocket ID looks for the keys of GitHub Actions at <issuer>/.well-known/jwks.json, but they are at " + githubKeys}},
		{map[string]any{"issuer": github, "subject": "s", "jwksUrl": github + "/.well-known/jwks.json"}, []string{"but they are at " + githubKeys}},
		{map[string]any{"issuer": github, "jwksUrl": githubKeys}, []string{"subject: is required; anyone can get tokens from GitHub Actions, and without a subject Pocket ID compares with the client ID"}},
		{map[string]any{"issuer": github + "/", "subject": "s", "jwksUrl": githubKeys}, []string{"issuer: must not end with a slash, as in the tokens of GitHub Actions"}},
		{map[string]any{"issuer": github + "/"}, []string{"issuer: must not end", "subject: is required", "jwksUrl: is required"}},
		{map[string]any{"issuer": github + "/.well-known/openid-configuration", "jwksUrl": githubKeys}, []string{"issuer: must be the issuer itself, not the URL of its configuration"}},
		{map[string]any{"issuer": "https://accounts.google.com"}, []string{"subject: is required; anyone can get tokens from Google", "at https://www.googleapis.com/oauth2/v3/certs"}},
		{map[string]any{"issuer": "https://gitlab.com"}, []string{"subject: is required; anyone can get tokens from ", "at https://gitlab.com/oauth/discovery/keys"}},
		{map[string]any{"issuer": "https://agent.buildkite.com", "jwksUrl": "https://agent.buildkite.com/.well-known/jwks"}, []string{"subject: is required; anyone can get tokens from "}},
		{map[string]any{"issuer": "https://api.pulumi.com/oidc", "jwksUrl": "https://api.pulumi.com/oidc/.well-known/jwks"}, []string{"subject: is required; anyone can get tokens from "}},
		{map[string]any{"issuer": "https://oidc.vercel.com", "jwksUrl": "https://oidc.vercel.com/.well-known/jwks"}, []string{"subject: is required; anyone can get tokens from "}},
		{map[string]any{"issuer": cluster, "subject": "system:serviceaccount:n:s"}, []string{"at " + cluster + "openid/v1/jwks"}},
		{map[string]any{"issuer": strings.TrimSuffix(cluster, "/"), "subject": "s", "jwksUrl": cluster + "openid/v1/jwks"}, []string{"issuer: must end with a slash, as in the tokens of AKS"}},
		{map[string]any{"issuer": entra, "subject": "s", "audience": "a"}, []string{"at https://login.microsoftonline.com/common/discovery/keys"}},
		{map[string]any{"issuer": strings.TrimSuffix(entra, "/"), "subject": "s", "jwksUrl": "https://login.microsoftonline.com/common/discovery/keys"}, []string{"issuer: must end with a slash"}},
		{map[string]any{"issuer": entra, "jwksUrl": "https://login.microsoftonline.com/common/discovery/keys"}, nil}, // the client's id may be the principal's id
		{map[string]any{"issuer": "https://abc.tokens.sts.global.api.aws", "subject": "s"}, nil},
		{map[string]any{"issuer": "https://abc.tokens.sts.global.api.aws"}, []string{"subject: is required; without it, Pocket ID compares with the client ID, which no token of AWS"}},
		{map[string]any{"issuer": "https://oidc.eks.eu-central-1.amazonaws.com/id/ABC", "subject": "s"}, []string{"at https://oidc.eks.eu-central-1.amazonaws.com/id/ABC/keys"}},
		{map[string]any{"issuer": "https://container.googleapis.com/v1/projects/p/locations/l/clusters/c", "subject": "s"}, []string{"/clusters/c/jwks"}},
		{map[string]any{"issuer": "https://github.example.com/_services/token", "subject": "s"}, []string{"at https://github.example.com/_services/token/.well-known/jwks"}},
		{map[string]any{"issuer": "https://vault.example.com/v1/admin/identity/oidc"}, []string{"at https://vault.example.com/v1/admin/identity/oidc/.well-known/keys"}},
		{map[string]any{"issuer": "https://api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc", "subject": "s"}, []string{"/identity/oidc/keys.json"}},
		// If only the subject identifies the platform, any jwksUrl is accepted.
		{map[string]any{"issuer": "https://k.example/", "subject": "system:serviceaccount:n:s"}, []string{"the keys of Kubernetes at <issuer>/.well-known/jwks.json, but they are at https://k.example/openid/v1/jwks"}},
		{map[string]any{"issuer": "https://k.example", "subject": "system:serviceaccount:n:s", "jwksUrl": "https://k.example/.well-known/jwks.json"}, nil},
		{map[string]any{"issuer": "https://s.example", "subject": "spiffe://s.example/api"}, []string{"at https://s.example/keys"}},
		{map[string]any{"issuer": "https://git.example", "subject": "project_path:g/p:ref_type:branch:ref:main"}, []string{"at https://git.example/oauth/discovery/keys"}},
		// Unknown values are not validated, nor are values that depend on them.
		{map[string]any{"issuer": github, "subject": unknown, "jwksUrl": unknown}, nil},
		{map[string]any{"issuer": github, "subject": "s", "publicKeys": unknown}, nil},
		{map[string]any{"issuer": unknown, "subject": "system:serviceaccount:n:s"}, nil},
		{map[string]any{"issuer": "https://i.example", "subject": unknown}, nil},
	} {
		got := c.failures("FederatedIdentity", toProps(withValue(row.inputs, "clientId", "ci")))
		require.Len(t, got, len(row.want), "%v: %q", row.inputs, got)
		for i, want := range row.want {
			require.Contains(t, got[i], want, "%v", row.inputs)
		}
	}
}

func TestIssuerFailuresDoNotContainSecrets(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{Version: "2.15.0"}))
	for _, secret := range []string{"issuer", "subject"} {
		inputs := map[string]any{"clientId": "ci", "issuer": "https://hidden.example", "subject": "system:serviceaccount:hidden:s"}
		inputs[secret] = resource.MakeSecret(resource.NewProperty(inputs[secret].(string)))
		for _, failure := range c.failures("FederatedIdentity", toProps(inputs)) {
			if secret == "issuer" {
				require.NotContains(t, failure, "hidden")
			}
			require.NotContains(t, failure, "serviceaccount:hidden")
		}
	}
}

func TestARiskyIdentityCausesAWarning(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		inputs map[string]any
		want   string // empty if no warning is expected
	}{
		{map[string]any{"issuer": github, "subject": "s", "jwksUrl": githubKeys, "replayProtection": true}, ""},
		{map[string]any{"issuer": "https://accounts.google.com", "subject": "1", "jwksUrl": "https://www.googleapis.com/oauth2/v3/certs", "replayProtection": true}, "the tokens of Google have no jti claim. Pocket ID would refuse all of them"},
		{map[string]any{"googleCloud": map[string]any{"uniqueId": "1"}, "replayProtection": true}, "the tokens of Google have no jti claim"},
		{map[string]any{"issuer": "https://k.example", "subject": "system:serviceaccount:n:s", "jwksUrl": "https://k.example/keys", "replayProtection": true}, "the tokens of Kubernetes are read from a file"},
		{map[string]any{"issuer": entra, "subject": "s", "jwksUrl": "https://k.example/keys"}, "Entra ID issues tokens only for app registrations"},
		{map[string]any{"issuer": entra, "subject": "s", "jwksUrl": "https://k.example/keys", "audience": "api://a"}, ""},
		{map[string]any{"issuer": "https://oidc.circleci.com/org/o", "subject": "s", "jwksUrl": "https://k.example/keys"}, "the subject of CircleCI tokens changes (it contains the ID of the user"},
		{map[string]any{"issuer": "https://i.example", "jwksUrl": "http://i.example/keys"}, "jwksUrl uses plain http. Anyone who intercepts the connection from Pocket ID to \"i.example\" can authenticate as any workload"},
		{map[string]any{"issuer": "https://i.example", "jwksUrl": resource.MakeSecret(resource.NewProperty("http://hidden.example/keys"))}, "intercepts the connection from Pocket ID to the secret value can authenticate as any workload"},
		{map[string]any{"issuer": "http://i.example"}, "issuer uses plain http"},
		{map[string]any{"issuer": "http://127.0.0.1:8080", "jwksUrl": "http://localhost/keys"}, ""},
	} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.declare("FederatedIdentity", "it", withValue(row.inputs, "clientId", "ci"))
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		require.NotContains(t, o.messages, "hidden")
		if row.want == "" {
			require.NotContains(t, o.messages, "warning", "%v", row.inputs)
		} else {
			require.Contains(t, o.messages, row.want, "%v", row.inputs)
		}
	}
}

// An existing identity may break rules that are stricter than the server's: it can be
// imported and kept with a warning. A change must follow the rules.
func TestAnIdentityThatCanNeverAuthenticateCanBeImported(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	id := uniqueName("ci")
	instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "CI", "callbackURLs": []string{}, "credentials": map[string]any{"federatedIdentities": []any{
		map[string]any{"issuer": github + "/"},
	}}})
	t.Cleanup(func() { instance.request("DELETE", "/api/oidc/clients/"+id, nil) })
	s := newStack(t, instance)
	require.NoError(t, s.importResource("FederatedIdentity", "it", id+"#"+github+"/").err)
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": id, "issuer": github + "/"})
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	for _, warning := range []string{"issuer must not end with a slash", "subject is required", "jwksUrl is required"} {
		require.Contains(t, o.messages, "warning: "+warning)
	}
	s.requireNoChanges()

	t.Log("a change that fixes only one of the problems is a validation error")
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": id, "issuer": github})
	o = s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "has a problem: subject: is required")
	require.Contains(t, o.messages, "has a problem: jwksUrl: is required")
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": id, "issuer": github + "/", "subject": "s"})
	o = s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "warning: issuer must not end with a slash")
	require.Contains(t, o.messages, "has a problem: jwksUrl: is required")
}

// Before 2.4, Pocket ID looks up the client by the subject of the token.
func TestASubjectOtherThanTheClientIDRequiresANewerServer(t *testing.T) {
	t.Parallel()
	identity := func(clientID, subject any) props {
		return toProps(map[string]any{"clientId": clientID, "issuer": "https://i.example", "subject": subject})
	}
	old, newer := newChecker(t, newFake(t, fake.Options{Version: "2.3.0"})), newChecker(t, newFake(t, fake.Options{Version: "2.9.0"}))
	for _, inputs := range []props{identity("ci", "another"), toProps(map[string]any{"clientId": "ci", "tailscale": map[string]any{"host": "h", "node": "n"}})} {
		got := old.failures("FederatedIdentity", inputs)
		require.Len(t, got, 1)
		require.Contains(t, got[0], "subject: requires Pocket ID 2.4.0 or later if it differs from clientId; this server is 2.3.0, so omit it or set it to clientId")
		require.Empty(t, newer.failures("FederatedIdentity", inputs))
	}
	require.Empty(t, old.failures("FederatedIdentity", identity("ci", "ci")))
	require.Empty(t, old.failures("FederatedIdentity", identity(unknown, "another")))
	require.Empty(t, old.failures("FederatedIdentity", identity("ci", unknown)))
	require.Empty(t, old.failures("FederatedIdentity", toProps(map[string]any{"clientId": "ci", "issuer": "https://i.example"})))

	t.Log("if Check could not read the version, the first write fails")
	instance := newFake(t, fake.Options{Version: "2.3.0"})
	instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "ci", "name": "CI", "callbackURLs": []string{"https://a.example"}})
	var requests atomic.Int32
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/version/current" {
			return false
		}
		if requests.Add(1) > 2 { // net/http itself may repeat the request
			return false
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		require.NoError(t, err)
		return conn.Close() == nil
	})
	s := newStack(t, instance)
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": "ci", "issuer": "https://i.example", "subject": "another"})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "subject requires Pocket ID 2.4.0 or later")
	require.Empty(t, instance.identities("ci"))

	t.Log("an existing identity can be imported, and its other properties can change")
	instance = newFake(t, fake.Options{Version: "2.3.0"})
	instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "ci", "name": "CI", "callbackURLs": []string{"https://a.example"}, "credentials": map[string]any{"federatedIdentities": []any{
		map[string]any{"issuer": "https://i.example", "subject": "another"},
	}}})
	s = newStack(t, instance)
	require.NoError(t, s.importResource("FederatedIdentity", "it", "ci#https://i.example").err)
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": "ci", "issuer": "https://i.example", "subject": "another"})
	s.requireNoChanges()
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": "ci", "issuer": "https://i.example", "subject": "another", "audience": "a"})
	o = s.mustUp()
	require.Contains(t, o.messages, "warning: subject requires Pocket ID 2.4.0 or later")
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": "ci", "issuer": "https://i.example", "subject": "a third"})
	require.Error(t, s.up().err)
}

func TestASubjectIsCheckedBeforeAnUpdateIfTheVersionWasUnknown(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.3.0"}))
	s.config["maxRetries"] = "0"
	s.declare("Client", "ci", withValue(confidentialClient("ci"), "createSecret", false))
	identity := map[string]any{"issuer": "https://i.example"}
	s.declare("FederatedIdentity", "it", identity).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	s.declare("FederatedIdentity", "it", withValue(identity, "subject", "another")).from = map[string]string{"clientId": "ci.clientId"}
	s.instance.failFirstVersionRequest()
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "subject requires Pocket ID 2.4.0 or later")
	require.False(t, o.mayBeChanged)
	require.NotEqual(t, "another", s.instance.identities("ci")[0].(map[string]any)["subject"])
}

// Since 2.10, Pocket ID ignores the identities of a public client. Before, such an identity
// let callers authenticate without any credentials.
func TestAPublicClientCannotHaveAnIdentity(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("spa")
	s.declare("Client", "spa", map[string]any{"name": "SPA", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "isPublic": true})
	s.declare("FederatedIdentity", "it", map[string]any{"issuer": "https://i.example"}).from = map[string]string{"clientId": "spa.clientId"}
	o := s.up()
	t.Cleanup(func() { s.destroy() })
	require.Error(t, o.err)
	require.Contains(t, o.messages, "client "+id+" is public: Pocket ID does not authenticate public clients")
	require.Empty(t, s.instance.identities(id))
	s.declare("Client", "spa", map[string]any{"name": "SPA", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "isPublic": false, "createSecret": false})
	s.mustUp()
	require.Len(t, s.instance.identities(id), 1)
	s.requireNoChanges()
}
