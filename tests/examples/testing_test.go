package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTestsOfAProgram runs the tests in examples/testing, which run a program against the fake.
func TestTestsOfAProgram(t *testing.T) {
	t.Parallel()
	programs := filepath.Join(tools.scratch, "fake")
	require.NoError(t, run(repository, "building pocketid-fake", "go", "build", "-o", programs+"/", "./cmd/pocketid-fake"))
	for _, l := range languages {
		if l.name == "yaml" {
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			folder, command := examplePath("testing", l.name), []string{"go", "test", "-count=1", "."}
			if l.name != "go" { // which writes nothing to the folder
				prepared, err := l.prepare("quickstart") // installs the packages
				require.NoError(t, err)
				copied := filepath.Join(t.TempDir(), "testing")
				require.NoError(t, copyExample(folder, copied, prepared.links))
				folder, command = copied, []string{"npm", "test"}
				if l.name == "python" {
					command = []string{prepared.driver[0], "-m", "unittest", "test_program"}
				}
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
