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

// TestNoSecretIsWritten runs the quick start, with all that can be logged and
// traced, through a proxy with a password and with headers for an access proxy,
// and searches whatever was written.
//
// Two things are Pulumi's own, and left out of the search: from -v=9 on, the CLI and
// its language hosts log each property that they send and get in the clear, and the
// CLI's traces hold the payloads of its calls unless PULUMI_TRACING_NO_PAYLOADS is
// set. So that variable is set for the CLI and not for the plugin, whose log is
// looked at by itself.
func TestNoSecretIsWritten(t *testing.T) {
	t.Parallel()
	const password, token = "password-of-the-proxy", "token-of-the-access-proxy"
	server, desk := startServer(t), newDesk(t)
	desk.listening()
	proxy := startProxy(t, "ops", password)
	stack := desk.quickstart(languages[0], server, uniqueName("secrecy"))
	stack.pulumi("config", "set-all", "--secret", "pocketid:proxyUrl="+strings.Replace(proxy.URL, "http://", "http://ops:"+password+"@", 1))
	stack.pulumi("config", "set-all", "--path", "--secret", "pocketid:headers.X-Access-Token="+token)
	loud := &loudly{stack: stack, folder: filepath.Join(desk.folder, "said")}
	require.NoError(t, os.Mkdir(loud.folder, 0o755))

	loud.run("preview", "--diff")
	loud.run("up", "--yes", "--diff")
	ids := stack.ids()
	first := stack.outputs("--show-secrets")["clientSecret"]
	server.requireOpens(ids["wiki"], first)
	loud.run("preview", "--diff", "--json")
	loud.run("refresh", "--yes", "--diff")
	loud.run("stack", "export")
	loud.run("stack", "output")

	// A rotation has an old secret and a new one.
	stack.rewrite("launchUrl: https://wiki.example.com/", "launchUrl: https://wiki.example.com/\n      secretRotationTriggers: {run: two}")
	loud.run("preview", "--diff")
	loud.run("up", "--yes", "--diff")
	second := stack.outputs("--show-secrets")["clientSecret"]
	server.requireOpens(ids["wiki"], second)
	require.NotEqual(t, first, second)

	// An update that the server refuses is an error, which quotes what it is about.
	stack.rewrite("secretRotationTriggers: {run: two}", "clientSecret: ${own}")
	stack.rewrite("config:\n", "config:\n  own:\n    type: string\n    secret: true\n")
	const own = "an-own-value-that-was-chosen"
	stack.pulumi("config", "set", "--secret", "own", own)
	server.do("DELETE", "/api/oidc/clients/"+ids["wiki"], nil)
	require.Error(t, loud.try("up", "--yes", "--diff"))
	loud.run("refresh", "--yes", "--diff")
	loud.run("up", "--yes", "--diff")
	server.requireOpens(stack.ids()["wiki"], own)
	loud.run("destroy", "--yes", "--diff")

	require.NotZero(t, proxy.passed.Load(), "nothing went through the proxy")
	require.NotEmpty(t, desk.filesWith(ids["wiki"]), "the search must be able to find something")
	require.NotEmpty(t, desk.filesWith("-v=11 --tracing tcp://"), "the plugin must have been told to be loud")
	require.NotEmpty(t, desk.filesWith("/pulumirpc.ResourceProvider/Create"), "the trace must be there")
	// Where OpenTelemetry is asked for too, it takes the place of --tracing.
	loud.flags = []string{"--otel-traces", "file://" + filepath.Join(loud.folder, "otel")}
	loud.run("up", "--yes")
	loud.run("destroy", "--yes")
	require.NotEmpty(t, desk.filesWith("service.name"), "the trace must be there")
	desk.requireNowhere(map[string]string{
		"the API key": server.apiKey, "the proxy's password": password, "a header": token,
		"the first client secret": first, "the second client secret": second, "an own client secret": own,
	})
}

// TestNoSecretOfAWholeInstanceIsWritten does the same with every kind of secret
// that an instance has.
func TestNoSecretOfAWholeInstanceIsWritten(t *testing.T) {
	t.Parallel()
	server, desk := startFake(t, "2.14.0"), newDesk(t)
	desk.listening()
	stack := desk.complete(languages[0], server)
	loud := &loudly{stack: stack, folder: filepath.Join(desk.folder, "said")}
	require.NoError(t, os.Mkdir(loud.folder, 0o755))

	loud.run("up", "--yes", "--diff")
	loud.run("up", "--yes", "--diff") // functions see what was made
	secrets := wholeSecrets(stack.everyOutput("--show-secrets"))
	loud.run("refresh", "--yes", "--diff")
	loud.run("stack", "export")

	stack.pulumi("config", "set-all", "--secret", "smtpPassword=another-password-of-the-mail-server", "--secret", "scimToken=another-token-of-the-wiki")
	stack.pulumi("config", "set", "run", "2")
	loud.run("preview", "--diff")
	loud.run("up", "--yes", "--diff")
	for what, secret := range wholeSecrets(stack.everyOutput("--show-secrets")) {
		secrets["then "+what] = secret
	}
	loud.run("destroy", "--yes", "--diff")

	require.NotEmpty(t, desk.filesWith("/pulumirpc.ResourceProvider/Create"), "the trace must be there")
	for what, secret := range map[string]string{
		"the API key": server.apiKey, "the mail server's password": "password-of-the-mail-server", "the directory's password": "password-of-the-directory", "the wiki's token": "token-of-the-wiki",
	} {
		secrets[what] = secret
	}
	desk.requireNowhere(secrets)
}

// wholeSecrets are the secrets among the outputs of the complete example.
func wholeSecrets(outputs object) map[string]string {
	last := func(name string) string {
		address := outputs[name].(string)
		return address[strings.LastIndex(address, "/")+1:]
	}
	return map[string]string{"the client secret": outputs["clientSecret"].(string), "the one-time token": last("login"), "the signup token": last("invitation")}
}

// requireNowhere wants secrets to be in none of the files, in any spelling.
func (d *desk) requireNowhere(secrets map[string]string) {
	d.Helper()
	for what, secret := range secrets {
		require.Greater(d, len(secret), 5, what)
		for _, spelled := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			require.Empty(d, d.filesWith(spelled), "%s is in these files in the clear", what)
		}
	}
}

// loudly runs commands of the CLI's with the most verbose log and a trace, and
// keeps all that they print in a folder.
type loudly struct {
	*stack
	folder string
	number int
	flags  []string
}

func (l *loudly) run(args ...string) {
	l.Helper()
	require.NoErrorf(l, l.try(args...), "pulumi %s: see %s", strings.Join(args, " "), l.folder)
}

func (l *loudly) try(args ...string) error {
	l.Helper()
	l.number++
	said := filepath.Join(l.folder, string(rune('a'+l.number))+"-"+args[0])
	ctx, cancel := context.WithTimeout(l.Context(), 3*time.Minute)
	defer cancel()
	args = append(args, "--stack", l.name, "--non-interactive", "-v=11", "--logtostderr", "--logflow", "--tracing", "file:"+said+".trace")
	cmd := exec.CommandContext(ctx, tools.pulumi, append(args, l.flags...)...)
	cmd.Dir, cmd.Env = l.stack.folder, l.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	require.NoError(l, os.WriteFile(said+".log", properties.ReplaceAll(out.Bytes(), nil), 0o600))
	return err
}

// properties are the lines of the log of the CLI, and of its language host, that repeat properties.
var properties = regexp.MustCompile(`(?m)^.*arshaling property for RPC\[.*$`)

// listening puts before the plugin what keeps its log, and lets it trace payloads
// if it would.
func (d *desk) listening() {
	folder, plugin := filepath.Join(d.folder, "listening"), "pulumi-resource-pocketid"
	real, err := exec.LookPath(filepath.Join(tools.scratch, "plugins", plugin))
	require.NoError(d, err)
	require.NoError(d, os.Mkdir(folder, 0o755))
	script := fmt.Sprintf("#!/bin/sh\nunset PULUMI_TRACING_NO_PAYLOADS\necho \"$@\" >>%[1]s/arguments\nexec %[2]s \"$@\" 2>>%[1]s/log\n", folder, real)
	require.NoError(d, os.WriteFile(filepath.Join(folder, plugin), []byte(script), 0o755))
	d.env[0] = "PATH=" + folder + string(os.PathListSeparator) + tools.path
	d.env = append(d.env, "PULUMI_TRACING_NO_PAYLOADS=true")
}

// proxy is one that wants a password. It counts what passes.
type proxy struct {
	*httptest.Server
	passed atomic.Int64
}

func startProxy(t *testing.T, user, password string) *proxy {
	p := &proxy{}
	wanted := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	onward := &httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}} // the whole address is in the request
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != wanted {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		p.passed.Add(1)
		onward.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// rewrite changes the stack's program.
func (s *stack) rewrite(before, after string) {
	s.Helper()
	path := filepath.Join(s.folder, "Pulumi.yaml")
	program, err := os.ReadFile(path)
	require.NoError(s, err)
	require.Contains(s, string(program), before)
	require.NoError(s, os.WriteFile(path, []byte(strings.Replace(string(program), before, after, 1)), 0o600))
}
