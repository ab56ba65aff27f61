package sdk

import (
	"archive/zip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The archive that `mvn package` makes is complete, and the examples compile with it.
func TestJavaSDKCompiles(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"javac", "mvn"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	folder := t.TempDir()
	for _, name := range sourceFiles(t, "sdk/java", "target") {
		copyFile(t, filepath.Join("sdk/java", name), filepath.Join(folder, name))
	}
	run(t, folder, "mvn", "--batch-mode", "--quiet", "package", "dependency:build-classpath", "-Dmdep.outputFile=classpath")

	archive := filepath.Join(folder, "target", "pocketid-"+pulumiSchema(t).Version+".jar")
	require.Equal(t, pulumiSchema(t).Version, readArchive(t, archive, "com/pulumi/pocketid/version.txt"))
	var plugin struct{ Name, Version, Server string }
	require.NoError(t, json.Unmarshal([]byte(readArchive(t, archive, "com/pulumi/pocketid/plugin.json")), &plugin))
	require.Equal(t, "pocketid", plugin.Name)
	require.Equal(t, pulumiSchema(t).Version, plugin.Version)
	require.Equal(t, pulumiSchema(t).PluginDownloadURL, plugin.Server)

	classpath, err := os.ReadFile(filepath.Join(folder, "classpath"))
	require.NoError(t, err)
	examples := t.TempDir()
	writeExamples(t, "java", examples, "%s/App.java")
	arguments := []string{"-d", t.TempDir(), "-classpath", archive + string(os.PathListSeparator) + string(classpath)}
	run(t, examples, "javac", append(arguments, javaFiles(t, examples)...)...)
}

func javaFiles(t *testing.T, folder string) (files []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".java") {
			files = append(files, path)
		}
		return err
	}))
	return files
}

func readArchive(t *testing.T, archive, name string) string {
	t.Helper()
	reader, err := zip.OpenReader(archive)
	require.NoError(t, err)
	defer reader.Close()
	file, err := reader.Open(name)
	require.NoError(t, err)
	content, err := io.ReadAll(file)
	require.NoError(t, err)
	return string(content)
}
