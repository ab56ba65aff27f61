package examples

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"

	"github.com/stretchr/testify/require"
)

// createInstance creates 200 objects, with all kinds of objects that can be imported, and
// returns the secrets among them.
func (s *server) createInstance() (secrets []string) {
	s.Helper()
	users := s.createUsers(40)
	groups := s.createGroups(20, users)
	apis := s.createAPIs(10)
	secrets = s.createClients(50, groups, apis)
	for i := range 5 {
		token := s.mustRequest("POST", "/api/signup-tokens", object{"ttl": "24h", "usageLimit": i + 1, "userGroupIds": groups[:i]})
		secrets = append(secrets, text(token, "token"))
	}
	const smtpPassword = "password-of-the-mail-server"
	s.changeSettings(object{"appName": "Example", "smtpHost": "mail.example.com", "smtpPassword": smtpPassword})
	return append(secrets, smtpPassword, s.apiKey)
}

// text returns a text field of an object.
func text(o object, name string) string { return o[name].(string) }

func (s *server) createUsers(count int) (ids []string) {
	s.Helper()
	for i := range count {
		user := s.mustRequest("POST", "/api/users", object{"username": fmt.Sprintf("user%d", i), "email": fmt.Sprintf("user%d@example.com", i), "firstName": "User",
			"lastName": fmt.Sprint(i), "displayName": fmt.Sprintf("User %d", i), "isAdmin": i%10 == 0, "disabled": i%7 == 0, "locale": []any{nil, "de"}[i%2]})
		ids = append(ids, text(user, "id"))
		if i%8 == 0 {
			s.mustRequest("PUT", "/api/custom-claims/user/"+text(user, "id"), []any{object{"key": "department", "value": "d" + fmt.Sprint(i)}})
		}
	}
	return ids
}

func (s *server) createGroups(count int, users []string) (ids []string) {
	s.Helper()
	for i := range count {
		group := text(s.mustRequest("POST", "/api/user-groups", object{"name": fmt.Sprintf("group-%d", i), "friendlyName": fmt.Sprintf("Group %d", i)}), "id")
		ids = append(ids, group)
		s.mustRequest("PUT", "/api/user-groups/"+group+"/users", object{"userIds": users[i : i+i%5+1]})
		if i%4 == 0 {
			s.mustRequest("PUT", "/api/custom-claims/user-group/"+group, []any{object{"key": "team", "value": "t" + fmt.Sprint(i)}})
		}
	}
	return ids
}

func (s *server) createAPIs(count int) (ids []string) {
	s.Helper()
	for i := range count {
		api := s.mustRequest("POST", "/api/apis", object{"name": fmt.Sprintf("API %d", i), "resource": fmt.Sprintf("https://api%d.example.com", i)})
		s.mustRequest("PUT", "/api/apis/"+text(api, "id")+"/permissions", object{"permissions": []any{object{"key": "read", "name": "Read"}, object{"key": "write", "name": "Write", "description": "All"}}})
		ids = append(ids, text(api, "id"))
	}
	return ids
}

// createClients creates clients and returns their secrets. Some clients have federated
// identities, restricted groups, a logo, a secret, an API grant or SCIM provisioning.
func (s *server) createClients(count int, groups, apis []string) (secrets []string) {
	s.Helper()
	for i := range count {
		client := object{"name": fmt.Sprintf("App %d", i), "callbackURLs": []any{fmt.Sprintf("https://app%d.example.com/callback", i)}, "isPublic": i%5 == 4, "pkceEnabled": i%3 != 0,
			"isGroupRestricted": i%4 == 0, "description": strings.Repeat("x", i%3), "skipConsent": i%6 == 0, "accessTokenDurationMinutes": 10 + i, "credentials": object{}}
		if i%2 == 0 {
			client["id"] = fmt.Sprintf("app-%d", i)
		}
		if i%5 != 4 && i < 40 {
			client["credentials"] = object{"federatedIdentities": []any{object{"issuer": "https://issuer.example.com", "subject": fmt.Sprintf("s%d", i), "jwks": "https://issuer.example.com/keys"}}}
		}
		id := text(s.mustRequest("POST", "/api/oidc/clients", client), "id")
		if i%4 == 0 {
			s.mustRequest("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", object{"userGroupIds": groups[:i%3]})
		}
		if i%10 == 0 {
			s.upload("/api/oidc/clients/"+id+"/logo", "logo.svg", "<svg/>")
		}
		if i%5 == 0 {
			secrets = append(secrets, text(s.mustRequest("POST", "/api/oidc/clients/"+id+"/secrets", object{}), "secret"))
			s.mustRequest("PUT", "/api/apis/"+apis[i/5]+"/clients/"+id, object{"userDelegatedAccess": true, "clientAccess": true, "userDelegatedPermissionIds": []any{}, "clientPermissionIds": []any{}})
			token := fmt.Sprintf("token-of-app-%d-which-is-secret", i)
			secrets = append(secrets, token)
			s.mustRequest("POST", "/api/scim/service-provider", object{"endpoint": fmt.Sprintf("https://app%d.example.com/scim", i), "token": token, "oidcClientId": id})
		}
	}
	return secrets
}

// changeSettings changes some settings. The server requires all settings in the request.
func (s *server) changeSettings(changed object) {
	s.Helper()
	settings := object{}
	status, all := s.request("GET", "/api/application-configuration/all", nil)
	require.Equal(s, 200, status)
	for _, setting := range regexp.MustCompile(`"key":"([^"]+)","type":"[^"]*","value":"([^"]*)"`).FindAllSubmatch(bytes.ReplaceAll(all, []byte(`": "`), []byte(`":"`)), -1) {
		settings[string(setting[1])] = string(setting[2])
	}
	maps.Copy(settings, changed)
	s.mustRequest("PUT", "/api/application-configuration", settings)
}

// upload sends a file as a multipart form.
func (s *server) upload(path, name, content string) {
	s.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	require.NoError(s, err)
	_, err = part.Write([]byte(content))
	require.NoError(s, errors.Join(err, form.Close()))
	req, err := http.NewRequest("POST", s.baseURL+path, &body)
	require.NoError(s, err)
	req.Header.Set("X-API-Key", s.apiKey)
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := http.DefaultClient.Do(req)
	require.NoError(s, err)
	defer res.Body.Close()
	require.Equal(s, 2, res.StatusCode/100)
}

// createUnusualNames creates objects whose names become equal when they are converted to
// identifiers, or have a meaning in a programming language.
//
// Three clients are called "App 1x", because with exactly two Pulumi mistakes each for a
// reference to the other one and then generates no references at all.
func (s *server) createUnusualNames() {
	s.Helper()
	for i, name := range []string{"App 1x", "App1x", "app_1x", "App-1x", "App 1x", "App 1x", "${pulumi.stack} {{x}} %s", `a "quoted" \ 'name'`, "new\nline", "class", "import", "1st", "日本", "*", "- #a: @b"} {
		s.mustRequest("POST", "/api/oidc/clients", object{"name": name, "description": "It is " + name, "callbackURLs": []any{`https://odd.example.com/${x}/%7Bid%7D?a=b&c='#`},
			"credentials": object{"federatedIdentities": []any{object{"issuer": "https://issuer.example.com/?a&b=#c", "subject": "from " + name}}}})
		group := s.mustRequest("POST", "/api/user-groups", object{"name": fmt.Sprint(name, i), "friendlyName": "Group " + name})
		s.mustRequest("PUT", "/api/custom-claims/user-group/"+group["id"].(string), []any{object{"key": "odd", "value": "of " + name}})
	}
}

// snapshot returns all lists of the server.
func (s *server) snapshot() (all []string) {
	s.Helper()
	for _, path := range []string{"/api/users", "/api/user-groups", "/api/oidc/clients", "/api/apis", "/api/signup-tokens", "/api/application-configuration/all"} {
		status, response := s.request("GET", path+"?pagination[limit]=100", nil)
		require.Equal(s, 200, status)
		all = append(all, string(response))
	}
	return all
}
