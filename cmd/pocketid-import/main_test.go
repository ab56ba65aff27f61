package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

const key = "not-a-secret-key"

// instance is a fake, and the environment that leads to it.
func instance(t *testing.T, version string) (ask func(method, path string, in any) map[string]any) {
	t.Helper()
	server, err := fake.New(fake.Options{APIKey: key, Version: version})
	require.NoError(t, err)
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	t.Setenv("POCKETID_BASE_URL", web.URL)
	t.Setenv("POCKETID_API_KEY", key)
	return func(method, path string, in any) (out map[string]any) {
		t.Helper()
		body, err := json.Marshal(in)
		require.NoError(t, err)
		req, err := http.NewRequest(method, web.URL+path, bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("X-API-Key", key)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		raw, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, 2, res.StatusCode/100, "%s %s: %s", method, path, raw)
		_ = json.Unmarshal(raw, &out)
		return out
	}
}

// written runs the command and returns its file, and what it said.
func written(t *testing.T, args ...string) (entries []entry, said string) {
	t.Helper()
	var out, notes bytes.Buffer
	require.NoError(t, run(t.Context(), args, &out, &notes))
	var f file
	require.NoError(t, json.Unmarshal(out.Bytes(), &f))
	return f.Resources, notes.String()
}

func TestEverythingIsInTheFileOnce(t *testing.T) {
	ask := instance(t, "")
	group := ask("POST", "/api/user-groups", map[string]any{"name": "developers", "friendlyName": "Developers"})["id"].(string)
	user := ask("POST", "/api/users", map[string]any{"username": "ada", "email": "ada@example.com", "firstName": "Ada", "lastName": "L", "displayName": "Ada L"})["id"].(string)
	ask("PUT", "/api/user-groups/"+group+"/users", map[string]any{"userIds": []string{user}})
	ask("POST", "/api/oidc/clients", map[string]any{"id": "wiki", "name": "The Wiki (EU)", "callbackURLs": []string{}, "isGroupRestricted": true, "credentials": map[string]any{
		"federatedIdentities": []any{map[string]any{"issuer": "https://token.example.com/one"}},
	}})
	ask("PUT", "/api/oidc/clients/wiki/allowed-user-groups", map[string]any{"userGroupIds": []string{group}})
	secret := ask("POST", "/api/oidc/clients/wiki/secrets", map[string]any{})["secret"].(string)

	entries, said := written(t)
	require.Contains(t, entries, entry{Type: "pocketid:index:Client", Name: "client-the-wiki-eu", ID: "wiki"})
	require.Contains(t, entries, entry{Type: "pocketid:index:Group", Name: "group-developers", ID: group})
	require.Contains(t, entries, entry{Type: "pocketid:index:User", Name: "user-ada", ID: user})
	identity := one(t, entries, "FederatedIdentity")
	require.Equal(t, "wiki#https://token.example.com/one", identity.ID)
	require.Equal(t, "client-the-wiki-eu", identity.Parent)
	require.Equal(t, "group-developers", one(t, entries, "GroupMembers").Parent)
	require.Equal(t, "application-configuration", one(t, entries, "ApplicationConfiguration").Name, "whatever the instance calls itself")
	for _, e := range entries { // which Client and GroupMembers say already
		require.NotContains(t, []string{"GroupMember", "ClientGroupAccess", "ClientSecret"}, strings.TrimPrefix(e.Type, "pocketid:index:"))
	}
	require.Contains(t, said, "Client: 1\n")
	require.Regexp(t, `\d+ objects: .*1 Client`, said)
	require.NotContains(t, said, secret)

	again, _ := written(t)
	require.Equal(t, entries, again, "names and their order stay the same")
}

func one(t *testing.T, entries []entry, typ string) (found entry) {
	t.Helper()
	count := 0
	for _, e := range entries {
		if e.Type == "pocketid:index:"+typ {
			found = e
			count++
		}
	}
	require.Equal(t, 1, count, typ)
	return found
}

func TestOnlyWhatIsChosen(t *testing.T) {
	ask := instance(t, "")
	ask("POST", "/api/user-groups", map[string]any{"name": "developers", "friendlyName": "Developers"})
	ask("POST", "/api/oidc/clients", map[string]any{"id": "wiki", "name": "Wiki", "callbackURLs": []string{}})
	ask("POST", "/api/oidc/clients/wiki/secrets", map[string]any{})

	entries, _ := written(t, "-only", "client, ClientSecret")
	require.Len(t, entries, 2)
	require.Equal(t, "client-wiki", one(t, entries, "ClientSecret").Parent)
	entries, _ = written(t, "-only", "Client,Group", "-exclude", "Client")
	require.Len(t, entries, 1)
	require.Equal(t, "group-developers", entries[0].Name)

	err := run(t.Context(), []string{"-exclude", "Clients"}, io.Discard, io.Discard)
	require.ErrorContains(t, err, `there is no type "Clients" to list; there are Api, `)
	require.ErrorContains(t, run(t.Context(), []string{"x"}, io.Discard, io.Discard), `no argument "x"`)
}

func TestAnOlderServerHasLess(t *testing.T) {
	ask := instance(t, "2.9.0")
	ask("POST", "/api/oidc/clients", map[string]any{"id": "wiki", "name": "Wiki", "callbackURLs": []string{}})
	entries, said := written(t)
	one(t, entries, "Client")
	require.Contains(t, said, "Api: not in this version of Pocket ID\n")
}

func TestWhatCannotBeReadIsAnErrorAndNoFile(t *testing.T) {
	instance(t, "")
	t.Setenv("POCKETID_API_KEY", "another-key")
	path := filepath.Join(t.TempDir(), "import.json")
	err := run(t.Context(), []string{"-out", path}, io.Discard, io.Discard)
	require.ErrorContains(t, err, "refuses the API key")
	require.NotContains(t, err.Error(), "another-key")
	require.NoFileExists(t, path)

	t.Setenv("POCKETID_API_KEY", "")
	require.ErrorContains(t, run(t.Context(), nil, io.Discard, io.Discard), "there is no API key")
	t.Setenv("POCKETID_BASE_URL", "")
	require.ErrorContains(t, run(t.Context(), nil, io.Discard, io.Discard), "the address of Pocket ID is not known")
}

// A server that fails half way has not been read.
func TestAFaultInTheMiddleIsAnErrorAndNoFile(t *testing.T) {
	server, err := fake.New(fake.Options{APIKey: key})
	require.NoError(t, err)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/apis" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	path := filepath.Join(t.TempDir(), "import.json")
	t.Setenv("POCKETID_API_KEY", key)
	var notes bytes.Buffer
	err = run(t.Context(), []string{"-base-url", web.URL, "-out", path}, io.Discard, &notes)
	require.ErrorContains(t, err, "Api: ")
	require.Contains(t, notes.String(), "Api: failed\n")
	require.NoFileExists(t, path)

	nowhere := filepath.Join(t.TempDir(), "nowhere", "import.json")
	notes.Reset()
	require.ErrorContains(t, run(t.Context(), []string{"-base-url", web.URL, "-out", nowhere}, io.Discard, &notes), "nowhere")
	require.Empty(t, notes.String(), "it was said before anything was read")
}

func TestASlowServerIsWaitedForWithSignsOfLife(t *testing.T) {
	ticks := make(chan time.Time)
	var notes bytes.Buffer
	found, err := waiting(&notes, ticks, func() ([]provider.Object, error) {
		ticks <- time.Time{}
		ticks <- time.Time{}
		return []provider.Object{{ID: "1"}}, nil
	})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, "..", notes.String())
}

// Before an instance there may be a proxy that lets in who has a header.
func TestHeadersComeFromAFile(t *testing.T) {
	server, err := fake.New(fake.Options{APIKey: key})
	require.NoError(t, err)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("CF-Access-Client-Id") != "who" || r.Header.Get("CF-Access-Client-Secret") != "what:only:they:know" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	t.Setenv("POCKETID_BASE_URL", web.URL)
	t.Setenv("POCKETID_API_KEY", key)
	headers := filepath.Join(t.TempDir(), "headers")
	require.NoError(t, os.WriteFile(headers, []byte("CF-Access-Client-Id: who\n\nCF-Access-Client-Secret:what:only:they:know\n"), 0o600))
	require.Error(t, run(t.Context(), nil, io.Discard, io.Discard))
	require.NoError(t, run(t.Context(), []string{"-headers-file", headers}, io.Discard, io.Discard))

	require.NoError(t, os.WriteFile(headers, []byte("\nwhat only they know\n"), 0o600))
	err = run(t.Context(), []string{"-headers-file", headers}, io.Discard, io.Discard)
	require.ErrorContains(t, err, "headers:2: must be of the form Name: value")
	require.NotContains(t, err.Error(), "what only")
	require.ErrorContains(t, run(t.Context(), []string{"-headers-file", headers + "x"}, io.Discard, io.Discard), "headersx")
}

func TestTheFileIsForItsOwner(t *testing.T) {
	instance(t, "")
	path := filepath.Join(t.TempDir(), "import.json")
	require.NoError(t, run(t.Context(), []string{"-out", path}, io.Discard, io.Discard))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
}

func TestTwoOfOneNameAreNoted(t *testing.T) {
	ask := instance(t, "")
	ask("POST", "/api/user-groups", map[string]any{"name": "grafana", "friendlyName": "Grafana"})
	client := ask("POST", "/api/oidc/clients", map[string]any{"name": "grafana", "callbackURLs": []string{}})["id"].(string)
	_, said := written(t)
	require.Regexp(t, `# Client "grafana" \(`+client+`\) and Group "grafana" \([^)]*\) have one name: `, said)
	ask("POST", "/api/oidc/clients", map[string]any{"name": "wiki", "callbackURLs": []string{}})
	ask("POST", "/api/oidc/clients", map[string]any{"name": "wiki", "callbackURLs": []string{}})
	_, said = written(t)
	require.Contains(t, said, " have one name, and so have 1 more pairs: ")
	_, said = written(t, "-only", "Group,User")
	require.NotContains(t, said, "one name")

	object := func(typ, id, name string) provider.Object { return provider.Object{Type: typ, ID: id, Name: name} }
	require.Empty(t, namesakes([]provider.Object{object("Client", "wiki", "wiki"), object("Group", "1", "wiki")}), "the group could mean the client's id or its name")
	require.Empty(t, namesakes([]provider.Object{object("Client", "1", "wiki"), object("Client", "2", "wiki"), object("Group", "3", "wiki")}))
	require.Empty(t, namesakes([]provider.Object{object("Client", "1", "ada"), object("User", "2", "ada")}), "a user has a username")
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"Developers (EU)": "developers-eu", "https://token.example.com/a/": "token-example-com-a", "OAuth2Proxy": "oauth2-proxy",
		"Café Ünïcode": "cafe-unicode", "日本": "", "a__b": "a-b", strings.Repeat("a", 100): strings.Repeat("a", 60),
	} {
		require.Equal(t, want, slug(name), name)
	}
	names := nameAll([]provider.Object{
		{Type: "Client", ID: "1", Name: "Wiki"}, {Type: "Client", ID: "2", Name: "wiki"}, {Type: "Group", ID: "1", Name: "Wiki"}, {Type: "Group", ID: "2", Name: "日本"},
	})
	require.Equal(t, "group-wiki", names[named("Group", "1")])
	require.Regexp(t, "^client-wiki-[0-9a-f]{8}$", names[named("Client", "1")])
	require.NotEqual(t, names[named("Client", "1")], names[named("Client", "2")])
	require.Regexp(t, "^group-[0-9a-f]{8}$", names[named("Group", "2")])
}

// A directory would change such users and groups back, and the members of its groups.
func TestWhatComesFromLDAPIsLeftOutAndNamed(t *testing.T) {
	server, err := fake.New(fake.Options{APIKey: key})
	require.NoError(t, err)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, r)
		var page struct {
			Data       []map[string]any `json:"data"`
			Pagination any              `json:"pagination"`
		}
		body := answer.Body.Bytes()
		if json.Unmarshal(body, &page) == nil && page.Data != nil {
			for _, o := range page.Data {
				if o["username"] == "ada" || o["name"] == "developers" {
					o["ldapId"] = "cn=theirs"
				}
			}
			body, _ = json.Marshal(page)
		}
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body)
	}))
	t.Cleanup(web.Close)
	t.Setenv("POCKETID_BASE_URL", web.URL)
	t.Setenv("POCKETID_API_KEY", key)
	send := func(method, path, body string, status int) string {
		req, err := http.NewRequest(method, web.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("X-API-Key", key)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		require.Equal(t, status, res.StatusCode)
		var made struct{ ID string }
		_ = json.NewDecoder(res.Body).Decode(&made)
		return made.ID
	}
	for _, request := range []struct{ path, body string }{
		{"/api/users", `{"username":"ada","email":"ada@example.com","firstName":"A","lastName":"L","displayName":"A L"}`},
		{"/api/users", `{"username":"bob","email":"bob@example.com","firstName":"B","lastName":"L","displayName":"B L"}`},
		{"/api/user-groups", `{"name":"developers","friendlyName":"Developers"}`},
		{"/api/user-groups", `{"name":"operators","friendlyName":"Operators"}`},
	} {
		id := send("POST", request.path, request.body, 201)
		send("PUT", strings.NewReplacer("/api/users", "/api/custom-claims/user/", "/api/user-groups", "/api/custom-claims/user-group/").Replace(request.path)+id, `[{"key":"a","value":"b"}]`, 200)
	}
	entries, said := written(t, "-only", "User,Group")
	require.Len(t, entries, 2)
	require.Equal(t, "user-bob", one(t, entries, "User").Name)
	require.Equal(t, "group-operators", one(t, entries, "Group").Name)
	require.Regexp(t, `# left out: User "ada" \([0-9a-f-]+\) comes from LDAP`, said)
	require.Regexp(t, `# left out: Group "developers" \([0-9a-f-]+\) comes from LDAP`, said)

	t.Log("their claims are not from there; those of the others are in User and Group")
	entries, said = written(t)
	claims := one(t, entries, "UserCustomClaims")
	require.Equal(t, "user-custom-claims-ada", claims.Name)
	require.Empty(t, claims.Parent)
	require.Equal(t, "group-custom-claims-developers", one(t, entries, "GroupCustomClaims").Name)
	require.Contains(t, said, "UserCustomClaims of those that come from LDAP: 1\n")
	entries, _ = written(t, "-exclude", "usercustomclaims,Group")
	for _, e := range entries {
		require.NotContains(t, e.Type, "CustomClaims")
	}
}
