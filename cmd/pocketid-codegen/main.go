// Command pocketid-codegen generates schema.json and the SDKs from the provider. It needs neither
// the Pulumi CLI nor a language host.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	root := flag.String("root", ".", "root `directory` of the repository")
	flag.Parse()
	if err := run(context.Background(), *root); err != nil {
		fmt.Fprintln(os.Stderr, "pocketid-codegen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root string) error {
	read, err := readSources(root)
	if err != nil {
		return err
	}
	files, err := generate(ctx, read)
	if err != nil {
		return err
	}
	for path, content := range files {
		if err := write(filepath.Join(root, path), content); err != nil {
			return err
		}
	}
	stale, err := staleFiles(root, files)
	if err != nil {
		return err
	}
	for _, path := range stale {
		err = errors.Join(err, os.Remove(filepath.Join(root, path)))
	}
	return err
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// staleFiles returns the files in sdk/ that are not generated any more.
func staleFiles(root string, generated map[string][]byte) ([]string, error) {
	var stale []string
	err := filepath.WalkDir(filepath.Join(root, "sdk"), func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case entry.IsDir() && slices.Contains(buildDirectories(), entry.Name()):
			return filepath.SkipDir
		case entry.IsDir() || slices.Contains(handWrittenFiles(), rel) || generated[rel] != nil:
			return nil
		}
		stale = append(stale, rel)
		return nil
	})
	return stale, err
}

// handWrittenFiles returns the files in sdk/ that people or package managers write.
func handWrittenFiles() []string {
	return []string{
		"sdk/README.md",
		"sdk/go/pocketid/go.mod",
		"sdk/go/pocketid/go.sum",
		"sdk/nodejs/package-lock.json",
	}
}

// buildDirectories returns the names of directories that builds of an SDK create. Git ignores them.
func buildDirectories() []string {
	return []string{"node_modules", "bin", "build", "dist", "__pycache__", ".venv", "pulumi_pocketid.egg-info", "obj", "target"}
}
