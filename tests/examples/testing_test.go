package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTestsOfAProgram runs the tests in examples/testing, which run a program against
// pocketid-fake.
func TestTestsOfAProgram(t *testing.T) {
	programs := filepath.Join(tools.scratch, "fake")
	require.NoError(t, run(repository, "building pocketid-fake", "go", "build", "-o", programs+"/", "./cmd/pocketid-fake"))
	for _, l := range languages {
		if l.name != "typescript" && l.name != "python" {
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			prepared, err := l.prepare("quickstart") // installs the packages
			require.NoError(t, err)
			folder := filepath.Join(t.TempDir(), "testing")
			require.NoError(t, copyExample(examplePath("testing", l.name), folder, prepared.links))
			command := []string{prepared.driver[0], "-m", "unittest", "test_program"}
			if l.name == "typescript" {
				command = []string{"npm", "test"}
			}
			test := exec.Command(command[0], command[1:]...)
			test.Dir = folder
			test.Env = append(os.Environ(), "PATH="+programs+string(os.PathListSeparator)+tools.path, "PULUMI_HOME="+t.TempDir(),
				"PULUMI_SKIP_UPDATE_CHECK=true", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true")
			output, err := test.CombinedOutput()
			require.NoError(t, err, string(output))
		})
	}
}
