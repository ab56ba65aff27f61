package workload

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// A program sets publicKeys to a string: a JWKS document, or the list in it. The server
// has the list.

// Key is a JSON Web Key with all its members.
type Key map[string]any

// ID is the kid of the key.
func (k Key) ID() string {
	id, _ := k["kid"].(string)
	return id
}

// isPrivate reports whether a key has a member that RFC 7518 defines for private and
// shared keys.
func (k Key) isPrivate() bool {
	for _, member := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		if _, has := k[member]; has {
			return true
		}
	}
	return k["kty"] == "oct"
}

// NormalizeKeys brings publicKeys to one form. What may be a private key, there or in
// jwksUrl, becomes secret, so that no failure repeats it.
func NormalizeKeys(in property.Map) property.Map {
	if v := in.Get("jwksUrl"); looksLikeKeys(inputs.Text(v)) && mayBePrivate(inputs.Text(v)) {
		in = in.Set("jwksUrl", v.WithSecret(true))
	}
	v := in.Get("publicKeys")
	if v.IsNull() || v.IsComputed() {
		return in
	}
	if !v.IsString() || mayBePrivate(v.AsString()) {
		return in.Set("publicKeys", v.WithSecret(true))
	}
	if keys := ParseKeys(v.AsString()); len(keys) > 0 {
		in = in.Set("publicKeys", property.WithGoValue(v, FormatKeys(keys)))
	}
	return in
}

// mayBePrivate reports whether a document contains a private key, or is not JSON.
func mayBePrivate(document string) bool {
	var content any
	return json.Unmarshal([]byte(document), &content) != nil || containsPrivateKey(content)
}

func containsPrivateKey(content any) bool {
	switch c := content.(type) {
	case []any:
		return slices.ContainsFunc(c, containsPrivateKey)
	case map[string]any:
		return Key(c).isPrivate() || slices.ContainsFunc(slices.Collect(maps.Values(c)), containsPrivateKey)
	}
	return false
}

// looksLikeKeys reports whether a text is JSON, not a URL.
func looksLikeKeys(value string) bool {
	text := strings.TrimSpace(value)
	return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
}

// FormatKeys is a JWKS document of the keys, sorted by kid; "" without keys.
func FormatKeys(keys []Key) string {
	if len(keys) == 0 {
		return ""
	}
	keys = slices.SortedFunc(slices.Values(keys), func(a, b Key) int { return cmp.Compare(a.ID(), b.ID()) })
	document, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		return "" // impossible: the keys were decoded from JSON
	}
	return string(document)
}

// ParseKeys are the keys in a JWKS document, or in a list of JWKs; nil if the document
// is neither.
func ParseKeys(document string) []Key {
	var set struct {
		Keys []Key `json:"keys"`
	}
	var into any = &set
	if strings.HasPrefix(strings.TrimSpace(document), "[") {
		into = &set.Keys
	}
	decoder := json.NewDecoder(strings.NewReader(document))
	if err := decoder.Decode(into); err != nil || decoder.More() {
		return nil
	}
	return set.Keys
}

// CheckKeys validates where the keys of an issuer are (jwksUrl), or what they are
// (publicKeys). nil is an omitted input.
func CheckKeys(check *inputs.Checker, issuer, jwksURL, publicKeys *string) {
	if publicKeys != nil {
		check.Require(jwksURL == nil, "publicKeys", "must not be set together with jwksUrl")
		keys := ParseKeys(*publicKeys)
		check.Require(len(keys) > 0, "publicKeys", `must be a JWKS document in JSON, {"keys": […]}, or the list in it, with at least one key`)
		check.Require(!slices.ContainsFunc(keys, Key.isPrivate), "publicKeys",
			"must contain only public keys, but contains a private key or a shared secret; consider that key compromised and replace it")
		problem := invalidKeySet(keys)
		check.RequireForChanges(problem == "", "publicKeys", "%s", problem)
	}
	switch {
	case check.Skips("jwksUrl") || check.Skips("issuer"):
	case jwksURL != nil:
		if looksLikeKeys(*jwksURL) {
			check.Require(false, "jwksUrl", "must be the URL of the keys, not the keys themselves; use publicKeys for those (Pocket ID 2.15 or later)")
			return
		}
		check.RequireForChanges(inputs.IsWebURL(*jwksURL), "jwksUrl", "must be an http(s) URL (got %s)", check.Quote("jwksUrl", *jwksURL))
		warnOfPlainHTTP(check, "jwksUrl", *jwksURL)
	case issuer != nil && !check.IsSet("publicKeys"):
		check.RequireForChanges(inputs.IsWebURL(*issuer), "issuer", "must be an http(s) URL unless jwksUrl or publicKeys is set (got %s)", check.Quote("issuer", *issuer))
		warnOfPlainHTTP(check, "issuer", *issuer)
	}
}

// invalidKeySet is why Pocket ID refuses the set, or may not find the key of a token in it;
// "" if neither.
func invalidKeySet(keys []Key) string {
	ids := map[string]bool{}
	for i, key := range keys {
		kind, _ := key["kty"].(string)
		use, _ := key["use"].(string)
		members := membersOfKey(kind)
		missing := slices.IndexFunc(members, func(name string) bool { return key[name] == nil || key[name] == "" })
		switch {
		case members == nil:
			return fmt.Sprintf("must have keys with a kty of RSA, EC or OKP; key %d has another", i+1)
		case missing >= 0:
			return fmt.Sprintf("must have complete keys; key %d has no %s", i+1, members[missing])
		case use != "" && use != "sig":
			return fmt.Sprintf("must only have keys for signatures; key %d has another use, so remove it", i+1)
		case key.ID() == "":
			return fmt.Sprintf("must have keys with a kid; key %d has none", i+1)
		case ids[key.ID()]:
			return fmt.Sprintf("must have keys with different kids; key %d has the kid of another one", i+1)
		}
		ids[key.ID()] = true
	}
	return ""
}

// membersOfKey returns the members that a public key of a type needs (RFC 7518 and 8037), or
// nil for a type that has no public keys.
func membersOfKey(kty string) []string {
	switch kty {
	case "RSA":
		return []string{"n", "e"}
	case "EC":
		return []string{"crv", "x", "y"}
	case "OKP":
		return []string{"crv", "x"}
	}
	return nil
}

func warnOfPlainHTTP(check *inputs.Checker, property, value string) {
	if u, err := url.Parse(value); err == nil && u.Scheme == "http" && !inputs.IsLoopback(u.Hostname()) {
		check.Warn("%s uses plain http. Anyone who intercepts the connection from Pocket ID to %s can authenticate as any workload", property, check.Quote(property, u.Host))
	}
}
