package examples

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// desk is somebody's machine: a throw-away home and backend of the CLI's, in
// which several stacks may lie.
type desk struct {
	*testing.T
	folder string
	env    []string
}

func newDesk(t *testing.T) *desk {
	folder := t.TempDir()
	state := filepath.Join(folder, "state")
	require.NoError(t, os.Mkdir(state, 0o755))
	require.NoError(t, os.Symlink(filepath.Join(repository, "sdk"), filepath.Join(folder, "sdk")))
	env := []string{
		"PATH=" + tools.path,
		"PULUMI_HOME=" + filepath.Join(folder, "home"),
		"PULUMI_BACKEND_URL=file://" + filepath.ToSlash(state),
		"PULUMI_CONFIG_PASSPHRASE=correct horse battery staple",
		"PULUMI_SKIP_UPDATE_CHECK=true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"PYTHONDONTWRITEBYTECODE=1",
	}
	for _, kv := range os.Environ() { // whatever else is set, but nobody's own Pulumi or Pocket ID
		name, _, _ := strings.Cut(kv, "=")
		if name != "PATH" && name != "VIRTUAL_ENV" && !strings.HasPrefix(name, "PULUMI_") && !strings.HasPrefix(name, "POCKETID_") {
			env = append(env, kv)
		}
	}
	return &desk{t, folder, env}
}

// filesWith returns the files of the backend and of the CLI's home that hold a text.
func (d *desk) filesWith(text string) []string {
	var found []string
	err := filepath.WalkDir(d.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			found = append(found, strings.TrimPrefix(path, d.folder))
		}
		return err
	})
	require.NoError(d, err)
	return found
}

// stack is a stack on a desk, and the copy of the example that it comes from.
type stack struct {
	*desk
	project, name, folder string
	env                   []string
	driver                []string // runs the program where there is no language host
}

// quickstart starts a stack of the quick start, which is to manage a server.
func (d *desk) quickstart(l language, s *server, groupName string) *stack {
	return d.managing(l, "quickstart", s, "--plaintext", "groupName="+groupName)
}

// managing starts a stack of an example that is to manage a server.
func (d *desk) managing(l language, what string, s *server, settings ...string) *stack {
	return d.start(l, what, append(settings, "--plaintext", "pocketid:baseUrl="+s.baseURL, "--secret", "pocketid:apiKey="+s.apiKey)...)
}

// handover starts a stack that takes its secret from another.
func (d *desk) handover(l language, from *stack) *stack {
	return d.start(l, "secret-handover", "--plaintext", "identityStack=organization/"+from.project+"/"+from.name)
}

// start starts a stack of an example.
func (d *desk) start(l language, what string, settings ...string) *stack {
	needed, err := l.prepared(what)
	require.NoError(d, err)
	env, driver := d.env, []string(nil)
	if !l.hosted() {
		env, driver = append(slices.Clone(env), serveLanguage(d.T, l.runtime, needed.binary)), needed.driver
	}
	stack := d.stack(example(what, l.name), "pocketid-"+what, needed.links)
	stack.env, stack.driver = env, driver
	stack.pulumi(append([]string{"config", "set-all"}, settings...)...)
	return stack
}

func (d *desk) stack(from, project string, links map[string]string) *stack {
	relative, err := filepath.Rel(repository, from)
	require.NoError(d, err)
	stack := &stack{desk: d, project: project, name: "dev", folder: filepath.Join(d.folder, relative), env: d.env}
	require.NoError(d, copyExample(from, stack.folder, links))
	stack.pulumi("stack", "init")
	d.Cleanup(func() { // of a test that failed half way: a real server outlives it
		if d.Failed() {
			_, _ = stack.run("pulumi", "destroy", "--yes", "--non-interactive")
		}
	})
	return stack
}

// run runs a command in the stack's folder and returns what it printed.
func (s *stack) run(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if name == "pulumi" {
		name = tools.pulumi
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = s.folder, s.env
	cmd.WaitDelay = 5 * time.Second
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	if err != nil {
		return out.String() + complaints.String(), err
	}
	return out.String(), nil
}

// pulumi runs a command of the CLI's that must succeed.
func (s *stack) pulumi(args ...string) string {
	s.Helper()
	out, err := s.run("pulumi", append(args, "--stack", s.name, "--non-interactive")...)
	require.NoErrorf(s, err, "pulumi %s\n%s", strings.Join(args, " "), out)
	return out
}

// try previews or updates the program: as users do, or through its driver.
func (s *stack) try(operation string, flags ...string) (string, error) {
	if s.driver != nil {
		args := append(s.driver[1:len(s.driver):len(s.driver)], operation, s.folder, s.name)
		return s.run(s.driver[0], append(args, flags...)...)
	}
	args := []string{operation, "--stack", s.name, "--non-interactive"}
	if operation == "up" {
		args = append(args, "--yes")
	}
	return s.run("pulumi", append(args, flags...)...)
}

func (s *stack) preview() { s.must("preview") }
func (s *stack) up()      { s.must("up") }

func (s *stack) must(operation string, flags ...string) {
	s.Helper()
	out, err := s.try(operation, flags...)
	require.NoErrorf(s, err, "%s %s\n%s", operation, strings.Join(flags, " "), out)
}

// unchanged wants the program, the state and the server to agree.
func (s *stack) unchanged() {
	s.Helper()
	s.must("preview", "--expect-no-changes")
	s.pulumi("refresh", "--yes", "--expect-no-changes")
	s.must("preview", "--expect-no-changes")
}

func (s *stack) destroy() {
	s.Helper()
	s.pulumi("destroy", "--yes")
}

// imported is an object that a stack is to take over.
type imported struct {
	Type string `json:"type"`
	Name string `json:"name"`
	ID   string `json:"id"`
}

func (s *stack) takeOver(objects []imported) {
	s.Helper()
	file, err := json.Marshal(map[string]any{"resources": objects})
	require.NoError(s, err)
	path := filepath.Join(s.folder, "import.json")
	require.NoError(s, os.WriteFile(path, file, 0o600))
	out := s.pulumi("import", "--file", path, "--protect=false", "--generate-code=false", "--yes")
	require.Falsef(s, strings.Contains(out, "failed to validate"), "what the provider reads must be what it takes\n%s", out)
}

// outputs are the stack's outputs as the CLI shows them.
func (s *stack) outputs(flags ...string) map[string]string {
	s.Helper()
	outputs := map[string]string{}
	require.NoError(s, json.Unmarshal([]byte(s.pulumi(append([]string{"stack", "output", "--json"}, flags...)...)), &outputs))
	return outputs
}

// ids are the ids of the stack's resources by their names.
func (s *stack) ids() map[string]string {
	s.Helper()
	var exported struct {
		Deployment struct {
			Resources []struct{ URN, ID string }
		}
	}
	require.NoError(s, json.Unmarshal([]byte(s.pulumi("stack", "export")), &exported))
	ids := map[string]string{}
	for _, r := range exported.Deployment.Resources {
		if urn := strings.Split(r.URN, "::"); strings.HasPrefix(urn[2], "pocketid:") {
			ids[urn[3]] = r.ID
		}
	}
	return ids
}

// storedOutput is a stack's output as its state file has it.
func (s *stack) storedOutput(name string) any {
	s.Helper()
	content, err := os.ReadFile(filepath.Join(s.desk.folder, "state", ".pulumi", "stacks", s.project, s.name+".json"))
	require.NoError(s, err)
	var file struct {
		Checkpoint struct {
			Latest struct {
				Resources []struct {
					Type    string
					Outputs map[string]any
				}
			}
		}
	}
	require.NoError(s, json.Unmarshal(content, &file))
	for _, r := range file.Checkpoint.Latest.Resources {
		if r.Type == "pulumi:pulumi:Stack" {
			return r.Outputs[name]
		}
	}
	return nil
}
