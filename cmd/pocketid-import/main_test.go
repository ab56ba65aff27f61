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

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
)

const apiKey = "not-a-secret-key"

// newFake returns an in-memory Pocket ID of a version, or of the newest one if version is empty.
func newFake(t *testing.T, version string) http.Handler {
	t.Helper()
	handler, err := fake.New(fake.Options{APIKey: apiKey, Version: version})
	require.NoError(t, err)
	return handler
}

// start serves a Pocket ID, and sets the environment variables that the command reads. It returns
// a function that sends requests with the API key.
func start(t *testing.T, handler http.Handler) (send func(method, path string, in any) map[string]any) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	t.Setenv("POCKETID_BASE_URL", server.URL)
	t.Setenv("POCKETID_API_KEY", apiKey)
	return func(method, path string, in any) (out map[string]any) {
		t.Helper()
		body, err := json.Marshal(in)
		require.NoError(t, err)
		req, err := http.NewRequest(method, server.URL+path, bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("X-API-Key", apiKey)
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

// runImport runs the command and returns the entries of its file, and its progress messages.
func runImport(t *testing.T, args ...string) (entries []entry, progress string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), args, nil, &stdout, &stderr))
	var f file
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &f))
	return f.Resources, stderr.String()
}

// onlyEntry returns the entry of a type, which must be the only one.
func onlyEntry(t *testing.T, entries []entry, typ string) (found entry) {
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

func TestFileContainsEveryObjectOnce(t *testing.T) {
	send := start(t, newFake(t, ""))
	group := send("POST", "/api/user-groups", map[string]any{"name": "developers", "friendlyName": "Developers"})["id"].(string)
	user := send("POST", "/api/users", map[string]any{"username": "ada", "email": "ada@example.com", "firstName": "Ada", "lastName": "L", "displayName": "Ada L"})["id"].(string)
	send("PUT", "/api/user-groups/"+group+"/users", map[string]any{"userIds": []string{user}})
	send("POST", "/api/oidc/clients", map[string]any{"id": "wiki", "name": "The Wiki (EU)", "callbackURLs": []string{}, "isGroupRestricted": true, "credentials": map[string]any{
		"federatedIdentities": []any{map[string]any{"issuer": "https://token.example.com/one"}},
	}})
	send("PUT", "/api/oidc/clients/wiki/allowed-user-groups", map[string]any{"userGroupIds": []string{group}})
	secret := send("POST", "/api/oidc/clients/wiki/secrets", map[string]any{})["secret"].(string)

	entries, progress := runImport(t)
	require.Contains(t, entries, entry{Type: "pocketid:index:Client", Name: "client-the-wiki-eu", ID: "wiki"})
	require.Contains(t, entries, entry{Type: "pocketid:index:Group", Name: "group-developers", ID: group})
	require.Contains(t, entries, entry{Type: "pocketid:index:User", Name: "user-ada", ID: user})
	identity := onlyEntry(t, entries, "FederatedIdentity")
	require.Equal(t, "wiki#https://token.example.com/one", identity.ID)
	require.Equal(t, "client-the-wiki-eu", identity.Parent)
	require.Equal(t, "group-developers", onlyEntry(t, entries, "GroupMembers").Parent)
	require.Equal(t, "application-configuration", onlyEntry(t, entries, "ApplicationConfiguration").Name, "whatever the instance calls itself")
	for _, e := range entries { // Client and GroupMembers manage these
		require.NotContains(t, []string{"GroupMember", "ClientGroupAccess", "ClientSecret"}, strings.TrimPrefix(e.Type, "pocketid:index:"))
	}
	require.Contains(t, progress, "Client: 1\n")
	require.Regexp(t, `\d+ objects: .*1 Client`, progress)
	require.NotContains(t, progress, secret)

	again, _ := runImport(t)
	require.Equal(t, entries, again, "names and order are the same in each run")
}

func TestOnlyAndExcludeSelectTypes(t *testing.T) {
	send := start(t, newFake(t, ""))
	send("POST", "/api/user-groups", map[string]any{"name": "developers", "friendlyName": "Developers"})
	send("POST", "/api/oidc/clients", map[string]any{"id": "wiki", "name": "Wiki", "callbackURLs": []string{}})
	send("POST", "/api/oidc/clients/wiki/secrets", map[string]any{})

	entries, _ := runImport(t, "-only", "client, ClientSecret")
	require.Len(t, entries, 2)
	require.Equal(t, "client-wiki", onlyEntry(t, entries, "ClientSecret").Parent)
	entries, _ = runImport(t, "-only", "Client,Group", "-exclude", "Client")
	require.Len(t, entries, 1)
	require.Equal(t, "group-developers", entries[0].Name)

	err := run(t.Context(), []string{"-exclude", "Clients"}, nil, io.Discard, io.Discard)
	require.ErrorContains(t, err, `type "Clients" cannot be listed; use Api, `)
	require.ErrorContains(t, run(t.Context(), []string{"x"}, nil, io.Discard, io.Discard), `unexpected argument "x"`)
}

func TestTypesThatTheServerDoesNotSupportAreSkipped(t *testing.T) {
	send := start(t, newFake(t, "2.9.0"))
	send("POST", "/api/oidc/clients", map[string]any{"id": "wiki", "name": "Wiki", "callbackURLs": []string{}})
	entries, progress := runImport(t)
	onlyEntry(t, entries, "Client")
	require.Contains(t, progress, "Api: not in this version of Pocket ID\n")
}

func TestNoFileIsWrittenWithoutAccess(t *testing.T) {
	start(t, newFake(t, ""))
	t.Setenv("POCKETID_API_KEY", "another-key")
	path := filepath.Join(t.TempDir(), "import.json")
	err := run(t.Context(), []string{"-out", path}, nil, io.Discard, io.Discard)
	require.ErrorContains(t, err, "refuses the API key")
	require.NotContains(t, err.Error(), "another-key")
	require.NoFileExists(t, path)

	t.Setenv("POCKETID_API_KEY", "")
	require.ErrorContains(t, run(t.Context(), nil, nil, io.Discard, io.Discard), "the API key is not set: pass -api-key-file or set POCKETID_API_KEY")
	t.Setenv("POCKETID_BASE_URL", "")
	require.ErrorContains(t, run(t.Context(), nil, nil, io.Discard, io.Discard), "the address of Pocket ID is not set: pass -base-url or set POCKETID_BASE_URL")
}

func TestErrorsNameTheFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing, key, headers := filepath.Join(dir, "missing"), filepath.Join(dir, "key"), filepath.Join(dir, "headers")
	require.NoError(t, os.WriteFile(key, []byte("another-key"), 0o600))
	require.NoError(t, os.WriteFile(headers, []byte("Host: id.example.com"), 0o600))
	server := httptest.NewServer(newFake(t, ""))
	t.Cleanup(server.Close)
	for want, flags := range map[string][]string{
		"-api-key-file: cannot be read: ":                                    {"-api-key-file", missing},
		"refuses the API key in the file " + key + " (-api-key-file)":        {"-api-key-file", key},
		"-ca-certificate: ":                                                  {"-api-key-file", key, "-ca-certificate", missing},
		"-client-certificate and -client-key belong together":                {"-api-key-file", key, "-client-key", missing},
		"-client-certificate: ":                                              {"-api-key-file", key, "-client-key", key, "-client-certificate", missing},
		`-headers-file: "Host" cannot be set`:                                {"-api-key-file", key, "-headers-file", headers},
		`"ftp://caCertificate" is not an http(s) URL such as https://id.exa`: {"-api-key-file", key, "-base-url", "ftp://caCertificate"},
	} {
		err := run(t.Context(), append([]string{"-base-url", server.URL}, flags...), nil, io.Discard, io.Discard)
		require.ErrorContains(t, err, want)
		for _, setting := range []string{"apiKeyFile", "caCertificate:", "clientCertificate", "clientKey", "headers:"} {
			require.NotContains(t, err.Error(), setting)
		}
	}
}

func TestNoFileIsWrittenAfterAFailedRequest(t *testing.T) {
	pocketID := newFake(t, "")
	start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/apis" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		pocketID.ServeHTTP(w, r)
	}))
	baseURL := os.Getenv("POCKETID_BASE_URL")
	t.Setenv("POCKETID_BASE_URL", "") // the flag must be enough
	path := filepath.Join(t.TempDir(), "import.json")
	var stderr bytes.Buffer
	err := run(t.Context(), []string{"-base-url", baseURL, "-out", path}, nil, io.Discard, &stderr)
	require.ErrorContains(t, err, "Api: ")
	require.Contains(t, stderr.String(), "Api: failed\n")
	require.NoFileExists(t, path)

	path = filepath.Join(t.TempDir(), "missing", "import.json")
	stderr.Reset()
	require.ErrorContains(t, run(t.Context(), []string{"-base-url", baseURL, "-out", path}, nil, io.Discard, &stderr), "missing")
	require.Empty(t, stderr.String(), "the error is reported before anything is read")
}

func TestProgressIsPrintedWhileASlowServerIsRead(t *testing.T) {
	ticks := make(chan time.Time)
	var stderr bytes.Buffer
	r := reader{progress: &stderr, ticks: ticks}
	found, err := r.wait(func() ([]inventory.Object, error) {
		ticks <- time.Time{}
		ticks <- time.Time{}
		return []inventory.Object{{ID: "1"}}, nil
	})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, "..", stderr.String())
}

// A proxy in front of an instance may require a header.
func TestHeadersAreReadFromAFile(t *testing.T) {
	pocketID := newFake(t, "")
	start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("CF-Access-Client-Id") != "id" || r.Header.Get("CF-Access-Client-Secret") != "a:secret:value" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		pocketID.ServeHTTP(w, r)
	}))
	headers := filepath.Join(t.TempDir(), "headers")
	require.NoError(t, os.WriteFile(headers, []byte("CF-Access-Client-Id: id\n\nCF-Access-Client-Secret:a:secret:value\n"), 0o600))
	require.Error(t, run(t.Context(), nil, nil, io.Discard, io.Discard))
	require.NoError(t, run(t.Context(), []string{"-headers-file", headers}, nil, io.Discard, io.Discard))

	require.NoError(t, os.WriteFile(headers, []byte("\na secret without a name\n"), 0o600))
	err := run(t.Context(), []string{"-headers-file", headers}, nil, io.Discard, io.Discard)
	require.ErrorContains(t, err, "headers:2: must have the form \"Name: value\"")
	require.NotContains(t, err.Error(), "a secret")
	require.ErrorContains(t, run(t.Context(), []string{"-headers-file", headers + "x"}, nil, io.Discard, io.Discard), "headersx")
}

func TestFileIsReadableOnlyByItsOwner(t *testing.T) {
	start(t, newFake(t, ""))
	path := filepath.Join(t.TempDir(), "import.json")
	require.NoError(t, run(t.Context(), []string{"-out", path}, nil, io.Discard, io.Discard))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
}
