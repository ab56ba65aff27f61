package lifecycle

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// namePrefix begins the import ID of an object that is imported by its name.
const namePrefix = "name:"

// NameImporter is a Lister whose objects can be imported by the name that List returns,
// as well as by ID: `pulumi import pocketid:index:Group devs name:developers`.
type NameImporter interface {
	Lister
	// ImportedByName is what to call one object in an error, such as "group".
	ImportedByName() string
}

// importID returns the ID of the object that an import names. The state has that ID, and
// never the name.
func importID(ctx context.Context, typ tokens.Type, implementation any, id string) (string, error) {
	name, byName := strings.CutPrefix(id, namePrefix)
	if !byName {
		return id, nil
	}
	r, ok := implementation.(NameImporter)
	if !ok {
		return "", fmt.Errorf("%s is imported by its ID, not by a name", typ)
	}
	all, err := r.List(ctx, nil)
	if err != nil {
		return "", err
	}
	name = inputs.NormalizeNFC(name)
	var found []Listed
	for _, l := range all {
		if inputs.NormalizeNFC(l.Name) == name {
			found = append(found, l)
		}
	}
	one, err := inputs.Only(r.ImportedByName(), fmt.Sprintf("the name %q", name), "import one by its ID", found, all, describeListed)
	return one.ID, err
}

func describeListed(l Listed) string { return fmt.Sprintf("%q (%s)", l.Name, l.ID) }
