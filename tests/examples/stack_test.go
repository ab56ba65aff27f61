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

// workspace is a temporary home and backend of the Pulumi CLI. It can contain several
// stacks.
type workspace struct {
	*testing.T
	folder string
	env    []string
}

func newWorkspace(t *testing.T) *workspace {
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
	for _, kv := range os.Environ() { // without the settings that a developer has for Pulumi and Pocket ID
		name, _, _ := strings.Cut(kv, "=")
		if name != "PATH" && name != "VIRTUAL_ENV" && !strings.HasPrefix(name, "PULUMI_") && !strings.HasPrefix(name, "POCKETID_") {
			env = append(env, kv)
		}
	}
	return &workspace{t, folder, env}
}

// filesWith returns the files of the workspace that contain a text.
func (w *workspace) filesWith(text string) []string {
	var found []string
	err := filepath.WalkDir(w.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			found = append(found, strings.TrimPrefix(path, w.folder))
		}
		return err
	})
	require.NoError(w, err)
	return found
}

// stack is a stack in a workspace, with its own copy of an example.
type stack struct {
	*workspace
	project, name, folder string
	env                   []string
	driver                []string // command that runs the program if there is no language host
}

// quickstartStack creates a stack of the quick start that manages a server.
func (w *workspace) quickstartStack(l language, s *server, groupName string) *stack {
	return w.exampleStack(l, "quickstart", s, "--plaintext", "groupName="+groupName)
}

// exampleStack creates a stack of an example that manages a server.
func (w *workspace) exampleStack(l language, name string, s *server, settings ...string) *stack {
	return w.configuredStack(l, name, append(settings, "--plaintext", "pocketid:baseUrl="+s.baseURL, "--secret", "pocketid:apiKey="+s.apiKey)...)
}

// handoverStack creates a stack that reads the client secret from another stack.
func (w *workspace) handoverStack(l language, from *stack) *stack {
	return w.configuredStack(l, "secret-handover", "--plaintext", "identityStack=organization/"+from.project+"/"+from.name)
}

// configuredStack creates a stack of an example and sets its configuration.
func (w *workspace) configuredStack(l language, name string, settings ...string) *stack {
	prepared, err := l.prepare(name)
	require.NoError(w, err)
	env, driver := w.env, []string(nil)
	if !l.hasHost() {
		env, driver = append(slices.Clone(env), serveLanguage(w.T, l.runtime, prepared.binary)), prepared.driver
	}
	stack := w.newStack(examplePath(name, l.name), "pocketid-"+name, prepared.links)
	stack.env, stack.driver = env, driver
	stack.pulumi(append([]string{"config", "set-all"}, settings...)...)
	return stack
}

func (w *workspace) newStack(from, project string, links map[string]string) *stack {
	relative, err := filepath.Rel(repository, from)
	require.NoError(w, err)
	stack := &stack{workspace: w, project: project, name: "dev", folder: filepath.Join(w.folder, relative), env: w.env}
	require.NoError(w, copyExample(from, stack.folder, links))
	stack.pulumi("stack", "init")
	w.Cleanup(func() { // if the test fails, delete the objects from a real server
		if w.Failed() {
			_, _ = stack.run("pulumi", "destroy", "--yes", "--non-interactive")
		}
	})
	return stack
}

// run runs a command in the folder of the stack and returns its output.
func (s *stack) run(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if name == "pulumi" {
		name = tools.pulumi
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = s.folder, s.env
	cmd.WaitDelay = 5 * time.Second
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	if err != nil {
		return out.String() + problems.String(), err
	}
	return out.String(), nil
}

// pulumi runs a command of the Pulumi CLI that must succeed.
func (s *stack) pulumi(args ...string) string {
	s.Helper()
	out, err := s.run("pulumi", append(args, "--stack", s.name, "--non-interactive")...)
	require.NoErrorf(s, err, "pulumi %s\n%s", strings.Join(args, " "), out)
	return out
}

// try previews or updates the program, with the CLI or with the driver.
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

// must previews or updates the program, which must succeed.
func (s *stack) must(operation string, flags ...string) {
	s.Helper()
	out, err := s.try(operation, flags...)
	require.NoErrorf(s, err, "%s %s\n%s", operation, strings.Join(flags, " "), out)
}

// requireNoChanges requires that the program, the state and the server match.
func (s *stack) requireNoChanges() {
	s.Helper()
	s.must("preview", "--expect-no-changes")
	s.pulumi("refresh", "--yes", "--expect-no-changes")
	s.must("preview", "--expect-no-changes")
}

func (s *stack) destroy() {
	s.Helper()
	s.pulumi("destroy", "--yes")
}

// importedObject is an entry of an import file.
type importedObject struct {
	Type string `json:"type"`
	Name string `json:"name"`
	ID   string `json:"id"`
}

func (s *stack) importObjects(objects []importedObject) {
	s.Helper()
	file, err := json.Marshal(map[string]any{"resources": objects})
	require.NoError(s, err)
	path := filepath.Join(s.folder, "import.json")
	require.NoError(s, os.WriteFile(path, file, 0o600))
	out := s.pulumi("import", "--file", path, "--protect=false", "--generate-code=false", "--yes")
	require.Falsef(s, strings.Contains(out, "failed to validate"), "the provider must accept the inputs that it reads\n%s", out)
}

// outputs returns the outputs of the stack as the CLI prints them. All must be strings.
func (s *stack) outputs(flags ...string) map[string]string {
	s.Helper()
	outputs := map[string]string{}
	require.NoError(s, json.Unmarshal([]byte(s.pulumi(append([]string{"stack", "output", "--json"}, flags...)...)), &outputs))
	return outputs
}

// ids returns the ids of the provider's resources in the stack, by name.
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

// storedOutput returns an output of the stack as it is stored in the state file.
func (s *stack) storedOutput(name string) any {
	s.Helper()
	content, err := os.ReadFile(filepath.Join(s.workspace.folder, "state", ".pulumi", "stacks", s.project, s.name+".json"))
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
