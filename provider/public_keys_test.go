package provider

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// onPublicKeys is an instance that knows publicKeys: the real one if it is new enough.
func onPublicKeys(t *testing.T) *pocketID {
	if on := onPocketID(t); on.has(15) {
		return on
	}
	return onFake(t, fake.Options{Version: "2.15.0"})
}

func TestPublicKeysTakeThePlaceOfTheirAddress(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPublicKeys(t))
	id := named("ci")
	k3s := map[string]any{"kubernetes": map[string]any{"issuer": "https://kubernetes.default.svc.cluster.local", "namespace": "n", "serviceAccount": "s"}, "audience": "pocket-id", "publicKeys": keySetOf(t)}
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}, "createSecret": false})
	s.declare("FederatedIdentity", "it", k3s).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Nil(t, s.output("it", "effectiveJwksUrl"), "none is used")
	require.NotContains(t, s.pocketID.identities(id)[0], "jwks")
	key, another := signingKeys()
	token := assertion(t, key, "https://kubernetes.default.svc.cluster.local", "system:serviceaccount:n:s", "pocket-id")
	require.True(t, s.pocketID.accepts(id, token))
	require.False(t, s.pocketID.accepts(id, assertion(t, another, "https://kubernetes.default.svc.cluster.local", "system:serviceaccount:n:s", "pocket-id")))
	s.steady()

	t.Log("how the document is laid out makes no difference, nor does the order of keys")
	var set struct{ Keys []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(keySetOf(t)), &set))
	second := map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
	for i, keys := range []any{
		map[string]any{"keys": []any{set.Keys[0], second}}, map[string]any{"keys": []any{second, set.Keys[0]}}, []any{second, set.Keys[0]},
	} {
		document, err := json.MarshalIndent(keys, "", "  ")
		require.NoError(t, err)
		s.declare("FederatedIdentity", "it", with(k3s, "publicKeys", "\n"+string(document)+"\n"))
		if i == 0 {
			s.mustUp()
		}
		s.steady()
	}
	require.Len(t, s.pocketID.identities(id)[0].(map[string]any)["publicKeys"], 2)
	require.True(t, s.pocketID.accepts(id, assertion(t, key, "https://kubernetes.default.svc.cluster.local", "system:serviceaccount:n:s", "pocket-id")))

	t.Log("drift shows, and an import keeps them")
	s.pocketID.edit(id, func(c map[string]any) {
		entry := c["credentials"].(map[string]any)["federatedIdentities"].([]any)[0].(map[string]any)
		entry["publicKeys"] = entry["publicKeys"].([]any)[:1]
	})
	require.NoError(t, s.refresh().err)
	o := s.mustUp()
	require.Equal(t, []string{"publicKeys"}, o.diffs["it"])
	imported := newStack(t, s.pocketID)
	require.NoError(t, imported.importing("FederatedIdentity", "it", id+"#https://kubernetes.default.svc.cluster.local").err)
	require.Equal(t, s.output("it", "publicKeys"), imported.output("it", "publicKeys"))

	t.Log("from the keys to their address")
	s.declare("FederatedIdentity", "it", map[string]any{"kubernetes": k3s["kubernetes"], "audience": "pocket-id", "jwksUrl": serveKeys(t)})
	o = s.preview()
	require.True(t, o.new["it"]["effectiveJwksUrl"].ContainsUnknowns())
	s.mustUp()
	require.NotContains(t, s.pocketID.identities(id)[0], "publicKeys")
	require.True(t, s.pocketID.accepts(id, token))
	s.steady()
}

func TestBadPublicKeysAreRefused(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{Version: "2.15.0"}))
	const one = `{"kty":"EC","kid":"1","crv":"P-256","x":"x","y":"y"}`
	for document, want := range map[string]string{
		`{"keys":[` + one + `]}`:             "",
		`not json`:                           `must be a JWKS document in JSON`,
		`[` + one + `]`:                      "",
		`[]`:                                 `with at least one key`,
		`["a key"]`:                          `must be a JWKS document in JSON`,
		one:                                  `must be a JWKS document in JSON`,
		`{"keys":[]}`:                        `with at least one key`,
		`{"keys":[` + one + `]} {"more":1}`:  `must be a JWKS document in JSON`,
		`{"keys":[` + one + `,` + one + `]}`: "must have keys with different kids, and key 2 has that of another",
		`{"keys":[{"kty":"EC","crv":"P-256","x":"x","y":"y"}]}`: "must have keys with a kid, and key 1 has none",
		`{"keys":[{"kty":"PGP","kid":"1"}]}`:                    "must have keys with a kty of RSA, EC or OKP, and key 1 has none",
	} {
		got := c.failures("FederatedIdentity", said(map[string]any{"clientId": "ci", "issuer": "https://i.example", "publicKeys": document}))
		if want == "" {
			require.Empty(t, got, document)
			continue
		}
		require.Len(t, got, 1, "%s: %q", document, got)
		require.Contains(t, got[0], want, document)
		require.Contains(t, got[0], "publicKeys: ", document)
	}
	got := c.failures("FederatedIdentity", said(map[string]any{"clientId": "ci", "issuer": "https://i.example", "jwksUrl": "https://i.example/keys", "publicKeys": `{"keys":[` + one + `]}`}))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "publicKeys: must not be set together with jwksUrl")
}

// A private key that is given in the place of a public one is not shown again:
// the engine prints the value of a property that a failure names.
func TestAPrivateKeyIsNeverRepeated(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{Version: "2.15.0"}))
	const private = `{"kty":"OKP","kid":"1","crv":"Ed25519","x":"x","d":"do-not-repeat-me"}`
	for _, inputs := range []map[string]any{
		{"publicKeys": `{"keys":[` + private + `]}`},
		{"publicKeys": `{"keys":[{"kty":"oct","kid":"1","k":"do-not-repeat-me"}]}`},
		{"publicKeys": private},
		{"publicKeys": `[` + private + `]`},
		{"publicKeys": private + "garbage"},
		{"publicKeys": map[string]any{"keys": []any{map[string]any{"d": "do-not-repeat-me"}}}},
		{"publicKeys": []any{private}},
		{"jwksUrl": `{"keys":[` + private + `]}`},
		{"jwksUrl": private},
		{"publicKeys": `{"keys":[` + private + `]}`, "jwksUrl": "https://i.example/keys"},
		{"publicKeys": resource.MakeSecret(resource.NewProperty(private))},
	} {
		c.hushed("FederatedIdentity", said(with(with(inputs, "clientId", "ci"), "issuer", "https://i.example")), "do-not-repeat-me")
	}
}

func TestPublicKeysNeedAServerThatKnowsThem(t *testing.T) {
	t.Parallel()
	inputs := map[string]any{"clientId": "ci", "issuer": "https://i.example", "publicKeys": keySetOf(t)}
	got := newChecker(t, onFake(t, fake.Options{Version: "2.14.0"})).failures("FederatedIdentity", said(inputs))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "publicKeys: needs Pocket ID 2.15.0 or later; this server is 2.14.0")
	require.Empty(t, newChecker(t, onFake(t, fake.Options{Version: "2.15.0"})).failures("FederatedIdentity", said(inputs)))
}
