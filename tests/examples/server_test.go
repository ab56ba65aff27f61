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

// server is a Pocket ID as its administrator sees it: over plain HTTP, with
// nothing of the provider's own between.
type server struct {
	*testing.T
	baseURL, apiKey string
	empty           bool // it was at first, so it must be again
}

type object = map[string]any

// startServer starts a fake, or takes the real server that the environment names.
func startServer(t *testing.T) *server {
	if address := os.Getenv("POCKETID_TEST_BASE_URL"); address != "" {
		key := os.Getenv("POCKETID_TEST_API_KEY")
		require.NotEmpty(t, key, "POCKETID_TEST_API_KEY must be set beside POCKETID_TEST_BASE_URL")
		return &server{T: t, baseURL: strings.TrimRight(address, "/"), apiKey: key}
	}
	return startFake(t, "2.14.0")
}

func startFake(t *testing.T, version string) *server {
	const key = "key-of-the-tests-which-must-stay-secret"
	handler, err := fake.New(fake.Options{APIKey: key, Version: version})
	require.NoError(t, err)
	listening := httptest.NewServer(handler)
	t.Cleanup(listening.Close)
	return &server{T: t, baseURL: listening.URL, apiKey: key, empty: true}
}

// ask sends a request of an administrator's and returns the status and the body.
func (s *server) ask(method, path string, body any) (int, []byte) {
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
	answer, err := io.ReadAll(res.Body)
	require.NoError(s, err)
	return res.StatusCode, answer
}

// do is ask where success is wanted.
func (s *server) do(method, path string, body any) object {
	s.Helper()
	status, answer := s.ask(method, path, body)
	require.Truef(s, status/100 == 2, "%s %s: %d %s", method, path, status, answer)
	var decoded any
	if len(answer) > 0 {
		require.NoErrorf(s, json.Unmarshal(answer, &decoded), "%s %s: %s", method, path, answer)
	}
	m, _ := decoded.(object) // some answer with a list
	return m
}

func (s *server) client(id string) object { return s.do("GET", "/api/oidc/clients/"+id, nil) }
func (s *server) group(id string) object  { return s.do("GET", "/api/user-groups/"+id, nil) }

// What the quick start means, in the server's words.
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

// requireQuickstart wants the objects with these ids to be what the quick start means.
func (s *server) requireQuickstart(ids map[string]string, groupName string) {
	s.Helper()
	require.Len(s, ids, 5)
	group := s.group(ids["developers"])
	require.Equal(s, groupName, group["name"])
	require.Equal(s, "Developers", group["friendlyName"])

	s.requireSays(wiki, s.client(ids["wiki"]))
	s.requireSays(dashboard, s.client(ids["dashboard"]))
	s.requireSays(deploy, s.client(ids["deploy"]))
	allowed := s.client(ids["wiki"])["allowedUserGroups"].([]any)
	require.Len(s, allowed, 1)
	require.Equal(s, ids["developers"], allowed[0].(object)["id"])

	identities := s.client(ids["deploy"])["credentials"].(object)["federatedIdentities"].([]any)
	require.Len(s, identities, 1)
	s.requireSays(deployFromMain, identities[0].(object))
	require.NotContains(s, identities[0], "audience", "left out, it is the server's own issuer")
	require.Equal(s, ids["deploy"]+"#https://token.actions.githubusercontent.com", ids["deployFromMain"])
}

// requireSays compares what is expected with the same fields of what there is;
// the order of a list means nothing.
func (s *server) requireSays(expected, got object) {
	s.Helper()
	for field, value := range expected {
		if list, ok := value.([]any); ok {
			require.ElementsMatchf(s, list, got[field], "%s of %s", field, expected["name"])
		} else {
			require.Equalf(s, value, got[field], "%s of %s", field, expected["name"])
		}
	}
}

// seed makes, as a person in the web interface would, what the quick start means.
func (s *server) seed(groupName string) []imported {
	s.Helper()
	id := func(o object) string { return o["id"].(string) }
	group := s.do("POST", "/api/user-groups", object{"name": groupName, "friendlyName": "Developers"})
	wiki := s.do("POST", "/api/oidc/clients", wiki)
	s.do("PUT", "/api/oidc/clients/"+id(wiki)+"/allowed-user-groups", object{"userGroupIds": []string{id(group)}})
	dashboard := s.do("POST", "/api/oidc/clients", dashboard)
	deploy := s.do("POST", "/api/oidc/clients", deploy)
	deploy["credentials"] = object{"federatedIdentities": []object{deployFromMain}}
	s.do("PUT", "/api/oidc/clients/"+id(deploy), deploy)
	s.Cleanup(func() { // of a test that failed half way: a real server outlives it
		for _, client := range []object{wiki, dashboard, deploy} {
			s.ask("DELETE", "/api/oidc/clients/"+id(client), nil)
		}
		s.ask("DELETE", "/api/user-groups/"+id(group), nil)
	})
	return []imported{
		{"pocketid:index:Group", "developers", id(group)},
		{"pocketid:index:Client", "wiki", id(wiki)},
		{"pocketid:index:Client", "dashboard", id(dashboard)},
		{"pocketid:index:Client", "deploy", id(deploy)},
		{"pocketid:index:FederatedIdentity", "deployFromMain", id(deploy) + "#https://token.actions.githubusercontent.com"},
	}
}

// mintSecret gives a client a secret, as the web interface does on request.
func (s *server) mintSecret(clientID string) string {
	s.Helper()
	path := "/api/oidc/clients/" + clientID
	if s.hasManySecrets() {
		return s.do("POST", path+"/secrets", nil)["secret"].(string)
	}
	return s.do("POST", path+"/secret", nil)["secret"].(string)
}

// hasManySecrets tells whether a client of the server may have several secrets.
func (s *server) hasManySecrets() bool {
	s.Helper()
	_, answer := s.ask("GET", "/api/oidc/clients/no-such-client/secrets", nil) // before 2.14 there is no such route
	return bytes.Contains(answer, []byte("client not found"))
}

// requireOpens wants the server to take a secret as the client's.
func (s *server) requireOpens(clientID, secret string) {
	s.Helper()
	status, answer := s.signIn(clientID, secret)
	require.Equalf(s, http.StatusOK, status, "%s", answer)
}

// requireShut wants the server to refuse it.
func (s *server) requireShut(clientID, secret string) {
	s.Helper()
	status, answer := s.signIn(clientID, secret)
	require.Equalf(s, http.StatusUnauthorized, status, "%s", answer)
}

func (s *server) signIn(clientID, secret string) (int, []byte) {
	s.Helper()
	res, err := http.PostForm(s.baseURL+"/api/oidc/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {secret},
	})
	require.NoError(s, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	require.NoError(s, err)
	return res.StatusCode, answer
}

// requireGone wants none of these to be there; a server that was empty is empty again.
func (s *server) requireGone(ids map[string]string) {
	s.Helper()
	for name, id := range ids {
		path := "/api/oidc/clients/" + id
		if name == "developers" {
			path = "/api/user-groups/" + id
		}
		if name != "deployFromMain" { // is part of a client
			status, answer := s.ask("GET", path, nil)
			require.Equalf(s, http.StatusNotFound, status, "%s is still there: %s", name, answer)
		}
	}
	if s.empty {
		s.requireEmpty()
	}
}

func (s *server) requireEmpty() {
	s.Helper()
	for _, path := range []string{"/api/oidc/clients", "/api/user-groups"} {
		require.Emptyf(s, s.do("GET", path, nil)["data"], "GET %s", path)
	}
}

func idsOf(objects []imported) map[string]string {
	ids := map[string]string{}
	for _, o := range objects {
		ids[o.Name] = o.ID
	}
	return ids
}
