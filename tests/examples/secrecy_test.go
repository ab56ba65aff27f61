package examples

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestNoSecretIsWritten runs the quick start with full logging and tracing, through a proxy
// with a password and with secret request headers. No file that is written may contain a
// secret.
//
// Pulumi itself writes secrets in two places, which the test excludes:
//   - With -v=9 and higher, the CLI and its language hosts log all properties that they send
//     and receive. The test removes these lines.
//   - The traces of the CLI contain the payloads of its calls unless
//     PULUMI_TRACING_NO_PAYLOADS is set. The test sets it for the CLI but not for the plugin.
func TestNoSecretIsWritten(t *testing.T) {
	t.Parallel()
	const password, token = "password-of-the-proxy", "token-of-the-access-proxy"
	server, workspace := startServer(t), newWorkspace(t)
	workspace.recordPluginLog()
	proxy := startProxy(t, "ops", password)
	stack := workspace.quickstartStack(languages[0], server, uniqueName("secrecy"))
	stack.pulumi("config", "set-all", "--secret", "pocketid:proxyUrl="+strings.Replace(proxy.URL, "http://", "http://ops:"+password+"@", 1))
	stack.pulumi("config", "set-all", "--path", "--secret", "pocketid:headers.X-Access-Token="+token)
	cli := &verboseCLI{stack: stack, folder: filepath.Join(workspace.folder, "output")}
	require.NoError(t, os.Mkdir(cli.folder, 0o755))

	cli.run("preview", "--diff")
	cli.run("up", "--yes", "--diff")
	ids := stack.ids()
	first := stack.outputs("--show-secrets")["clientSecret"]
	server.requireValidSecret(ids["wiki"], first)
	cli.run("preview", "--diff", "--json")
	cli.run("refresh", "--yes", "--diff")
	cli.run("stack", "export")
	cli.run("stack", "output")

	// During a rotation there are two secrets.
	stack.editProgram("launchUrl: https://wiki.example.com/", "launchUrl: https://wiki.example.com/\n      secretRotationTriggers: {run: two}")
	cli.run("preview", "--diff")
	cli.run("up", "--yes", "--diff")
	second := stack.outputs("--show-secrets")["clientSecret"]
	server.requireValidSecret(ids["wiki"], second)
	require.NotEqual(t, first, second)

	// The error of an update that the server rejects names the object.
	stack.editProgram("secretRotationTriggers: {run: two}", "clientSecret: ${custom}")
	stack.editProgram("config:\n", "config:\n  custom:\n    type: string\n    secret: true\n")
	const custom = "a-custom-secret-value"
	stack.pulumi("config", "set", "--secret", "custom", custom)
	server.mustRequest("DELETE", "/api/oidc/clients/"+ids["wiki"], nil)
	require.Error(t, cli.try("up", "--yes", "--diff"))
	cli.run("refresh", "--yes", "--diff")
	cli.run("up", "--yes", "--diff")
	server.requireValidSecret(stack.ids()["wiki"], custom)
	cli.run("destroy", "--yes", "--diff")

	require.NotZero(t, proxy.requests.Load(), "the requests must use the proxy")
	require.NotEmpty(t, workspace.filesWith(ids["wiki"]), "filesWith must find a text that exists")
	require.NotEmpty(t, workspace.filesWith("-v=11 --tracing tcp://"), "the plugin must run with verbose logging")
	require.NotEmpty(t, workspace.filesWith("/pulumirpc.ResourceProvider/Create"), "there must be a trace")
	// With --otel-traces, OpenTelemetry replaces --tracing.
	cli.flags = []string{"--otel-traces", "file://" + filepath.Join(cli.folder, "otel")}
	cli.run("up", "--yes")
	cli.run("destroy", "--yes")
	require.NotEmpty(t, workspace.filesWith("service.name"), "there must be a trace")
	workspace.requireNowhere(map[string]string{
		"the API key": server.apiKey, "the proxy password": password, "the request header": token,
		"the first client secret": first, "the second client secret": second, "the custom client secret": custom,
	})
}

// TestNoSecretOfAWholeInstanceIsWritten does the same with all kinds of secrets.
func TestNoSecretOfAWholeInstanceIsWritten(t *testing.T) {
	t.Parallel()
	server, workspace := startFake(t, "2.14.0"), newWorkspace(t)
	workspace.recordPluginLog()
	stack := workspace.completeStack(languages[0], server)
	cli := &verboseCLI{stack: stack, folder: filepath.Join(workspace.folder, "output")}
	require.NoError(t, os.Mkdir(cli.folder, 0o755))

	cli.run("up", "--yes", "--diff")
	cli.run("up", "--yes", "--diff") // the functions now return the created objects
	secrets := outputSecrets(stack.allOutputs("--show-secrets"))
	cli.run("refresh", "--yes", "--diff")
	cli.run("stack", "export")

	stack.pulumi("config", "set-all", "--secret", "smtpPassword=another-password-of-the-mail-server", "--secret", "scimToken=another-token-of-the-wiki")
	stack.pulumi("config", "set", "run", "2")
	cli.run("preview", "--diff")
	cli.run("up", "--yes", "--diff")
	for what, secret := range outputSecrets(stack.allOutputs("--show-secrets")) {
		secrets[what+" of the second run"] = secret
	}
	cli.run("destroy", "--yes", "--diff")

	require.NotEmpty(t, workspace.filesWith("/pulumirpc.ResourceProvider/Create"), "there must be a trace")
	for what, secret := range map[string]string{
		"the API key": server.apiKey, "the mail server's password": "password-of-the-mail-server", "the directory's password": "password-of-the-directory", "the wiki's token": "token-of-the-wiki",
	} {
		secrets[what] = secret
	}
	workspace.requireNowhere(secrets)
}

// outputSecrets returns the secrets in the outputs of the complete example.
func outputSecrets(outputs object) map[string]string {
	lastSegment := func(name string) string {
		address := outputs[name].(string)
		return address[strings.LastIndex(address, "/")+1:]
	}
	return map[string]string{"the client secret": outputs["clientSecret"].(string), "the one-time token": lastSegment("login"), "the signup token": lastSegment("invitation")}
}

// requireNowhere requires that no file contains a secret, in plain text or encoded.
func (w *workspace) requireNowhere(secrets map[string]string) {
	w.Helper()
	for what, secret := range secrets {
		require.Greater(w, len(secret), 5, what)
		for _, encoded := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			require.Empty(w, w.filesWith(encoded), "these files contain %s in plain text", what)
		}
	}
}

// verboseCLI runs commands of the Pulumi CLI with the most verbose log and a trace, and writes
// their output to a folder.
type verboseCLI struct {
	*stack
	folder string
	number int
	flags  []string
}

func (c *verboseCLI) run(args ...string) {
	c.Helper()
	require.NoErrorf(c, c.try(args...), "pulumi %s failed, see %s", strings.Join(args, " "), c.folder)
}

func (c *verboseCLI) try(args ...string) error {
	c.Helper()
	c.number++
	file := filepath.Join(c.folder, string(rune('a'+c.number))+"-"+args[0])
	ctx, cancel := context.WithTimeout(c.Context(), 3*time.Minute)
	defer cancel()
	args = append(args, "--stack", c.name, "--non-interactive", "-v=11", "--logtostderr", "--logflow", "--tracing", "file:"+file+".trace")
	cmd := exec.CommandContext(ctx, tools.pulumi, append(args, c.flags...)...)
	cmd.Dir, cmd.Env = c.stack.folder, c.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	require.NoError(c, os.WriteFile(file+".log", loggedProperties.ReplaceAll(out.Bytes(), nil), 0o600))
	return err
}

// loggedProperties matches the log lines in which the CLI and its language hosts repeat
// properties.
var loggedProperties = regexp.MustCompile(`(?m)^.*arshaling property for RPC\[.*$`)

// recordPluginLog replaces the plugin by a script that writes the arguments and the log of the
// plugin to files, and allows the plugin to trace payloads.
func (w *workspace) recordPluginLog() {
	folder, plugin := filepath.Join(w.folder, "plugin"), "pulumi-resource-pocketid"
	binary, err := exec.LookPath(filepath.Join(tools.scratch, "plugins", plugin))
	require.NoError(w, err)
	require.NoError(w, os.Mkdir(folder, 0o755))
	script := fmt.Sprintf("#!/bin/sh\nunset PULUMI_TRACING_NO_PAYLOADS\necho \"$@\" >>%[1]s/arguments\nexec %[2]s \"$@\" 2>>%[1]s/log\n", folder, binary)
	require.NoError(w, os.WriteFile(filepath.Join(folder, plugin), []byte(script), 0o755))
	w.env[0] = "PATH=" + folder + string(os.PathListSeparator) + tools.path
	w.env = append(w.env, "PULUMI_TRACING_NO_PAYLOADS=true")
}

// proxy is an HTTP proxy that requires a password and counts the requests.
type proxy struct {
	*httptest.Server
	requests atomic.Int64
}

func startProxy(t *testing.T, user, password string) *proxy {
	p := &proxy{}
	credentials := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	forward := &httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}} // the request has the full URL
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != credentials {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		p.requests.Add(1)
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// editProgram replaces a text in the program of the stack.
func (s *stack) editProgram(before, after string) {
	s.Helper()
	path := filepath.Join(s.folder, "Pulumi.yaml")
	program, err := os.ReadFile(path)
	require.NoError(s, err)
	require.Contains(s, string(program), before)
	require.NoError(s, os.WriteFile(path, []byte(strings.Replace(string(program), before, after, 1)), 0o600))
}
