package fake

import "maps"

func (s *state) identityViews(c *client) []object {
	var views []object
	for _, i := range c.Credentials.FederatedIdentities {
		v := object{"issuer": i.Issuer}
		for name, value := range map[string]string{"subject": i.Subject, "audience": i.Audience, "jwks": i.JWKS} {
			if value != "" {
				v[name] = value
			}
		}
		if s.features.replayProtection {
			v["replayProtection"] = i.ReplayProtection
		}
		if s.features.inlinePublicKeys || s.options.StoreUnknownFields {
			if keys, _ := i.publicKeys(); len(keys) > 0 {
				v["publicKeys"] = keys
			}
		}
		if s.options.StoreUnknownFields {
			maps.Copy(v, i.unknownFields)
		}
		views = append(views, v)
	}
	return views
}

// identityFor returns the identity that the server uses for an issuer: the first
// one in the list.
func (c *client) identityFor(issuer string) (identity, bool) {
	for _, i := range c.Credentials.FederatedIdentities {
		if i.Issuer == issuer && issuer != "" {
			return i, true
		}
	}
	return identity{}, false
}
