package catalog

import (
	"encoding/json"
	"maps"
	"strings"
)

// Client has the values that an application takes from its client and from the instance. An
// empty value is one that does not exist, such as the secret of a public client.
type Client struct {
	ClientID, ClientSecret                           string
	Issuer, DiscoveryURL                             string
	Authorization, Token, Userinfo, JWKS, EndSession string
}

// values returns the values by the name of their placeholder.
func (c Client) values() map[string]string {
	return map[string]string{
		"clientId": c.ClientID, "clientSecret": c.ClientSecret, "issuer": c.Issuer, "discoveryUrl": c.DiscoveryURL,
		"authorization": c.Authorization, "token": c.Token, "userinfo": c.Userinfo, "jwks": c.JWKS, "endSession": c.EndSession,
	}
}

// defaultEnvironment is for an application whose source documents no environment variables.
// There is no standard for the names.
func defaultEnvironment() map[string]string {
	return map[string]string{
		"OIDC_CLIENT_ID":         "{clientId}",
		"OIDC_CLIENT_SECRET":     "{clientSecret}",
		"OIDC_ISSUER":            "{issuer}",
		"OIDC_DISCOVERY_URL":     "{discoveryUrl}",
		"OIDC_AUTHORIZATION_URL": "{authorization}",
		"OIDC_TOKEN_URL":         "{token}",
		"OIDC_USERINFO_URL":      "{userinfo}",
		"OIDC_JWKS_URL":          "{jwks}",
		"OIDC_END_SESSION_URL":   "{endSession}",
		"OIDC_SCOPES":            "{scopes}",
	}
}

// DefaultScopes are the scopes of an application whose source does not name any.
func DefaultScopes() []string { return []string{"openid", "profile", "email"} }

// DefaultEnvironment returns the environment variables of an application that the catalogue
// does not know.
func DefaultEnvironment(client Client) map[string]string {
	return Registration{}.Environment(client)
}

// EnvironmentTemplate returns the environment variables with everything that is known without
// a client. Placeholders such as {clientId} stand for the rest.
func (r Registration) EnvironmentTemplate() map[string]string {
	values := maps.Clone(r.values)
	if values == nil {
		values = map[string]string{}
	}
	values["scopes"] = strings.Join(r.Scopes(), " ")
	if len(r.CallbackURLs) > 0 {
		values["callbackUrl"] = r.CallbackURLs[0]
	}
	environment := r.Application.Environment
	if len(environment) == 0 {
		environment = defaultEnvironment()
	}
	out := map[string]string{}
	for name, template := range environment {
		out[name] = renderVariable(template, values)
	}
	return out
}

// Scopes are the scopes that the application requests.
func (r Registration) Scopes() []string {
	if len(r.Application.Scopes) == 0 {
		return DefaultScopes()
	}
	return r.Application.Scopes
}

// Environment returns the environment variables of the application. A variable for something
// that the client does not have is left out.
func (r Registration) Environment(client Client) map[string]string {
	values, out := client.values(), map[string]string{}
	for name, template := range r.EnvironmentTemplate() {
		if !lacks(template, values) {
			out[name] = renderVariable(template, values)
		}
	}
	return out
}

// lacks reports whether a template has a placeholder without a value.
func lacks(template string, values map[string]string) bool {
	for _, p := range placeholder.FindAllStringSubmatch(template, -1) {
		if values[p[1]] == "" {
			return true
		}
	}
	return false
}

// renderVariable renders a template. In one that is a JSON document, the values are escaped:
// a secret may contain quotes.
func renderVariable(template string, values map[string]string) string {
	if !strings.HasPrefix(template, `{"`) || !json.Valid([]byte(template)) {
		return render(template, values)
	}
	escaped := map[string]string{}
	for name, value := range values {
		quoted, _ := json.Marshal(value) // of a string: never fails
		escaped[name] = string(quoted[1 : len(quoted)-1])
	}
	return render(template, escaped)
}
