package examples

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// buildDotnet compiles an example with a copy of the SDK.
func buildDotnet(folder, name, _ string) (toolchain, error) {
	build := filepath.Join(tools.scratch, "dotnet-"+name)
	example := filepath.Join(build, "examples", name, "csharp") // the project refers to the SDK by a relative path
	if err := errors.Join(
		copyFolder(filepath.Join(repository, "sdk", "dotnet"), filepath.Join(build, "sdk", "dotnet")),
		copyFolder(folder, example),
	); err != nil {
		return toolchain{}, err
	}
	published := filepath.Join(build, "published")
	if err := run(example, "compiling the C# example", "dotnet", "publish", "--nologo", "--output", published); err != nil {
		return toolchain{}, err
	}
	// The language host runs one binary.
	start := fmt.Sprintf("#!/bin/sh\nexec dotnet '%s'\n", filepath.Join(published, "pocketid-"+name+".dll"))
	binary := filepath.Join(build, "start")
	return toolchain{binary: binary}, os.WriteFile(binary, []byte(start), 0o755)
}
