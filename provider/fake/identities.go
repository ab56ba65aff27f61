package fake

import (
	"encoding/json"
	"maps"
)

// identity is an entry of a client's list of issuers whose tokens it may show
// instead of a secret. The server stores the list as it was sent, looks at
// nothing in it, and later uses only the first entry of an issuer.
type identity struct {
	Issuer           string `json:"issuer"`
	Subject          string `json:"subject"`
	Audience         string `json:"audience"`
	JWKS             string `json:"jwks"`
	ReplayProtection bool   `json:"replayProtection"`
	PublicKeys       []any  `json:"publicKeys"`

	future object
}

func (i *identity) UnmarshalJSON(data []byte) error {
	type plain identity
	if err := json.Unmarshal(data, (*plain)(i)); err != nil {
		return err
	}
	i.future = unknownFields(data, "issuer", "subject", "audience", "jwks", "replayProtection", "publicKeys")
	return nil
}

func (s *Server) identityViews(c *client) []object {
	var views []object
	for _, i := range c.Credentials.FederatedIdentities {
		v := object{"issuer": i.Issuer}
		for name, value := range map[string]string{"subject": i.Subject, "audience": i.Audience, "jwks": i.JWKS} {
			if value != "" {
				v[name] = value
			}
		}
		if s.has.replayProtection {
			v["replayProtection"] = i.ReplayProtection
		}
		if (s.has.publicKeys || s.options.FutureFields) && len(i.PublicKeys) > 0 {
			v["publicKeys"] = i.PublicKeys
		}
		if s.options.FutureFields {
			maps.Copy(v, i.future)
		}
		views = append(views, v)
	}
	return views
}

// identityOf returns the entry that counts for an issuer: the first.
func (c *client) identityOf(issuer string) (identity, bool) {
	for _, i := range c.Credentials.FederatedIdentities {
		if i.Issuer == issuer && issuer != "" {
			return i, true
		}
	}
	return identity{}, false
}
