package sdk

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The SDK, the examples and the quick start compile.
func TestDotnetSDKCompiles(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("dotnet"); err != nil {
		t.Skip("dotnet is not installed")
	}
	folder := t.TempDir()
	for _, name := range sourceFiles(t, "sdk/dotnet", "bin", "obj") {
		copyFile(t, filepath.Join("sdk/dotnet", name), filepath.Join(folder, "sdk", "dotnet", name))
	}
	for _, name := range []string{"pocketid-quickstart.csproj", "Program.cs"} {
		copyFile(t, filepath.Join("examples/quickstart/csharp", name), filepath.Join(folder, "examples", "quickstart", "csharp", name))
	}
	run(t, filepath.Join(folder, "examples", "quickstart", "csharp"), "dotnet", "build", "--nologo")

	examples := filepath.Join(folder, "examples", "quickstart", "reference")
	copyFile(t, "examples/quickstart/csharp/pocketid-quickstart.csproj", filepath.Join(examples, "reference.csproj"))
	for name, program := range examplePrograms(t, "csharp") {
		writeFile(t, filepath.Join(examples, name+".cs"), csharpClass(t, name, program))
	}
	run(t, examples, "dotnet", "build", "--nologo", "-p:OutputType=Library")
}

// csharpClass returns a program as a class, because a project can have only one program with
// statements at the top level.
func csharpClass(t *testing.T, name, program string) string {
	t.Helper()
	usings, statements, found := strings.Cut(program, "\nreturn await ")
	require.True(t, found, program)
	return usings + "\npublic static class " + name + "\n{\n    public static async System.Threading.Tasks.Task<int> Run()\n    {\nreturn await " + statements + "\n    }\n}\n"
}

// What the test above relies on, also on machines without .NET.
func TestDotnetExamplesAreComplete(t *testing.T) {
	t.Parallel()
	for name, program := range examplePrograms(t, "csharp") {
		class := csharpClass(t, name, program)
		require.Equal(t, strings.Count(class, "{"), strings.Count(class, "}"), class)
		require.Contains(t, class, "using PocketId = Pulumi.PocketId;")
		require.NotContains(t, class, "TODO")
	}
	project := string(read(t, "sdk/dotnet/Pulumi.PocketId.csproj"))
	require.Contains(t, project, "<Version>"+pulumiSchema(t).Version+"</Version>")
	require.Contains(t, project, "<PackageIcon>logo.png</PackageIcon>")
	require.Contains(t, project, "<PackageReadmeFile>README.md</PackageReadmeFile>")
	require.Contains(t, project, `<None Include="README.md" Pack="True" PackagePath="" />`)
	require.Contains(t, project, "<Authors>"+pulumiSchema(t).Publisher+"</Authors>")
	require.Equal(t, string(read(t, "assets/logo.png")), string(read(t, "sdk/dotnet/logo.png")))
}
