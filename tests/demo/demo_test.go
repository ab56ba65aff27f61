// Package demo runs `make demo`'s program as a newcomer does.
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

// The demo without any setting: it ends well, and its folder is gone.
func TestDemoOnAFake(t *testing.T) {
	said, err := newDemo(t).run()
	require.NoError(t, err, said)
	for _, words := range []string{
		"6 to create", "6 created", "6 unchanged", `"clientSecret": "[secret]"`,
		"Pocket ID gave it an access token", "sub=repo:stranger/app:ref:refs/heads/main is refused",
		"6 deleted", "after the destroy", "sub=repo:acme/app:ref:refs/heads/main is refused", "Nothing is left behind",
	} {
		require.Contains(t, said, words)
	}
}

// On somebody's server it leaves nothing, and does not print the key.
func TestDemoOnAServer(t *testing.T) {
	demo := newDemo(t)
	server := demo.on(t)
	said, err := demo.run()
	require.NoError(t, err, said)
	require.Contains(t, said, "Working on the Pocket ID at "+server)
	require.Contains(t, said, "Pocket ID gave it an access token")
	require.NotContains(t, said, key)
	require.Empty(t, onServer(t, server))
}

// Ctrl-C in the middle of an up: what was made is destroyed.
func TestInterruptedDemoCleansUp(t *testing.T) {
	demo := newDemo(t)
	server := demo.on(t)
	command := demo.command()
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	lines := bufio.NewScanner(out)
	made := false
	for !made && lines.Scan() {
		made = strings.Contains(lines.Text(), "Client") && strings.Contains(lines.Text(), "created")
	}
	require.True(t, made)
	require.NotEmpty(t, onServer(t, server))
	require.NoError(t, command.Process.Signal(os.Interrupt))
	var rest strings.Builder
	for lines.Scan() {
		rest.WriteString(lines.Text() + "\n")
	}
	require.Error(t, command.Wait())
	require.Contains(t, rest.String(), "Clean up: pulumi destroy")
	require.Empty(t, onServer(t, server))
}

func TestDemoWithHalfAServer(t *testing.T) {
	demo := newDemo(t)
	demo.env = append(demo.env, "POCKETID_BASE_URL=http://127.0.0.1:1")
	said, err := demo.run()
	require.Error(t, err)
	require.Contains(t, said, "set both POCKETID_BASE_URL and POCKETID_API_KEY")
}

const key = "A-key-that-must-not-be-shown"

// demo is the program with a repository and a temporary folder of its own. Both
// are looked at after the test.
type demo struct {
	binary, root, cli, temporary string
	env                          []string
}

func newDemo(t *testing.T) *demo {
	t.Helper()
	d := &demo{root: t.TempDir(), temporary: t.TempDir()}
	bin := filepath.Join(d.root, "bin")
	d.binary = filepath.Join(bin, "pocketid-demo")
	build := exec.Command("go", "build", "-o", bin+"/", "./cmd/pocketid-demo", "./cmd/pulumi-resource-pocketid")
	build.Dir = root
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))
	program, err := os.ReadFile(filepath.Join(root, "Pulumi.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(d.root, "Pulumi.yaml"), program, 0o644))
	tools := exec.Command(filepath.Join(root, "scripts", "pulumi.sh"))
	tools.Stderr = os.Stderr
	cli, err := tools.Output()
	require.NoError(t, err)
	d.cli = strings.TrimSpace(string(cli))
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "POCKETID_") {
			d.env = append(d.env, entry)
		}
	}
	home := t.TempDir()
	// A login that must be neither used nor changed.
	d.env = append(d.env, "TMPDIR="+d.temporary, "HOME="+home, "PULUMI_ACCESS_TOKEN=mine", "PULUMI_BACKEND_URL=https://mine.invalid")
	t.Cleanup(func() {
		require.Empty(t, entries(t, d.temporary), "left behind")
		require.Empty(t, entries(t, home), "left behind")
		require.ElementsMatch(t, []string{"Pulumi.yaml", "bin"}, entries(t, d.root), "left behind")
	})
	return d
}

func (d *demo) command() *exec.Cmd {
	command := exec.Command(d.binary, "-root", d.root, "-cli", d.cli)
	command.Env = d.env
	return command
}

func (d *demo) run() (string, error) {
	said, err := d.command().CombinedOutput()
	return string(said), err
}

// on makes the demo use a server that is not its own.
func (d *demo) on(t *testing.T) string {
	t.Helper()
	handler, err := fake.New(fake.Options{APIKey: key})
	require.NoError(t, err)
	server := httptest.NewServer(handler)
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

// onServer names the clients and groups of a server.
func onServer(t *testing.T, server string) []string {
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
