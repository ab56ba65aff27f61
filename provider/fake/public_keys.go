package fake

import (
	"encoding/json"
	"fmt"
	"slices"
)

// validatePublicKeys checks the public keys of all federated identities, since 2.15. Older
// servers ignore the field, whatever its type.
func (s *state) validatePublicKeys(in *clientInput) error {
	if !s.features.inlinePublicKeys {
		return nil
	}
	for n, i := range in.Credentials.FederatedIdentities {
		keys, err := i.publicKeys()
		if err != nil {
			return invalidBody()
		}
		if message := invalidPublicKey(keys); message != "" {
			return validationFailed(fmt.Sprintf("Federated client credential %d has an invalid public key: %s", n+1, message))
		}
		if len(keys) > 0 && i.JWKS != "" {
			return validationFailed(fmt.Sprintf("Federated client credential %d must use either a JWKS URL or public keys, but not both", n+1))
		}
	}
	return nil
}

// publicKeys decodes the keys of an identity.
func (i identity) publicKeys() ([]object, error) {
	var keys []object
	if len(i.PublicKeys) == 0 {
		return nil, nil
	}
	err := json.Unmarshal(i.PublicKeys, &keys)
	return keys, err
}

// invalidPublicKey describes the first key that the server refuses. It returns "" if
// there is none.
func invalidPublicKey(keys []object) string {
	seen := map[string]bool{}
	for n, key := range keys {
		message := publicKeyError(key)
		if message != "" {
			return fmt.Sprintf("key %d is invalid: %s", n+1, message)
		}
		id := stringField(key, "kid")
		if seen[id] {
			return fmt.Sprintf("key %d has the same key ID %q as an earlier key", n+1, id)
		}
		seen[id] = true
	}
	return ""
}

// publicKeyError does not check the members that belong to a type of key, such as the
// coordinates of an elliptic curve.
func publicKeyError(key object) string {
	kind := stringField(key, "kty")
	_, private := key["d"]
	switch {
	case !slices.Contains([]string{"RSA", "EC", "OKP", "oct"}, kind):
		return fmt.Sprintf("failed to parse key: jwk.ParseKey: invalid key type from JSON (%s)", kind)
	case kind == "oct":
		return "key is not an asymmetric public key"
	case private:
		return "key contains private key material"
	case stringField(key, "kid") == "":
		return `key is missing the "kid" property`
	case stringField(key, "use") != "" && stringField(key, "use") != "sig":
		return `key is not meant to verify signatures, its "use" is not "sig"`
	}
	return ""
}

func stringField(o object, name string) string {
	value, _ := o[name].(string)
	return value
}
