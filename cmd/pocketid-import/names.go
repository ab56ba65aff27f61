package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
)

// resourceNames returns the resource name of each object by its key. A name consists of the
// type and the object's name. If several objects would get the same name, a hash of the ID is
// appended to each. The same objects get the same names in every run.
func resourceNames(objects []inventory.Object) map[string]string {
	count := map[string]int{}
	for _, o := range objects {
		count[shortName(o)]++
	}
	names := map[string]string{}
	for _, o := range objects {
		name := shortName(o)
		if count[name] > 1 || slug(o.Name) == "" && o.Name != "" {
			name += "-" + shortHash(o.ID)
		}
		names[key(o.Type, o.ID)] = name
	}
	return names
}

// shortHash distinguishes objects that have the same name.
func shortHash(id string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(id)))[:8] }

func shortName(o inventory.Object) string {
	typ, name := slug(o.Type), slug(o.Name)
	if name == typ { // there is only one per instance
		return typ
	}
	return strings.Trim(typ+"-"+name, "-")
}

var (
	camelCaseBoundary = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	separators        = regexp.MustCompile(`[^a-z0-9]+`)
)

const maxSlugLength = 60

// slug converts a name to lower-case letters, digits and dashes: "Developers (EU)" to
// "developers-eu", "federatedIdentity" to "federated-identity".
func slug(name string) string {
	name = strings.NewReplacer("https://", "", "http://", "").Replace(name)
	withoutAccents := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)))
	if plain, _, err := transform.String(withoutAccents, name); err == nil {
		name = plain
	}
	name = strings.ToLower(camelCaseBoundary.ReplaceAllString(name, "$1-$2"))
	name = strings.Trim(separators.ReplaceAllString(name, "-"), "-")
	return strings.Trim(name[:min(len(name), maxSlugLength)], "-")
}

// sameNamePairs returns the pairs of objects that have the same name, described for people.
// In the program that it generates, `pulumi import` replaces a string by a reference to the
// resource with this ID or name, if there is exactly one other. So two objects with one name
// refer to each other. With three or more, or if the name is also an ID, it writes no reference.
func sameNamePairs(objects []inventory.Object) (pairs [][2]string) {
	infos := typeInfos()
	matches := map[string][]string{} // descriptions by ID or name; "" for an ID
	for _, o := range objects {
		matches[o.ID] = append(matches[o.ID], "")
		if infos[o.Type].hasNameProperty {
			matches[o.Name] = append(matches[o.Name], describe(o))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(matches)) {
		if found := matches[name]; len(found) == 2 && !slices.Contains(found, "") {
			pairs = append(pairs, [2]string(found))
		}
	}
	return pairs
}

func describe(o inventory.Object) string { return fmt.Sprintf("%s %q (%s)", o.Type, o.Name, o.ID) }
