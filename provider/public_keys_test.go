package provider

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// onServerWithPublicKeys is an instance that supports publicKeys: the real one if it is new enough.
func onServerWithPublicKeys(t *testing.T) *testInstance {
	if instance := newInstance(t); instance.atLeastMinor(15) {
		return instance
	}
	return newFake(t, fake.Options{Version: "2.15.0"})
}

func TestPublicKeysReplaceTheKeySetURL(t *testing.T) {
	t.Parallel()
	s := newStack(t, onServerWithPublicKeys(t))
	id := uniqueName("ci")
	k3s := map[string]any{"kubernetes": map[string]any{"issuer": "https://kubernetes.default.svc.cluster.local", "namespace": "n", "serviceAccount": "s"}, "audience": "pocket-id", "publicKeys": publicKeySet(t)}
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}, "createSecret": false})
	s.declare("FederatedIdentity", "it", k3s).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Nil(t, s.output("it", "effectiveJwksUrl"), "Pocket ID uses no key set URL")
	require.NotContains(t, s.instance.identities(id)[0], "jwks")
	identity := mustInvoke(s.instance, "getClient", map[string]any{"clientId": id})["federatedIdentities"].([]any)[0].(map[string]any)
	require.Equal(t, s.output("it", "publicKeys"), identity["publicKeys"])
	require.NotContains(t, identity, "jwksUrl")
	key, another := signingKeys()
	token := assertion(t, key, "https://kubernetes.default.svc.cluster.local", "system:serviceaccount:n:s", "pocket-id")
	require.True(t, s.instance.acceptsAssertion(id, token))
	require.False(t, s.instance.acceptsAssertion(id, assertion(t, another, "https://kubernetes.default.svc.cluster.local", "system:serviceaccount:n:s", "pocket-id")))
	s.requireNoChanges()

	t.Log("neither the layout of the document nor the order of the keys is a diff")
	var set struct{ Keys []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(publicKeySet(t)), &set))
	second := map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
	for i, keys := range []any{
		map[string]any{"keys": []any{set.Keys[0], second}}, map[string]any{"keys": []any{second, set.Keys[0]}}, []any{second, set.Keys[0]},
	} {
		document, err := json.MarshalIndent(keys, "", "  ")
		require.NoError(t, err)
		s.declare("FederatedIdentity", "it", withValue(k3s, "publicKeys", "\n"+string(document)+"\n"))
		if i == 0 {
			s.mustUp()
		}
		s.requireNoChanges()
	}
	require.Len(t, s.instance.identities(id)[0].(map[string]any)["publicKeys"], 2)
	require.True(t, s.instance.acceptsAssertion(id, assertion(t, key, "https://kubernetes.default.svc.cluster.local", "system:serviceaccount:n:s", "pocket-id")))

	t.Log("drift shows, and an import reads the keys")
	s.instance.editClient(id, func(c map[string]any) {
		entry := c["credentials"].(map[string]any)["federatedIdentities"].([]any)[0].(map[string]any)
		entry["publicKeys"] = entry["publicKeys"].([]any)[:1]
	})
	require.NoError(t, s.refresh().err)
	o := s.mustUp()
	require.Equal(t, []string{"publicKeys"}, o.diffs["it"])
	imported := newStack(t, s.instance)
	require.NoError(t, imported.importResource("FederatedIdentity", "it", id+"#https://kubernetes.default.svc.cluster.local").err)
	require.Equal(t, s.output("it", "publicKeys"), imported.output("it", "publicKeys"))

	t.Log("a key set URL replaces the keys")
	s.declare("FederatedIdentity", "it", map[string]any{"kubernetes": k3s["kubernetes"], "audience": "pocket-id", "jwksUrl": serveKeys(t)})
	o = s.preview()
	require.True(t, o.outputs["it"]["effectiveJwksUrl"].ContainsUnknowns())
	s.mustUp()
	require.NotContains(t, s.instance.identities(id)[0], "publicKeys")
	require.True(t, s.instance.acceptsAssertion(id, token))
	s.requireNoChanges()
}

func TestInvalidPublicKeysAreRejected(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{Version: "2.15.0"}))
	const key = `{"kty":"EC","kid":"1","crv":"P-256","x":"x","y":"y"}`
	for document, want := range map[string]string{
		`{"keys":[` + key + `]}`:             "",
		`not json`:                           `must be a JWKS document in JSON`,
		`[` + key + `]`:                      "",
		`[]`:                                 `with at least one key`,
		`["a key"]`:                          `must be a JWKS document in JSON`,
		key:                                  `must be a JWKS document in JSON`,
		`{"keys":[]}`:                        `with at least one key`,
		`{"keys":[` + key + `]} {"more":1}`:  `must be a JWKS document in JSON`,
		`{"keys":[` + key + `,` + key + `]}`: "must have keys with different kids; key 2 has the kid of another one",
		`{"keys":[{"kty":"EC","crv":"P-256","x":"x","y":"y"}]}`:                         "must have keys with a kid; key 1 has none",
		`{"keys":[{"kty":"PGP","kid":"1"}]}`:                                            "must have keys with a kty of RSA, EC or OKP; key 1 has another",
		`{"keys":[` + key + `,{"kty":"RSA","kid":"2","n":"n"}]}`:                        "must have complete keys; key 2 has no e",
		`{"keys":[{"kty":"OKP","kid":"2","crv":"Ed25519","x":""}]}`:                     "must have complete keys; key 1 has no x",
		`{"keys":[` + key + `,{"kty":"RSA","kid":"2","use":"enc","n":"n","e":"AQAB"}]}`: "must only have keys for signatures; key 2 has another use, so remove it",
		`{"keys":[{"kty":"RSA","kid":"2","use":"sig","n":"n","e":"AQAB"}]}`:             "",
	} {
		got := c.failures("FederatedIdentity", toProps(map[string]any{"clientId": "ci", "issuer": "https://i.example", "publicKeys": document}))
		if want == "" {
			require.Empty(t, got, document)
			continue
		}
		require.Len(t, got, 1, "%s: %q", document, got)
		require.Contains(t, got[0], want, document)
		require.Contains(t, got[0], "publicKeys: ", document)
	}
	got := c.failures("FederatedIdentity", toProps(map[string]any{"clientId": "ci", "issuer": "https://i.example", "jwksUrl": "https://i.example/keys", "publicKeys": `{"keys":[` + key + `]}`}))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "publicKeys: must not be set together with jwksUrl")
}

// A private key in place of a public one must not be printed. The engine prints the value
// of a property that a failure names.
func TestFailuresDoNotContainPrivateKeys(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{Version: "2.15.0"}))
	const private = `{"kty":"OKP","kid":"1","crv":"Ed25519","x":"x","d":"do-not-print-me"}`
	for _, inputs := range []map[string]any{
		{"publicKeys": `{"keys":[` + private + `]}`},
		{"publicKeys": `{"keys":[{"kty":"oct","kid":"1","k":"do-not-print-me"}]}`},
		{"publicKeys": private},
		{"publicKeys": `[` + private + `]`},
		{"publicKeys": private + "garbage"},
		{"publicKeys": map[string]any{"keys": []any{map[string]any{"d": "do-not-print-me"}}}},
		{"publicKeys": []any{private}},
		{"jwksUrl": `{"keys":[` + private + `]}`},
		{"jwksUrl": private},
		{"publicKeys": `{"keys":[` + private + `]}`, "jwksUrl": "https://i.example/keys"},
		{"publicKeys": resource.MakeSecret(resource.NewProperty(private))},
	} {
		c.requireRedactedFailures("FederatedIdentity", toProps(withValue(withValue(inputs, "clientId", "ci"), "issuer", "https://i.example")), "do-not-print-me")
	}
}

func TestPublicKeysRequireANewerServer(t *testing.T) {
	t.Parallel()
	inputs := map[string]any{"clientId": "ci", "issuer": "https://i.example", "publicKeys": publicKeySet(t)}
	got := newChecker(t, newFake(t, fake.Options{Version: "2.14.0"})).failures("FederatedIdentity", toProps(inputs))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "publicKeys: requires Pocket ID 2.15.0 or later; this server is 2.14.0")
	require.Empty(t, newChecker(t, newFake(t, fake.Options{Version: "2.15.0"})).failures("FederatedIdentity", toProps(inputs)))
}
