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

// installation is what a package manager installs for an example.
type installation struct {
	language, sdk string
	depends       []string // files of the example that say what to install
	// install installs, given copies of the SDK and of the example that lie to
	// each other as in the repository.
	install func(sdk, example string) error
}

// cached installs what is not yet in .cache/, or has changed since, and returns
// the folder of the example there. The SDK is part of what is installed.
func cached(i installation) (string, error) {
	sdk := filepath.Join(repository, "sdk", i.sdk)
	from := example("quickstart", i.language)
	key, err := i.key(sdk, from)
	if err != nil {
		return "", err
	}
	shelf := filepath.Join(repository, ".cache", "examples")
	final := filepath.Join(shelf, i.language+"-"+key)
	folder := filepath.Join("examples", "quickstart", i.language)
	if _, err := os.Stat(final); err == nil {
		return filepath.Join(final, folder), nil
	}
	if err := os.MkdirAll(shelf, 0o755); err != nil {
		return "", err
	}
	// Made aside and then moved: an interrupted one is never taken for whole.
	fresh, err := os.MkdirTemp(shelf, "new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(fresh)
	theirs, ours := filepath.Join(fresh, "sdk", i.sdk), filepath.Join(fresh, folder)
	if err := errors.Join(copyFolder(sdk, theirs), copyFolder(from, ours)); err != nil {
		return "", err
	}
	if err := i.install(theirs, ours); err != nil {
		return "", err
	}
	if err := os.RemoveAll(filepath.Join(fresh, "sdk")); err != nil {
		return "", err
	}
	if err := dropOld(shelf, i.language, final); err != nil {
		return "", err
	}
	// Another run may have been faster.
	if err := os.Rename(fresh, final); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return filepath.Join(final, folder), nil
}

// key is a hash of what decides what is installed.
func (i installation) key(sdk, example string) (string, error) {
	var files []string
	for _, name := range i.depends {
		files = append(files, filepath.Join(example, name))
	}
	err := walk(sdk, func(path, _ string) error {
		files = append(files, path)
		return nil
	})
	if err != nil {
		return "", err
	}
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

// dropOld makes room: each installation takes some 100 MB.
func dropOld(shelf, language, current string) error {
	old, err := filepath.Glob(filepath.Join(shelf, language+"-*"))
	for _, folder := range old {
		if folder != current {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}
	return err
}

func copyFolder(from, to string) error {
	return walk(from, func(path, relative string) error {
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

// walk calls visit for each file of a folder that is not the leavings of a
// package manager, a compiler or the Pulumi CLI.
func walk(root string, visit func(path, relative string) error) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != root && (slices.Contains([]string{"node_modules", "bin", "build", "dist", "venv", "__pycache__"}, name) || strings.HasSuffix(name, ".egg-info")) {
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
