// Package demo tests the program that `make demo` runs.
package demo

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

const root = "../.."

// Without settings the demo uses a fake. It succeeds and removes its folder. Its flags can be
// relative paths.
func TestDemoOnFake(t *testing.T) {
	demo := newDemo(t)
	demo.useRelativePaths(t)
	output, err := demo.run()
	require.NoError(t, err, output)
	for _, text := range []string{
		"6 to create", "6 created", "6 unchanged", `"clientSecret": "[secret]"`,
		"Pocket ID gave it an access token", "sub=repo:stranger/app:ref:refs/heads/main is refused",
		"6 deleted", "after the destroy", "sub=repo:acme/app:ref:refs/heads/main is refused", "Nothing is left behind",
	} {
		require.Contains(t, output, text)
	}
}

// On a given server the demo deletes what it created, and it does not print the API key.
func TestDemoOnServer(t *testing.T) {
	demo := newDemo(t)
	server := demo.useServer(t)
	output, err := demo.run()
	require.NoError(t, err, output)
	require.Contains(t, output, "Working on the Pocket ID at "+server)
	require.Contains(t, output, "Pocket ID gave it an access token")
	require.NotContains(t, output, key)
	require.Empty(t, objectNames(t, server))
}

// A server in a container has another loopback address, so it cannot fetch the keys of the demo.
func TestDemoOnServerInContainer(t *testing.T) {
	demo := newDemo(t)
	server := demo.useServerBehind(t, func(pocketID http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/oidc/token" {
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = w.Write([]byte(`{"error":"invalid_client"}`))
				return
			}
			pocketID.ServeHTTP(w, r)
		})
	})
	output, err := demo.run()
	require.NoError(t, err, output)
	require.Contains(t, output, "It may run in a container")
	require.Empty(t, objectNames(t, server))
}

// After Ctrl-C during the first update, the demo destroys what it created.
func TestInterruptedDemoCleansUp(t *testing.T) {
	demo := newDemo(t)
	server := demo.useServer(t)
	command := demo.command()
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	lines := bufio.NewScanner(out)
	created := false
	for !created && lines.Scan() {
		created = strings.Contains(lines.Text(), "Client") && strings.Contains(lines.Text(), "created")
	}
	require.True(t, created)
	require.NotEmpty(t, objectNames(t, server))
	require.NoError(t, command.Process.Signal(os.Interrupt))
	var rest strings.Builder
	for lines.Scan() {
		rest.WriteString(lines.Text() + "\n")
	}
	require.Error(t, command.Wait())
	require.Contains(t, rest.String(), "Clean up: pulumi destroy")
	require.Empty(t, objectNames(t, server))
}

func TestDemoRequiresBothServerSettings(t *testing.T) {
	demo := newDemo(t)
	demo.env = append(demo.env, "POCKETID_BASE_URL=http://127.0.0.1:1")
	output, err := demo.run()
	require.Error(t, err)
	require.Contains(t, output, "set both POCKETID_BASE_URL and POCKETID_API_KEY")
}

const key = "A-key-that-must-not-be-shown"

// demo is the compiled program with its own root and temporary folder. After the test, both
// must contain nothing new.
type demo struct {
	binary, root, cli, temporary string
	flags, env                   []string
	folder                       string // in which it runs
}

func newDemo(t *testing.T) *demo {
	t.Helper()
	d := &demo{root: t.TempDir(), temporary: t.TempDir()}
	bin := filepath.Join(d.root, "bin")
	d.binary = filepath.Join(bin, "pocketid-demo")
	build := exec.Command("go", "build", "-o", bin+"/", "./cmd/pocketid-demo", "./cmd/pulumi-resource-pocketid")
	build.Dir = root
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	program, err := os.ReadFile(filepath.Join(root, "Pulumi.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(d.root, "Pulumi.yaml"), program, 0o644))
	tools := exec.Command(filepath.Join(root, "scripts", "pulumi.sh"))
	tools.Stderr = os.Stderr
	cli, err := tools.Output()
	require.NoError(t, err)
	d.cli = strings.TrimSpace(string(cli))
	d.flags = []string{"-root", d.root, "-cli", d.cli}
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "POCKETID_") {
			d.env = append(d.env, entry)
		}
	}
	home := t.TempDir()
	// Credentials of the user, which the demo must neither use nor change.
	d.env = append(d.env, "TMPDIR="+d.temporary, "HOME="+home, "PULUMI_ACCESS_TOKEN=mine", "PULUMI_BACKEND_URL=https://mine.invalid")
	t.Cleanup(func() {
		require.Empty(t, entries(t, d.temporary), "the demo must delete its files")
		require.Empty(t, entries(t, home), "the demo must delete its files")
		require.ElementsMatch(t, []string{"Pulumi.yaml", "bin"}, entries(t, d.root), "the demo must delete its files")
	})
	return d
}

func (d *demo) command() *exec.Cmd {
	command := exec.Command(d.binary, d.flags...)
	command.Dir, command.Env = d.folder, d.env
	return command
}

// useRelativePaths runs the demo in its root, with flags relative to it.
func (d *demo) useRelativePaths(t *testing.T) {
	t.Helper()
	folder, err := filepath.EvalSymlinks(d.root)
	require.NoError(t, err)
	cli, err := filepath.EvalSymlinks(d.cli)
	require.NoError(t, err)
	cli, err = filepath.Rel(folder, cli)
	require.NoError(t, err)
	d.folder, d.flags = folder, []string{"-root", ".", "-cli", cli}
}

func (d *demo) run() (string, error) {
	output, err := d.command().CombinedOutput()
	return string(output), err
}

// useServer starts a server and configures the demo to use it. It returns the address.
func (d *demo) useServer(t *testing.T) string {
	t.Helper()
	return d.useServerBehind(t, func(pocketID http.Handler) http.Handler { return pocketID })
}

// useServerBehind is useServer with a handler that is in front of Pocket ID.
func (d *demo) useServerBehind(t *testing.T, wrap func(http.Handler) http.Handler) string {
	t.Helper()
	handler, err := fake.New(fake.Options{APIKey: key})
	require.NoError(t, err)
	server := httptest.NewServer(wrap(handler))
	t.Cleanup(server.Close)
	d.env = append(d.env, "POCKETID_BASE_URL="+server.URL, "POCKETID_API_KEY="+key)
	return server.URL
}

func entries(t *testing.T, folder string) []string {
	t.Helper()
	found, err := os.ReadDir(folder)
	require.NoError(t, err)
	var names []string
	for _, entry := range found {
		names = append(names, entry.Name())
	}
	return names
}

// objectNames returns the names of the clients and groups on a server.
func objectNames(t *testing.T, server string) []string {
	t.Helper()
	var names []string
	for _, list := range []string{"/api/oidc/clients", "/api/user-groups"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+list, nil)
		require.NoError(t, err)
		request.Header.Set("X-API-Key", key)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		var page struct{ Data []struct{ Name string } }
		require.NoError(t, json.NewDecoder(response.Body).Decode(&page))
		require.NoError(t, response.Body.Close())
		for _, object := range page.Data {
			names = append(names, object.Name)
		}
	}
	return names
}
