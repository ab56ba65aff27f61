package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider"
)

// types is a flag with names of types.
type types []string

func (t *types) String() string { return strings.Join(*t, ",") }

func (t *types) Set(list string) error {
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			*t = append(*t, name)
		}
	}
	return nil
}

// parts are types whose objects are parts of others that are in the file already:
// two resources for one thing would fight.
func parts() types {
	return types{"ClientGroupAccess", "ClientSecret", "GroupCustomClaims", "GroupMember", "UserCustomClaims"}
}

// choose is what there is, or only some, without others. Upper and lower case do not matter.
func choose(all []string, only, exclude types) (chosen []string, err error) {
	for _, name := range append(slices.Clone(only), exclude...) {
		if !slices.ContainsFunc(all, func(t string) bool { return strings.EqualFold(t, name) }) {
			return nil, fmt.Errorf("there is no type %q to list; there are %s", name, strings.Join(slices.Sorted(slices.Values(all)), ", "))
		}
	}
	in := func(list types, t string) bool {
		return slices.ContainsFunc(list, func(name string) bool { return strings.EqualFold(t, name) })
	}
	for _, t := range all {
		wanted := in(only, t) || len(only) == 0 && !in(parts(), t)
		if wanted && !in(exclude, t) {
			chosen = append(chosen, t)
		}
	}
	return chosen, nil
}

// claimsOfOthers are types of which only those are wanted that belong to what comes
// from LDAP: claims do not, and where the owner is in the file, it says them.
func claimsOfOthers(only, exclude types) (wanted []string) {
	for _, typ := range []string{"GroupCustomClaims", "UserCustomClaims"} {
		if len(only) == 0 && !slices.ContainsFunc(exclude, func(name string) bool { return strings.EqualFold(name, typ) }) {
			wanted = append(wanted, typ)
		}
	}
	return wanted
}

// file is what `pulumi import --file` reads.
type file struct {
	Resources []entry `json:"resources"`
}

type entry struct {
	Type   string `json:"type"`
	Name   string `json:"name"`
	ID     string `json:"id"`
	Parent string `json:"parent,omitempty"`
}

// read lists the chosen types and names what it finds. At each tick it says that it
// still does: servers before 2.10 answer one request a second after the first hundred.
func read(ctx context.Context, inventory *provider.Inventory, chosen, claims []string, notes io.Writer, ticks <-chan time.Time) (*file, error) {
	var objects []provider.Object
	leftOut := map[string]bool{}
	for i, typ := range chosen {
		fmt.Fprintf(notes, "[%d/%d] %s: ", i+1, len(chosen), typ)
		found, err := waiting(notes, ticks, func() ([]provider.Object, error) { return inventory.Of(ctx, typ) })
		if errors.Is(err, provider.ErrTooOld) {
			fmt.Fprintln(notes, provider.ErrTooOld)
			continue
		}
		if err != nil {
			fmt.Fprintln(notes, "failed")
			return nil, fmt.Errorf("%s: %w", typ, err)
		}
		fmt.Fprintln(notes, len(found))
		for _, o := range found {
			if o.LDAP {
				fmt.Fprintf(notes, "# left out: %s %q (%s) comes from LDAP\n", o.Type, o.Name, o.ID)
				leftOut[named(o.Type, o.ID)] = true
				continue
			}
			objects = append(objects, o)
		}
	}
	for _, typ := range claims {
		if len(leftOut) == 0 {
			break
		}
		found, err := inventory.Of(ctx, typ)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", typ, err)
		}
		found = slices.DeleteFunc(found, func(o provider.Object) bool { return !leftOut[parentOf(o)] })
		fmt.Fprintf(notes, "%s of those that come from LDAP: %d\n", typ, len(found))
		objects = append(objects, found...)
	}
	if pairs := namesakes(objects); len(pairs) > 0 {
		more := ""
		if n := len(pairs) - 1; n > 0 {
			more = fmt.Sprintf(", and so have %d more pairs", n)
		}
		fmt.Fprintf(notes, "# %s and %s have one name%s: Pulumi takes each for a reference to the other, and then writes ids in the whole program where else it writes references\n",
			pairs[0][0], pairs[0][1], more)
	}
	names := nameAll(objects)
	f := &file{Resources: []entry{}}
	for _, o := range objects {
		f.Resources = append(f.Resources, entry{
			Type: "pocketid:index:" + o.Type, Name: names[named(o.Type, o.ID)], ID: o.ID, Parent: names[parentOf(o)],
		})
	}
	return f, nil
}

// namesakes are objects of which exactly two have one name. A program that Pulumi
// writes says of a text that it refers to the one other resource with that id or
// name; of two it would say so of both, so then it says so of nothing.
func namesakes(objects []provider.Object) (pairs [][2]string) {
	holders := map[string][]string{} // of an id or a name
	for _, o := range objects {
		called := fmt.Sprintf("%s %q (%s)", o.Type, o.Name, o.ID)
		holders[o.ID] = append(holders[o.ID], "")
		if slices.Contains([]string{"Api", "Client", "Group"}, o.Type) { // which have a property of this name
			holders[o.Name] = append(holders[o.Name], called)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(holders)) {
		if two := holders[name]; len(two) == 2 && !slices.Contains(two, "") {
			pairs = append(pairs, [2]string(two))
		}
	}
	return pairs
}

// waiting prints a dot at each tick while something is read.
func waiting(notes io.Writer, ticks <-chan time.Time, reading func() ([]provider.Object, error)) (found []provider.Object, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		found, err = reading()
	}()
	for {
		select {
		case <-done:
			return found, err
		case <-ticks:
			fmt.Fprint(notes, ".")
		}
	}
}

func named(typ, id string) string { return typ + " " + id }

// owners are the types whose objects belong to others, and end with them. Their ids
// begin with the owner's.
func owners() map[string]string {
	return map[string]string{
		"ApiGrant": "Api", "ClientGroupAccess": "Client", "ClientSecret": "Client", "FederatedIdentity": "Client", "GroupCustomClaims": "Group",
		"GroupMember": "Group", "GroupMembers": "Group", "ScimServiceProvider": "Client", "UserCustomClaims": "User", "UserProfilePicture": "User",
	}
}

// parentOf names the object that another belongs to, if it does.
func parentOf(o provider.Object) string {
	owner, ok := owners()[o.Type]
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(o.ID, "/")
	id, _, _ = strings.Cut(id, "#")
	return named(owner, id)
}

// nameAll gives each object a name that stays the same from run to run: its type and
// what people call it. Of those that are called alike, each gets a part of a hash of its id too.
func nameAll(objects []provider.Object) map[string]string {
	called := map[string]int{}
	plain := func(o provider.Object) string {
		typ, name := slug(o.Type), slug(o.Name)
		if name == typ { // of what there is only one of
			return typ
		}
		return strings.Trim(typ+"-"+name, "-")
	}
	for _, o := range objects {
		called[plain(o)]++
	}
	names := map[string]string{}
	for _, o := range objects {
		name := plain(o)
		if called[name] > 1 || slug(o.Name) == "" && o.Name != "" {
			name = fmt.Sprintf("%s-%x", name, sha256.Sum256([]byte(o.ID)))[:len(name)+1+8]
		}
		names[named(o.Type, o.ID)] = name
	}
	return names
}

var (
	words   = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	between = regexp.MustCompile(`[^a-z0-9]+`)
)

const longestSlug = 60

// slug is a name in small letters, digits and dashes: "Developers (EU)" is
// "developers-eu", "federatedIdentity" is "federated-identity".
func slug(name string) string {
	name = strings.NewReplacer("https://", "", "http://", "").Replace(name)
	bare := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)))
	if without, _, err := transform.String(bare, name); err == nil {
		name = without
	}
	name = strings.Trim(between.ReplaceAllString(strings.ToLower(words.ReplaceAllString(name, "$1-$2")), "-"), "-")
	return strings.Trim(name[:min(len(name), longestSlug)], "-")
}

// write writes the file, and a summary for people.
func (f *file) write(path string, out, notes io.Writer) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(f); err != nil {
		return err
	}
	if path == "" {
		if _, err := text.WriteTo(out); err != nil {
			return err
		}
	} else if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		return err
	}
	counts := map[string]int{}
	for _, e := range f.Resources {
		counts[strings.TrimPrefix(e.Type, "pocketid:index:")]++
	}
	fmt.Fprintf(notes, "%d objects", len(f.Resources))
	for i, typ := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) }) {
		fmt.Fprintf(notes, "%s %d %s", map[bool]string{true: ":", false: ","}[i == 0], counts[typ], typ)
	}
	fmt.Fprintf(notes, "\nnext: pulumi import --file %s --out <program>\n", cmp.Or(path, "<file>"))
	return nil
}
