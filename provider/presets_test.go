package provider

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/workload"
)

// Each preset makes Pocket ID accept the token that the platform documents and no other,
// only while the identity is declared.
func TestEveryPresetAcceptsTheDocumentedToken(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, d := range documentedTokens {
		tested[d.preset] = true
		t.Run(d.preset+" "+strings.ReplaceAll(d.sub, "/", "_"), func(t *testing.T) {
			t.Parallel()
			instance := newInstance(t)
			instance.skipWithoutSubjects()
			d.requireAccepted(t, instance)
		})
	}
	for _, preset := range workload.PresetNames() {
		require.True(t, tested[preset], "%s has no documented token", preset)
	}
}

// requireAccepted declares the preset and requires that the server accepts the token and no other.
func (d documentedToken) requireAccepted(t *testing.T, instance *testInstance) {
	s, id, keys := newStack(t, instance), uniqueName("ci"), serveKeys(t)
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}, "createSecret": false})
	s.declare("FederatedIdentity", "it", map[string]any{d.preset: d.block, "audience": d.audience(), "jwksUrl": keys}).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, d.iss, s.output("it", "effectiveIssuer"))
	require.Equal(t, d.sub, s.output("it", "effectiveSubject"))
	require.Equal(t, d.audience(), s.output("it", "effectiveAudience"))
	require.Equal(t, keys, s.output("it", "effectiveJwksUrl"))
	require.NotContains(t, s.state("it").Inputs, d.preset, "the state has only the derived inputs")
	require.NotContains(t, s.state("it").Outputs, d.preset)
	s.requireNoChanges()

	key, another := signingKeys()
	require.True(t, instance.acceptsAssertion(id, assertion(t, key, d.iss, d.sub, d.aud)))
	otherIssuer := d.iss + "/"
	if strings.HasSuffix(d.iss, "/") {
		otherIssuer = strings.TrimSuffix(d.iss, "/")
	}
	for what, token := range map[string]string{
		"subject":  assertion(t, key, d.iss, d.sub+"x", d.aud),
		"audience": assertion(t, key, d.iss, d.sub, "https://another.example"),
		"key":      assertion(t, another, d.iss, d.sub, d.aud),
		"issuer":   assertion(t, key, otherIssuer, d.sub, d.aud),
	} {
		require.False(t, instance.acceptsAssertion(id, token), "a token with another %s", what)
	}

	// The same identity without a preset shows no diff.
	s.declare("FederatedIdentity", "it", map[string]any{"issuer": d.iss, "subject": d.sub, "audience": d.audience(), "jwksUrl": keys})
	s.requireNoChanges()

	s.drop("it")
	s.mustUp()
	require.False(t, instance.acceptsAssertion(id, assertion(t, key, d.iss, d.sub, d.aud)), "the identity was deleted")
}

// The jwksUrl that a preset derives is the documented one, and the validation of identities
// without a preset expects the same URL.
func TestEveryPresetDerivesTheDocumentedKeySetURL(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	for _, d := range documentedTokens {
		out, failures := workload.Expand(propertyMap(map[string]any{"clientId": "ci", d.preset: d.block}))
		require.Empty(t, failures, d)
		require.Equal(t, d.keys, inputs.Text(out.Get("jwksUrl")), d.sub)

		out, failures = workload.Expand(propertyMap(map[string]any{"clientId": "ci", d.preset: d.block, "jwksUrl": "https://mine.example/keys"}))
		require.Empty(t, failures, d)
		require.Equal(t, "https://mine.example/keys", inputs.Text(out.Get("jwksUrl")), d.sub)
		out, failures = workload.Expand(propertyMap(map[string]any{"clientId": "ci", d.preset: d.block, "publicKeys": publicKeySet(t)}))
		require.Empty(t, failures, d)
		require.True(t, out.Get("jwksUrl").IsNull(), d.sub)

		withoutPreset := strings.Join(c.failures("FederatedIdentity", toProps(map[string]any{"clientId": "ci", "issuer": d.iss, "subject": d.sub})), "\n")
		if d.keys != "" && d.preset != "hcpTerraform" && !strings.Contains(d.keys, "microsoftonline.us") {
			require.Contains(t, withoutPreset, "but they are at "+d.keys, d.iss)
		}
		require.NotContains(t, withoutPreset, "end with a slash", d.iss)
	}
}

func TestTheAudienceDefaultsToTheIssuerOfPocketID(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	instance.skipWithoutSubjects()
	s, id := newStack(t, instance), uniqueName("ci")
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}, "createSecret": false})
	s.declare("FederatedIdentity", "it", map[string]any{"kubernetes": map[string]any{"issuer": "https://my-cluster.example.com", "namespace": "n", "serviceAccount": "s"}, "jwksUrl": serveKeys(t)}).
		from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	issuer := s.output("ci", "issuer").(string)
	require.Equal(t, issuer, s.output("it", "effectiveAudience"))
	key, _ := signingKeys()
	require.True(t, instance.acceptsAssertion(id, assertion(t, key, "https://my-cluster.example.com", "system:serviceaccount:n:s", issuer)))
	require.False(t, instance.acceptsAssertion(id, assertion(t, key, "https://my-cluster.example.com", "system:serviceaccount:n:s", issuer+"/")))
}

// The client's id is the only subject that all server versions accept.
func TestTheSubjectDefaultsToTheClientID(t *testing.T) {
	t.Parallel()
	s, id := newStack(t, newInstance(t)), uniqueName("ci")
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "createSecret": false})
	s.declare("FederatedIdentity", "it", map[string]any{"issuer": "https://i.example", "audience": "a", "jwksUrl": serveKeys(t)}).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, id, s.output("it", "effectiveSubject"))
	key, _ := signingKeys()
	require.True(t, s.instance.acceptsAssertion(id, assertion(t, key, "https://i.example", id, "a")))
	require.False(t, s.instance.acceptsAssertion(id, assertion(t, key, "https://i.example", id+"x", "a")))
}
