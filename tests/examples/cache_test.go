package examples

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// installation describes what a package manager installs for an example.
type installation struct {
	example, language string
	sdk               string   // the folder of the SDK in sdk/; empty if the example does not use it
	inputs            []string // files of the example that determine what is installed
	// install is called with copies of the SDK and of the example, whose relative location is
	// the same as in the repository.
	install func(sdk, example string) error
}

// installCached installs packages to .cache/, unless the same ones are there already, and
// returns the folder of the example in it. The packages include the SDK.
func installCached(i installation) (string, error) {
	from := examplePath(i.example, i.language)
	key, err := i.key(from)
	if err != nil {
		return "", err
	}
	folder := filepath.Join("examples", i.example, i.language)
	installed, err := fillCache(i.example+"."+i.language, key, func(fresh string) error {
		sdkCopy, exampleCopy := filepath.Join(fresh, "sdk", i.sdk), filepath.Join(fresh, folder)
		if err := copyFolder(from, exampleCopy); err != nil {
			return err
		}
		if i.sdk != "" {
			if err := copyFolder(i.sdkPath(), sdkCopy); err != nil {
				return err
			}
		}
		if err := i.install(sdkCopy, exampleCopy); err != nil {
			return err
		}
		return os.RemoveAll(filepath.Join(fresh, "sdk"))
	})
	return filepath.Join(installed, folder), err
}

// fillCache returns the folder of .cache/ for a name and a key. If there is none, fill
// installs to a new folder, and folders of the same name with other keys are deleted.
func fillCache(name, key string, fill func(fresh string) error) (string, error) {
	cache := filepath.Join(repository, ".cache", "examples")
	final := filepath.Join(cache, name+"-"+key)
	if _, err := os.Stat(final); err == nil {
		return final, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	// Install to a temporary folder and rename it, so that an interrupted installation is
	// never used.
	fresh, err := os.MkdirTemp(cache, "new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(fresh)
	if err := fill(fresh); err != nil {
		return "", err
	}
	if err := removeOld(cache, name, final); err != nil {
		return "", err
	}
	// Another run may have finished the same installation first.
	if err := os.Rename(fresh, final); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return final, nil
}

func (i installation) sdkPath() string { return filepath.Join(repository, "sdk", i.sdk) }

// key returns a hash of all files that determine what is installed.
func (i installation) key(example string) (string, error) {
	var files []string
	for _, name := range i.inputs {
		files = append(files, filepath.Join(example, name))
	}
	if i.sdk != "" {
		err := walkSources(i.sdkPath(), func(path, _ string) error {
			files = append(files, path)
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	return hashFiles(files)
}

// hashFiles returns a hash of the names and contents of files.
func hashFiles(files []string) (string, error) {
	slices.Sort(files)
	sum := sha256.New()
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n%s", filepath.Base(file), len(content), content)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// removeOld deletes installations that are no longer used. Each takes about 100 MB.
func removeOld(cache, name, current string) error {
	old, err := filepath.Glob(filepath.Join(cache, name+"-*"))
	for _, folder := range old {
		if folder != current {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}
	return err
}

func copyFolder(from, to string) error {
	return walkSources(from, func(path, relative string) error {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}

// walkSources calls visit for each file of a folder, except files that a package manager, a
// compiler or the Pulumi CLI creates.
func walkSources(root string, visit func(path, relative string) error) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != root && (slices.Contains([]string{"node_modules", "bin", "build", "dist", "venv", "__pycache__", "target", "obj"}, name) || strings.HasSuffix(name, ".egg-info")) {
				return fs.SkipDir
			}
			return nil
		}
		if settings, _ := filepath.Match("Pulumi.*.yaml", name); settings || !entry.Type().IsRegular() {
			return nil
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return visit(path, relative)
	})
}
