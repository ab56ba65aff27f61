package provider

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// Public keys are one string to a program: a JWKS document, or the list in it. The
// server has the list.

// oneKeySet brings publicKeys to one form. What may be a private key, here or in
// jwksUrl, becomes a secret, so that no failure repeats it.
func oneKeySet(in property.Map) property.Map {
	if url := in.Get("jwksUrl"); looksLikeKeys(text(url)) && mayBePrivate(text(url)) {
		in = in.Set("jwksUrl", url.WithSecret(true))
	}
	v := in.Get("publicKeys")
	if v.IsNull() || v.IsComputed() {
		return in
	}
	if !v.IsString() || mayBePrivate(v.AsString()) {
		return in.Set("publicKeys", v.WithSecret(true))
	}
	if keys := keysIn(v.AsString()); len(keys) > 0 {
		in = in.Set("publicKeys", property.WithGoValue(v, keySet(keys)))
	}
	return in
}

// mayBePrivate tells whether there is a private key in what should be JSON, or
// whether that cannot be told.
func mayBePrivate(document string) bool {
	var content any
	return json.Unmarshal([]byte(document), &content) != nil || hasPrivate(content)
}

func hasPrivate(content any) bool {
	switch c := content.(type) {
	case []any:
		return slices.ContainsFunc(c, hasPrivate)
	case map[string]any:
		return isPrivate(c) || slices.ContainsFunc(slices.Collect(maps.Values(c)), hasPrivate)
	}
	return false
}

// looksLikeKeys tells JSON from the URL that was asked for.
func looksLikeKeys(value string) bool {
	text := strings.TrimSpace(value)
	return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
}

// keySet is a JWKS document with the keys in the order of their ids.
func keySet(keys []api.JSONWebKey) string {
	if len(keys) == 0 {
		return ""
	}
	keys = slices.SortedFunc(slices.Values(keys), func(a, b api.JSONWebKey) int { return cmp.Compare(a.ID(), b.ID()) })
	document, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		return "" // cannot be: it was JSON before
	}
	return string(document)
}

// keysIn are the keys of a JWKS document, or of a bare list of JWKs; nil if it is
// neither.
func keysIn(document string) []api.JSONWebKey {
	var set struct {
		Keys []api.JSONWebKey `json:"keys"`
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

// keySetProblem is why a token may not find its key among these; "" if it will.
func keySetProblem(keys []api.JSONWebKey) string {
	ids := map[string]bool{}
	for i, key := range keys {
		kind, _ := key["kty"].(string)
		switch {
		case kind != "RSA" && kind != "EC" && kind != "OKP":
			return fmt.Sprintf("must have keys with a kty of RSA, EC or OKP, and key %d has none of them", i+1)
		case key.ID() == "":
			return fmt.Sprintf("must have keys with a kid, and key %d has none", i+1)
		case ids[key.ID()]:
			return fmt.Sprintf("must have keys with different kids, and key %d has that of another", i+1)
		}
		ids[key.ID()] = true
	}
	return ""
}

// isPrivate looks for the members that RFC 7518 has for private and for shared keys.
func isPrivate(key api.JSONWebKey) bool {
	for _, member := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		if _, has := key[member]; has {
			return true
		}
	}
	return key["kty"] == "oct"
}
