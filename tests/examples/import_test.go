package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWholeInstanceIsImported imports an instance of 200 objects, in each language, with the
// file that pocketid-import writes. The program that Pulumi generates must show no changes.
func TestWholeInstanceIsImported(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			server := startFake(t, "2.14.0")
			secrets := server.createInstance()
			server.createUnusualNames()
			before := server.snapshot()
			file := writeImportFile(t, server)
			stack := newWorkspace(t).emptyStack(l, server)

			program := stack.importAndGenerate(l, file)
			require.GreaterOrEqual(t, len(stack.ids()), 200)
			for _, secret := range secrets {
				require.NotContains(t, program, secret, "the program contains a secret in plain text")
				require.Empty(t, stack.filesWith(secret), "these files contain a secret in plain text")
			}
			for name, id := range stack.ids() { // references use the name of a resource, not its id
				if uuid := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`); uuid.MatchString(id) {
					require.NotContains(t, program, id, name)
				}
			}
			stack.must("preview", "--expect-no-changes")
			stack.must("up", "--expect-no-changes")
			stack.pulumi("refresh", "--yes", "--expect-no-changes")
			require.Equal(t, before, server.snapshot(), "the import must change nothing on the server")
		})
	}
}

// importCommand builds pocketid-import, once for all tests.
var importCommand = sync.OnceValues(func() (string, error) {
	command := filepath.Join(tools.scratch, "pocketid-import")
	return command, run(repository, "building pocketid-import", "go", "build", "-o", command, "./cmd/pocketid-import")
})

// writeImportFile runs pocketid-import and returns the path of the file that it writes.
func writeImportFile(t *testing.T, server *server, flags ...string) (path string) {
	t.Helper()
	command, err := importCommand()
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "import.json")
	cmd := exec.CommandContext(t.Context(), command, append(flags, "-out", path)...)
	cmd.Env = append(os.Environ(), "POCKETID_BASE_URL="+server.baseURL, "POCKETID_API_KEY="+server.apiKey)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// programFiles maps a language to the file that contains the program.
var programFiles = map[string]string{"yaml": "Pulumi.yaml", "typescript": "index.ts", "python": "__main__.py", "go": "main.go"}

// emptyStack creates a stack of a project that has no program yet.
func (w *workspace) emptyStack(l language, s *server) *stack {
	prepared, err := l.prepare("rotation") // installs the packages
	require.NoError(w, err)
	stack := w.newStack(examplePath("rotation", l.name), "pocketid-rotation", prepared.links)
	stack.env = append(stack.env, serveLanguage(w.T, l.runtime, goBinaryPath("adoption")))
	if l.hasHost() {
		stack.env = w.env
	}
	if l.name == "yaml" {
		require.NoError(w, os.WriteFile(filepath.Join(stack.folder, "Pulumi.yaml"), []byte("name: pocketid-rotation\nruntime: yaml\n"), 0o600))
	}
	stack.pulumi("config", "set-all", "--plaintext", "pocketid:baseUrl="+s.baseURL, "--secret", "pocketid:apiKey="+s.apiKey)
	return stack
}

// importAndGenerate imports the resources in a file, replaces the program of the stack by the
// one that Pulumi generates, and returns that program.
func (s *stack) importAndGenerate(l language, file string) string {
	s.Helper()
	generated := filepath.Join(s.folder, "generated")
	s.pulumi("import", "--file", file, "--protect=false", "--yes", "--out", generated)
	text, err := os.ReadFile(generated)
	require.NoError(s, err)
	require.NoError(s, os.Remove(generated))
	program := filepath.Join(s.folder, programFiles[l.name])
	if l.name == "yaml" {
		text = append([]byte("name: pocketid-rotation\nruntime: yaml\n"), text...)
	}
	require.NoError(s, os.WriteFile(program, text, 0o600))
	packages, err := l.install("quickstart")
	require.NoError(s, err)
	built, err := l.build(s.folder, "adoption", packages)
	require.NoError(s, err)
	if !l.hasHost() {
		s.driver = built.driver
	}
	return string(text)
}
