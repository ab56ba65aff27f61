package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
)

const typePrefix = "pocketid:index:"

// file is the input of `pulumi import --file`.
type file struct {
	Resources []entry `json:"resources"`
}

type entry struct {
	Type string `json:"type"`
	Name string `json:"name"` // unique in the file
	// LogicalName is the name of the resource, if it differs from Name: only resources of one type need different names.
	LogicalName string `json:"logicalName,omitempty"`
	ID          string `json:"id"`
	Parent      string `json:"parent,omitempty"`
}

// newFile makes a file of objects. names has the resource name of each by its key.
func newFile(objects []inventory.Object, names map[string]string) *file {
	f := &file{Resources: []entry{}}
	for _, o := range objects {
		f.Resources = append(f.Resources, entry{
			Type: typePrefix + o.Type, Name: names[key(o.Type, o.ID)], ID: o.ID, Parent: names[ownerKey(o)],
		})
	}
	return f
}

// newStateFile makes a file of the objects in the state of another tool. They have no parents, as in that tool, so that a
// program that was converted from there declares the same resources.
func newStateFile(objects []stateObject, names map[string]resourceName) *file {
	f := &file{Resources: []entry{}}
	for _, o := range objects {
		name := names[key(o.Type, o.ID)]
		e := entry{Type: typePrefix + o.Type, Name: name.inFile, ID: o.ID}
		if name.logical != name.inFile {
			e.LogicalName = name.logical
		}
		f.Resources = append(f.Resources, e)
	}
	return f
}

// write writes the file to path, or to out if path is empty.
func (f *file) write(path string, out io.Writer) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(f); err != nil {
		return err
	}
	if path == "" {
		_, err := text.WriteTo(out)
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o600)
}

// summary counts the objects by type, the most frequent first.
func (f *file) summary() string {
	counts := map[string]int{}
	for _, e := range f.Resources {
		counts[strings.TrimPrefix(e.Type, typePrefix)]++
	}
	var list []string
	for _, typ := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) }) {
		list = append(list, fmt.Sprintf("%d %s", counts[typ], typ))
	}
	text := fmt.Sprintf("%d objects", len(f.Resources))
	if len(list) > 0 {
		text += ": " + strings.Join(list, ", ")
	}
	return text
}
