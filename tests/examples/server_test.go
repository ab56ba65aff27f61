package examples

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// server is a Pocket ID server. The tests use its REST API directly, without the provider.
type server struct {
	*testing.T
	baseURL, apiKey string
	empty           bool // whether it was empty before the test, and must be empty after it
}

type object = map[string]any

// startServer starts a fake, or returns the real server that is set in the environment.
func startServer(t *testing.T) *server {
	if address := os.Getenv("POCKETID_TEST_BASE_URL"); address != "" {
		key := os.Getenv("POCKETID_TEST_API_KEY")
		require.NotEmpty(t, key, "set POCKETID_TEST_API_KEY together with POCKETID_TEST_BASE_URL")
		return &server{T: t, baseURL: strings.TrimRight(address, "/"), apiKey: key}
	}
	return startFake(t, "2.14.0")
}

func startFake(t *testing.T, version string) *server {
	const key = "key-of-the-tests-which-must-stay-secret"
	handler, err := fake.New(fake.Options{APIKey: key, Version: version})
	require.NoError(t, err)
	started := httptest.NewServer(handler)
	t.Cleanup(started.Close)
	return &server{T: t, baseURL: started.URL, apiKey: key, empty: true}
}

// request sends a request with the API key and returns the status and the body.
func (s *server) request(method, path string, body any) (int, []byte) {
	s.Helper()
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		require.NoError(s, err)
		content = bytes.NewReader(encoded)
	}
	req, err := http.NewRequest(method, s.baseURL+path, content)
	require.NoError(s, err)
	req.Header.Set("X-API-Key", s.apiKey)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(s, err)
	defer res.Body.Close()
	response, err := io.ReadAll(res.Body)
	require.NoError(s, err)
	return res.StatusCode, response
}

// mustRequest sends a request that must succeed and returns the decoded body.
func (s *server) mustRequest(method, path string, body any) object {
	s.Helper()
	status, response := s.request(method, path, body)
	require.Truef(s, status/100 == 2, "%s %s: %d %s", method, path, status, response)
	var decoded any
	if len(response) > 0 {
		require.NoErrorf(s, json.Unmarshal(response, &decoded), "%s %s: %s", method, path, response)
	}
	fields, _ := decoded.(object) // nil if the response is a list
	return fields
}

func (s *server) client(id string) object { return s.mustRequest("GET", "/api/oidc/clients/"+id, nil) }
func (s *server) group(id string) object  { return s.mustRequest("GET", "/api/user-groups/"+id, nil) }

// The objects of the quick start, in the form of the REST API.
var (
	wiki = object{
		"name": "Wiki", "isPublic": false, "pkceEnabled": true, "isGroupRestricted": true,
		"callbackURLs":       []any{"https://wiki.example.com/oauth/callback"},
		"logoutCallbackURLs": []any{"https://wiki.example.com/"},
		"launchURL":          "https://wiki.example.com/",
	}
	dashboard = object{
		"name": "Dashboard", "isPublic": true, "pkceEnabled": true, "isGroupRestricted": false,
		"callbackURLs":       []any{"https://dashboard.example.com/callback", "http://localhost:5173/callback"},
		"logoutCallbackURLs": []any{}, "launchURL": nil,
	}
	deploy = object{
		"name": "Deployment", "isPublic": false, "pkceEnabled": true, "isGroupRestricted": false,
		"callbackURLs": []any{}, "logoutCallbackURLs": []any{}, "launchURL": nil,
	}
	deployFromMain = object{
		"issuer":  "https://token.actions.githubusercontent.com",
		"subject": "repo:acme/app:ref:refs/heads/main",
		"jwks":    "https://token.actions.githubusercontent.com/.well-known/jwks",
	}
)

// requireQuickstart requires that the objects with these ids are those of the quick start.
func (s *server) requireQuickstart(ids map[string]string, groupName string) {
	s.Helper()
	require.Len(s, ids, 5)
	group := s.group(ids["developers"])
	require.Equal(s, groupName, group["name"])
	require.Equal(s, "Developers", group["friendlyName"])

	s.requireFields(wiki, s.client(ids["wiki"]))
	s.requireFields(dashboard, s.client(ids["dashboard"]))
	s.requireFields(deploy, s.client(ids["deploy"]))
	allowed := s.client(ids["wiki"])["allowedUserGroups"].([]any)
	require.Len(s, allowed, 1)
	require.Equal(s, ids["developers"], allowed[0].(object)["id"])

	identities := s.client(ids["deploy"])["credentials"].(object)["federatedIdentities"].([]any)
	require.Len(s, identities, 1)
	s.requireFields(deployFromMain, identities[0].(object))
	require.NotContains(s, identities[0], "audience", "if omitted, the audience is the issuer of the server")
	require.Equal(s, ids["deploy"]+"#https://token.actions.githubusercontent.com", ids["deployFromMain"])
}

// requireFields compares the expected fields of an object, and ignores other fields and the
// order of lists.
func (s *server) requireFields(expected, got object) {
	s.Helper()
	for field, value := range expected {
		if list, ok := value.([]any); ok {
			require.ElementsMatchf(s, list, got[field], "%s of %s", field, expected["name"])
		} else {
			require.Equalf(s, value, got[field], "%s of %s", field, expected["name"])
		}
	}
}

// createQuickstart creates the objects of the quick start, in the way the web interface does.
func (s *server) createQuickstart(groupName string) []importedObject {
	s.Helper()
	id := func(o object) string { return o["id"].(string) }
	group := s.mustRequest("POST", "/api/user-groups", object{"name": groupName, "friendlyName": "Developers"})
	wiki := s.mustRequest("POST", "/api/oidc/clients", wiki)
	s.mustRequest("PUT", "/api/oidc/clients/"+id(wiki)+"/allowed-user-groups", object{"userGroupIds": []string{id(group)}})
	dashboard := s.mustRequest("POST", "/api/oidc/clients", dashboard)
	deploy := s.mustRequest("POST", "/api/oidc/clients", deploy)
	deploy["credentials"] = object{"federatedIdentities": []object{deployFromMain}}
	s.mustRequest("PUT", "/api/oidc/clients/"+id(deploy), deploy)
	s.Cleanup(func() { // if the test fails, delete the objects from a real server
		for _, client := range []object{wiki, dashboard, deploy} {
			s.request("DELETE", "/api/oidc/clients/"+id(client), nil)
		}
		s.request("DELETE", "/api/user-groups/"+id(group), nil)
	})
	return []importedObject{
		{"pocketid:index:Group", "developers", id(group)},
		{"pocketid:index:Client", "wiki", id(wiki)},
		{"pocketid:index:Client", "dashboard", id(dashboard)},
		{"pocketid:index:Client", "deploy", id(deploy)},
		{"pocketid:index:FederatedIdentity", "deployFromMain", id(deploy) + "#https://token.actions.githubusercontent.com"},
	}
}

// createSecret creates a client secret.
func (s *server) createSecret(clientID string) string {
	s.Helper()
	path := "/api/oidc/clients/" + clientID
	if s.supportsClientSecrets() {
		return s.mustRequest("POST", path+"/secrets", nil)["secret"].(string)
	}
	return s.mustRequest("POST", path+"/secret", nil)["secret"].(string)
}

// supportsClientSecrets reports whether a client can have several secrets.
func (s *server) supportsClientSecrets() bool {
	s.Helper()
	_, response := s.request("GET", "/api/oidc/clients/no-such-client/secrets", nil) // the route exists since 2.14
	return bytes.Contains(response, []byte("client not found"))
}

// requireValidSecret requires that the client can authenticate with a secret.
func (s *server) requireValidSecret(clientID, secret string) {
	s.Helper()
	status, response := s.requestToken(clientID, secret)
	require.Equalf(s, http.StatusOK, status, "%s", response)
}

// requireInvalidSecret requires that the client cannot authenticate with a secret.
func (s *server) requireInvalidSecret(clientID, secret string) {
	s.Helper()
	status, response := s.requestToken(clientID, secret)
	require.Equalf(s, http.StatusUnauthorized, status, "%s", response)
}

func (s *server) requestToken(clientID, secret string) (int, []byte) {
	s.Helper()
	res, err := http.PostForm(s.baseURL+"/api/oidc/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {secret},
	})
	require.NoError(s, err)
	defer res.Body.Close()
	response, err := io.ReadAll(res.Body)
	require.NoError(s, err)
	return res.StatusCode, response
}

// requireDeleted requires that the objects do not exist, and that the server is empty if it
// was empty before the test.
func (s *server) requireDeleted(ids map[string]string) {
	s.Helper()
	for name, id := range ids {
		path := "/api/oidc/clients/" + id
		if name == "developers" {
			path = "/api/user-groups/" + id
		}
		if name != "deployFromMain" { // a federated identity is part of its client
			status, response := s.request("GET", path, nil)
			require.Equalf(s, http.StatusNotFound, status, "%s still exists: %s", name, response)
		}
	}
	if s.empty {
		s.requireEmpty()
	}
}

func (s *server) requireEmpty() {
	s.Helper()
	for _, path := range []string{"/api/oidc/clients", "/api/user-groups"} {
		require.Emptyf(s, s.mustRequest("GET", path, nil)["data"], "GET %s", path)
	}
}

func idsOf(objects []importedObject) map[string]string {
	ids := map[string]string{}
	for _, o := range objects {
		ids[o.Name] = o.ID
	}
	return ids
}
