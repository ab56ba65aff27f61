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

// What is known of an issuer is held against what a program says in plain words.
func TestAnIdentityThatCanNeverAuthenticateIsRefused(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{Version: "2.15.0"}))
	for _, row := range []struct {
		inputs map[string]any
		want   []string // in failures, one each
	}{
		{map[string]any{"issuer": github, "subject": "s", "jwksUrl": githubKeys}, nil},
		{map[string]any{"issuer": github, "subject": "s", "jwksUrl": "https://mirror.example/github"}, nil},
		{map[string]any{"issuer": github, "subject": "s", "publicKeys": keySetOf(t)}, nil},
		{map[string]any{"issuer": github, "subject": "s"}, []string{"jwksUrl: must be set: without it, Pocket ID looks for the keys of GitHub Actions at <issuer>/.well-known/jwks.json, but they are at " + githubKeys}},
		{map[string]any{"issuer": github, "subject": "s", "jwksUrl": github + "/.well-known/jwks.json"}, []string{"but they are at " + githubKeys}},
		{map[string]any{"issuer": github, "jwksUrl": githubKeys}, []string{"subject: must be set: everybody can get tokens of GitHub Actions; without it, Pocket ID compares with the client's id"}},
		{map[string]any{"issuer": github + "/", "subject": "s", "jwksUrl": githubKeys}, []string{"issuer: must not end with a slash: so it is in the tokens of GitHub Actions"}},
		{map[string]any{"issuer": github + "/"}, []string{"issuer: must not end", "subject: must be set", "jwksUrl: must be set"}},
		{map[string]any{"issuer": github + "/.well-known/openid-configuration", "jwksUrl": githubKeys}, []string{"issuer: must be the issuer itself, not the address of its configuration"}},
		{map[string]any{"issuer": "https://accounts.google.com"}, []string{"subject: must be set: everybody can get tokens of Google", "at https://www.googleapis.com/oauth2/v3/certs"}},
		{map[string]any{"issuer": "https://gitlab.com"}, []string{"subject: must be set: everybody", "at https://gitlab.com/oauth/discovery/keys"}},
		{map[string]any{"issuer": "https://agent.buildkite.com", "jwksUrl": "https://agent.buildkite.com/.well-known/jwks"}, []string{"subject: must be set: everybody"}},
		{map[string]any{"issuer": "https://api.pulumi.com/oidc", "jwksUrl": "https://api.pulumi.com/oidc/.well-known/jwks"}, []string{"subject: must be set: everybody"}},
		{map[string]any{"issuer": "https://oidc.vercel.com", "jwksUrl": "https://oidc.vercel.com/.well-known/jwks"}, []string{"subject: must be set: everybody"}},
		{map[string]any{"issuer": cluster, "subject": "system:serviceaccount:n:s"}, []string{"at " + cluster + "openid/v1/jwks"}},
		{map[string]any{"issuer": strings.TrimSuffix(cluster, "/"), "subject": "s", "jwksUrl": cluster + "openid/v1/jwks"}, []string{"issuer: must end with a slash: so it is in the tokens of AKS"}},
		{map[string]any{"issuer": entra, "subject": "s", "audience": "a"}, []string{"at https://login.microsoftonline.com/common/discovery/keys"}},
		{map[string]any{"issuer": strings.TrimSuffix(entra, "/"), "subject": "s", "jwksUrl": "https://login.microsoftonline.com/common/discovery/keys"}, []string{"issuer: must end with a slash"}},
		{map[string]any{"issuer": entra, "jwksUrl": "https://login.microsoftonline.com/common/discovery/keys"}, nil}, // the client may have the principal's id
		{map[string]any{"issuer": "https://abc.tokens.sts.global.api.aws", "subject": "s"}, nil},
		{map[string]any{"issuer": "https://abc.tokens.sts.global.api.aws"}, []string{"subject: must be set: without it, Pocket ID compares with the client's id, which no token of AWS"}},
		{map[string]any{"issuer": "https://oidc.eks.eu-central-1.amazonaws.com/id/ABC", "subject": "s"}, []string{"at https://oidc.eks.eu-central-1.amazonaws.com/id/ABC/keys"}},
		{map[string]any{"issuer": "https://container.googleapis.com/v1/projects/p/locations/l/clusters/c", "subject": "s"}, []string{"/clusters/c/jwks"}},
		{map[string]any{"issuer": "https://github.example.com/_services/token", "subject": "s"}, []string{"at https://github.example.com/_services/token/.well-known/jwks"}},
		{map[string]any{"issuer": "https://vault.example.com/v1/admin/identity/oidc"}, []string{"at https://vault.example.com/v1/admin/identity/oidc/.well-known/keys"}},
		{map[string]any{"issuer": "https://api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc", "subject": "s"}, []string{"/identity/oidc/keys.json"}},
		// Told by the subject alone, the keys may be where the program says.
		{map[string]any{"issuer": "https://k.example/", "subject": "system:serviceaccount:n:s"}, []string{"the keys of Kubernetes at <issuer>/.well-known/jwks.json, but they are at https://k.example/openid/v1/jwks"}},
		{map[string]any{"issuer": "https://k.example", "subject": "system:serviceaccount:n:s", "jwksUrl": "https://k.example/.well-known/jwks.json"}, nil},
		{map[string]any{"issuer": "https://s.example", "subject": "spiffe://s.example/api"}, []string{"at https://s.example/keys"}},
		{map[string]any{"issuer": "https://git.example", "subject": "project_path:g/p:ref_type:branch:ref:main"}, []string{"at https://git.example/oauth/discovery/keys"}},
		// What is unknown is not judged, nor is what depends on it.
		{map[string]any{"issuer": github, "subject": unknown, "jwksUrl": unknown}, nil},
		{map[string]any{"issuer": github, "subject": "s", "publicKeys": unknown}, nil},
		{map[string]any{"issuer": unknown, "subject": "system:serviceaccount:n:s"}, nil},
		{map[string]any{"issuer": "https://i.example", "subject": unknown}, nil},
	} {
		got := c.failures("FederatedIdentity", said(with(row.inputs, "clientId", "ci")))
		require.Len(t, got, len(row.want), "%v: %q", row.inputs, got)
		for i, want := range row.want {
			require.Contains(t, got[i], want, "%v", row.inputs)
		}
	}
	for _, secret := range []string{"issuer", "subject"} {
		inputs := map[string]any{"clientId": "ci", "issuer": "https://hidden.example", "subject": "system:serviceaccount:hidden:s"}
		inputs[secret] = resource.MakeSecret(resource.NewProperty(inputs[secret].(string)))
		for _, failure := range c.failures("FederatedIdentity", said(inputs)) {
			if secret == "issuer" {
				require.NotContains(t, failure, "hidden")
			}
			require.NotContains(t, failure, "serviceaccount:hidden")
		}
	}
}

func TestWhatMayGoWrongWithAnIdentityIsAWarning(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		inputs map[string]any
		want   string // "" for none
	}{
		{map[string]any{"issuer": github, "subject": "s", "jwksUrl": githubKeys, "replayProtection": true}, ""},
		{map[string]any{"issuer": "https://accounts.google.com", "subject": "1", "jwksUrl": "https://www.googleapis.com/oauth2/v3/certs", "replayProtection": true}, "the tokens of Google have no jti: Pocket ID would refuse them all"},
		{map[string]any{"googleCloud": map[string]any{"uniqueId": "1"}, "replayProtection": true}, "the tokens of Google have no jti"},
		{map[string]any{"issuer": "https://k.example", "subject": "system:serviceaccount:n:s", "jwksUrl": "https://k.example/keys", "replayProtection": true}, "the tokens of Kubernetes lie in a file"},
		{map[string]any{"issuer": entra, "subject": "s", "jwksUrl": "https://k.example/keys"}, "Entra ID issues tokens only for app registrations"},
		{map[string]any{"issuer": entra, "subject": "s", "jwksUrl": "https://k.example/keys", "audience": "api://a"}, ""},
		{map[string]any{"issuer": "https://oidc.circleci.com/org/o", "subject": "s", "jwksUrl": "https://k.example/keys"}, "no subject of CircleCI stays the same: the id of the user"},
		{map[string]any{"issuer": "https://i.example", "jwksUrl": "http://i.example/keys"}, "jwksUrl is plain http: whoever is on the way from Pocket ID to \"i.example\" can let anybody in"},
		{map[string]any{"issuer": "https://i.example", "jwksUrl": resource.MakeSecret(resource.NewProperty("http://hidden.example/keys"))}, "on the way from Pocket ID to the secret value can let anybody in"},
		{map[string]any{"issuer": "http://i.example"}, "issuer is plain http"},
		{map[string]any{"issuer": "http://127.0.0.1:8080", "jwksUrl": "http://localhost/keys"}, ""},
	} {
		s := newStack(t, onFake(t, fake.Options{}))
		s.declare("FederatedIdentity", "it", with(row.inputs, "clientId", "ci"))
		o := s.preview()
		require.NoError(t, o.err, o.text)
		require.NotContains(t, o.text, "hidden")
		if row.want == "" {
			require.NotContains(t, o.text, "warning", "%v", row.inputs)
		} else {
			require.Contains(t, o.text, row.want, "%v", row.inputs)
		}
	}
}

// What is there already breaks no rule that the server does not have: it can be
// imported and kept, with a warning, and mended.
func TestAnIdentityThatCanNeverAuthenticateCanBeImported(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	id := named("ci")
	on.ask("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "CI", "callbackURLs": []string{}, "credentials": map[string]any{"federatedIdentities": []any{
		map[string]any{"issuer": github + "/"},
	}}})
	t.Cleanup(func() { on.try("DELETE", "/api/oidc/clients/"+id, nil) })
	s := newStack(t, on)
	require.NoError(t, s.importing("FederatedIdentity", "it", id+"#"+github+"/").err)
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": id, "issuer": github + "/"})
	o := s.preview()
	require.NoError(t, o.err, o.text)
	for _, warning := range []string{"issuer must not end with a slash", "subject must be set", "jwksUrl must be set"} {
		require.Contains(t, o.text, "warning: "+warning)
	}
	s.steady()

	t.Log("half a remedy is none: what changes must be right")
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": id, "issuer": github})
	o = s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.text, "has a problem: subject: must be set")
	require.Contains(t, o.text, "has a problem: jwksUrl: must be set")
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": id, "issuer": github + "/", "subject": "s"})
	o = s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.text, "warning: issuer must not end with a slash")
	require.Contains(t, o.text, "has a problem: jwksUrl: must be set")
}

// Before 2.4 a token's subject is taken for the id of the client.
func TestAForeignSubjectNeedsAServerThatKnowsIt(t *testing.T) {
	t.Parallel()
	identity := func(clientID, subject any) props {
		return said(map[string]any{"clientId": clientID, "issuer": "https://i.example", "subject": subject})
	}
	old, newer := newChecker(t, onFake(t, fake.Options{Version: "2.3.0"})), newChecker(t, onFake(t, fake.Options{Version: "2.9.0"}))
	for _, inputs := range []props{identity("ci", "another"), said(map[string]any{"clientId": "ci", "tailscale": map[string]any{"host": "h", "node": "n"}})} {
		got := old.failures("FederatedIdentity", inputs)
		require.Len(t, got, 1)
		require.Contains(t, got[0], "subject: needs Pocket ID 2.4.0 or later, unless it is the client's id; this server is 2.3.0, and takes the token's subject for the id of the client")
		require.Empty(t, newer.failures("FederatedIdentity", inputs))
	}
	require.Empty(t, old.failures("FederatedIdentity", identity("ci", "ci")))
	require.Empty(t, old.failures("FederatedIdentity", identity(unknown, "another")))
	require.Empty(t, old.failures("FederatedIdentity", identity("ci", unknown)))
	require.Empty(t, old.failures("FederatedIdentity", said(map[string]any{"clientId": "ci", "issuer": "https://i.example"})))

	t.Log("what no check could tell, the first write does: the server does not tell its version at first")
	on := onFake(t, fake.Options{Version: "2.3.0"})
	on.ask("POST", "/api/oidc/clients", map[string]any{"id": "ci", "name": "CI", "callbackURLs": []string{"https://a.example"}})
	var asked atomic.Int32
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/version/current" {
			return false
		}
		if asked.Add(1) > 2 { // net/http may ask twice by itself
			return false
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		require.NoError(t, err)
		return conn.Close() == nil
	})
	s := newStack(t, on)
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": "ci", "issuer": "https://i.example", "subject": "another"})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "subject needs Pocket ID 2.4.0 or later")
	require.Empty(t, on.identities("ci"))

	t.Log("what is there already can be imported, and its other fields changed")
	on = onFake(t, fake.Options{Version: "2.3.0"})
	on.ask("POST", "/api/oidc/clients", map[string]any{"id": "ci", "name": "CI", "callbackURLs": []string{"https://a.example"}, "credentials": map[string]any{"federatedIdentities": []any{
		map[string]any{"issuer": "https://i.example", "subject": "another"},
	}}})
	s = newStack(t, on)
	require.NoError(t, s.importing("FederatedIdentity", "it", "ci#https://i.example").err)
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": "ci", "issuer": "https://i.example", "subject": "another"})
	s.steady()
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": "ci", "issuer": "https://i.example", "subject": "another", "audience": "a"})
	o = s.mustUp()
	require.Contains(t, o.text, "warning: subject needs Pocket ID 2.4.0 or later")
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": "ci", "issuer": "https://i.example", "subject": "a third"})
	require.Error(t, s.up().err)
}

// Since 2.10 an identity of a public client is never looked at; before, it would
// let in who has no credentials at all.
func TestAPublicClientGetsNoIdentity(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("spa")
	s.declare("Client", "spa", map[string]any{"name": "SPA", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "isPublic": true})
	s.declare("FederatedIdentity", "it", map[string]any{"issuer": "https://i.example"}).from = map[string]string{"clientId": "spa.clientId"}
	o := s.up()
	t.Cleanup(func() { s.destroy() })
	require.Error(t, o.err)
	require.Contains(t, o.text, "client "+id+" is public: Pocket ID never asks it to prove who it is")
	require.Empty(t, s.pocketID.identities(id))
	s.declare("Client", "spa", map[string]any{"name": "SPA", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "isPublic": false, "createSecret": false})
	s.mustUp()
	require.Len(t, s.pocketID.identities(id), 1)
	s.steady()
}
