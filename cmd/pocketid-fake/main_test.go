package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func noEnvironment(string) string { return "" }

// start runs the command on a free port until the end of the test. It returns the
// lines that the command prints before it listens, and the URL of the server.
func start(t *testing.T, env func(string) string, args ...string) (output []string, url string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	runErr := make(chan error, 1)
	go func() { runErr <- run(ctx, append(args, "-addr", "127.0.0.1:0"), env, in) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-runErr)
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "Listening on "); ok {
			return output, address
		}
		output = append(output, lines.Text())
	}
	require.Fail(t, "the command does not listen", output)
	return nil, ""
}

func status(t *testing.T, url, key string) int {
	t.Helper()
	request, err := http.NewRequest("GET", url+"/api/version/current", nil)
	require.NoError(t, err)
	request.Header.Set("X-API-Key", key)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

func TestOutputDescribesTheServerAndItsAddress(t *testing.T) {
	t.Parallel()
	output, url := start(t, noEnvironment, "-api-key", "the-key-of-this-test")

	require.Len(t, output, 1)
	require.Contains(t, output[0], "nothing is stored")
	require.Regexp(t, `^http://127\.0\.0\.1:\d+$`, url)
	require.Equal(t, 200, status(t, url, "the-key-of-this-test"))
}

func TestAPIKeyDefaultsToARandomKey(t *testing.T) {
	t.Parallel()
	output, url := start(t, noEnvironment)

	key, ok := strings.CutPrefix(output[1], "API key: ")
	require.True(t, ok, output[1])
	require.Equal(t, 200, status(t, url, key))
	require.Equal(t, 401, status(t, url, ""))
}

func TestAPIKeyDefaultsToTheEnvironment(t *testing.T) {
	t.Parallel()
	_, url := start(t, func(name string) string { return map[string]string{"POCKETID_API_KEY": "from-the-environment"}[name] })

	require.Equal(t, 200, status(t, url, "from-the-environment"))
}

func TestRemoteAddressesRequireAllowRemote(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{":1411", "0.0.0.0:1411", "[::]:1411", "192.0.2.1:1411", "example.com:80"} {
		require.ErrorContains(t, run(t.Context(), []string{"-addr", addr}, noEnvironment, io.Discard), "-allow-remote")
		require.NoError(t, checkAddress(addr, true))
	}
	for _, addr := range []string{"127.0.0.1:0", "[::1]:1411", "localhost:1411", "127.1.2.3:1"} {
		require.NoError(t, checkAddress(addr, false))
	}
	require.ErrorContains(t, checkAddress("nonsense", false), "host:port")
}

func TestUnsupportedVersionsAreRefused(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), []string{"-addr", "127.0.0.1:0", "-version", "1.0.0"}, noEnvironment, io.Discard)

	require.ErrorContains(t, err, "2.14.0")
}

func TestSeedIsReadFromAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "seed.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"clients": [{"id": "wiki", "name": "Wiki", "callbackURLs": []}]}`), 0o600))
	_, url := start(t, noEnvironment, "-api-key", "the-key-of-this-test", "-seed", path)

	response, err := http.Get(url + "/api/oidc/clients/wiki/meta")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, 200, response.StatusCode)

	require.NoError(t, os.WriteFile(path, []byte(`{"client": []}`), 0o600))
	err = run(t.Context(), []string{"-addr", "127.0.0.1:0", "-seed", path}, noEnvironment, io.Discard)
	require.ErrorContains(t, err, path+`: the seed is not valid: json: unknown field "client"`)
	require.Error(t, run(t.Context(), []string{"-addr", "127.0.0.1:0", "-seed", path + ".missing"}, noEnvironment, io.Discard))
}
