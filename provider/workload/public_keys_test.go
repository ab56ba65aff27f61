package workload

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

const (
	keyA       = `{"kid":"a","kty":"OKP","crv":"Ed25519","x":"AAAA"}`
	keyB       = `{"kid":"b","kty":"OKP","crv":"Ed25519","x":"BBBB"}`
	privateKey = `{"kid":"a","kty":"OKP","crv":"Ed25519","x":"AAAA","d":"hidden-9"}`
	sharedKey  = `{"kid":"a","kty":"oct","k":"hidden-9"}`
)

// The same keys in another form, or in another order, are no change.
func TestPublicKeysHaveOneForm(t *testing.T) {
	t.Parallel()
	form := FormatKeys(ParseKeys("[" + keyA + "," + keyB + "]"))
	for _, document := range []string{
		`{"keys":[` + keyB + "," + keyA + `]}`, " [" + keyB + "," + keyA + "]\n", form, `{"other":1,"keys":[` + keyA + "," + keyB + `]}`,
	} {
		require.Equal(t, form, FormatKeys(ParseKeys(document)), document)
		out := NormalizeKeys(property.NewMap(map[string]property.Value{"publicKeys": property.New(document).WithSecret(true)}))
		require.Equal(t, property.New(form).WithSecret(true), out.Get("publicKeys"), document)
	}
	for _, document := range []string{"", "null", "x", "1", `"x"`, "{}", `{"keys":[]}`, "[]", `{"keys":[` + keyA, `{"keys":[` + keyA + `]} x`, `{"keys":{}}`, "[1]"} {
		require.Empty(t, ParseKeys(document), document)
	}
	require.Empty(t, FormatKeys(nil))
	require.JSONEq(t, `{"keys":[{"kid":"a","kty":"OKP","crv":"Ed25519","x":"AAAA","x5t":"kept"}]}`,
		FormatKeys(ParseKeys(`[{"kid":"a","kty":"OKP","crv":"Ed25519","x":"AAAA","x5t":"kept"}]`)), "unknown members are kept")
}

// A private key in the wrong place becomes secret, so that neither the state nor an error shows it.
func TestWhatMayBeAPrivateKeyBecomesSecret(t *testing.T) {
	t.Parallel()
	for document, secret := range map[string]bool{
		"[" + keyA + "]": false, `{"keys":[` + keyA + `]}`: false, "{}": false, "[]": false, "null": false,
		"[" + privateKey + "]": true, `{"keys":[` + keyA + "," + privateKey + `]}`: true, "[" + sharedKey + "]": true, privateKey: true,
		`{"keys":{"nested":[` + privateKey + `]}}`: true,
		"-----BEGIN PRIVATE KEY-----":              true,
		`[` + privateKey:                           true, // not JSON
		`[{"kty":"oct"}]`:                          true,
		"":                                         true,
	} {
		in := property.NewMap(map[string]property.Value{"publicKeys": property.New(document)})
		require.Equal(t, secret, NormalizeKeys(in).Get("publicKeys").Secret(), "publicKeys: %s", document)
	}
	for value, secret := range map[string]bool{
		"https://app.example/keys": false, "[" + keyA + "]": false, "[" + privateKey + "]": true, " {" + privateKey: true,
	} {
		in := property.NewMap(map[string]property.Value{"jwksUrl": property.New(value)})
		require.Equal(t, secret, NormalizeKeys(in).Get("jwksUrl").Secret(), "jwksUrl: %s", value)
	}
	unknown := property.New(property.Computed)
	require.Equal(t, unknown, NormalizeKeys(property.NewMap(map[string]property.Value{"publicKeys": unknown})).Get("publicKeys"))
	require.Equal(t, property.Map{}, NormalizeKeys(property.Map{}))
	list := property.New(property.NewArray([]property.Value{property.New("hidden-9")}))
	require.True(t, NormalizeKeys(property.NewMap(map[string]property.Value{"publicKeys": list})).Get("publicKeys").Secret(), "not a string")
}
