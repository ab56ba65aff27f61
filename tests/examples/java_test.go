package examples

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mavenProject builds the SDK and an example together, so that the SDK need not be installed.
const mavenProject = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>examples</artifactId>
  <version>1.0</version>
  <packaging>pom</packaging>
  <modules>
    <module>sdk</module>
    <module>example</module>
  </modules>
</project>
`

// buildJava compiles an example.
func buildJava(folder, name, _ string) (toolchain, error) {
	build := filepath.Join(tools.scratch, "java-"+name)
	if err := errors.Join(
		copyFolder(filepath.Join(repository, "sdk", "java"), filepath.Join(build, "sdk")),
		copyFolder(folder, filepath.Join(build, "example")),
		os.WriteFile(filepath.Join(build, "pom.xml"), []byte(mavenProject), 0o644),
	); err != nil {
		return toolchain{}, err
	}
	err := run(build, "compiling the Java example", "mvn", "--batch-mode", "--quiet", "-Dmaven.test.skip", "package", "dependency:build-classpath", "-Dmdep.outputFile=target/classpath")
	if err != nil {
		return toolchain{}, err
	}
	libraries, err := os.ReadFile(filepath.Join(build, "example", "target", "classpath"))
	if err != nil {
		return toolchain{}, err
	}
	classpath := strings.Join([]string{filepath.Join(build, "example", "target", "classes"), string(libraries)}, string(os.PathListSeparator))
	// The language host runs one binary.
	start := fmt.Sprintf("#!/bin/sh\nexec java -XX:TieredStopAtLevel=1 -classpath '%s' %s.App\n", classpath, name)
	binary := filepath.Join(build, "start")
	return toolchain{binary: binary}, os.WriteFile(binary, []byte(start), 0o755)
}
