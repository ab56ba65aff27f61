package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// measureSize reports the size of the binaries and what the plugin consists of.
func (b *bench) measureSize(ctx context.Context) error {
	b.section("Size", "Of the stripped binaries for this machine.", "binary", "size")
	for _, command := range []string{"pulumi-resource-pocketid", "pocketid-import", "pocketid-fake"} {
		binary, err := build(ctx, b.root, b.dir, "./cmd/"+command)
		if err != nil {
			return err
		}
		info, err := os.Stat(binary)
		if err != nil {
			return err
		}
		b.row(command, fmt.Sprintf("%.1f MB", float64(info.Size())/1e6))
	}
	sizes, err := b.sizeByModule(ctx)
	if err != nil {
		return err
	}
	modules := slices.SortedFunc(maps.Keys(sizes), func(x, y string) int { return cmp.Compare(sizes[y], sizes[x]) })
	b.printf("\nThe largest dependencies of the plugin, by the size of their symbols:\n\n| module | size |\n|---|---|\n")
	for _, module := range modules[:5] {
		b.row(module, fmt.Sprintf("%.1f MB", float64(sizes[module])/1e6))
	}
	return nil
}

// sizeByModule returns the bytes of the plugin's symbols, by the module that has them. It omits
// the standard library and this module.
func (b *bench) sizeByModule(ctx context.Context) (map[string]int, error) {
	const plugin = "./cmd/pulumi-resource-pocketid"
	symbols := filepath.Join(b.dir, "with-symbols")
	if _, err := b.goCommand(ctx, "build", "-trimpath", "-o", symbols, plugin); err != nil {
		return nil, err
	}
	packages, err := b.goCommand(ctx, "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{$.ImportPath}} {{.Path}}{{end}}{{end}}", plugin)
	if err != nil {
		return nil, err
	}
	moduleOf := map[string]string{}
	for line := range strings.Lines(packages) {
		if pkg, module, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			moduleOf[pkg] = module
		}
	}
	table, err := b.goCommand(ctx, "tool", "nm", "-size", symbols)
	if err != nil {
		return nil, err
	}
	sizes := map[string]int{}
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)                            // address, size, type, name
		if len(fields) < 4 || strings.EqualFold(fields[2], "b") { // zeroed memory is not in the file
			continue
		}
		if module := moduleOf[packageOfSymbol(fields[3])]; module != "" {
			size, _ := strconv.Atoi(fields[1])
			sizes[module] += size
		}
	}
	if len(sizes) < 5 {
		return nil, fmt.Errorf("only %d modules found in the symbols of the plugin", len(sizes))
	}
	return sizes, nil
}

// packageOfSymbol returns the path of the package that a symbol such as
// "type:.eq.example.com/a/b.(*T).Method" is in.
func packageOfSymbol(name string) string {
	for _, prefix := range []string{"type:.eq.", "type:.hash.", "type:"} {
		name = strings.TrimPrefix(name, prefix)
	}
	name, _, _ = strings.Cut(strings.TrimLeft(name, "*[]"), "[") // without type arguments
	slash := strings.LastIndex(name, "/")
	dot := strings.Index(name[slash+1:], ".")
	if dot < 0 {
		return ""
	}
	return strings.ReplaceAll(name[:slash+1+dot], "%2e", ".")
}

func (b *bench) goCommand(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = b.root
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, stderr.String())
	}
	return string(out), nil
}
