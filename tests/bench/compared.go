package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// comparedOperations has what both tools can do. A plan that finds a change is an error.
var comparedOperations = []struct {
	name              string
	pulumi, terraform []string
}{
	{"create", []string{"up", "--yes", "--skip-preview"}, []string{"apply", "-auto-approve"}},
	{"plan without refresh", []string{"preview", "--expect-no-changes"}, []string{"plan", "-refresh=false", "-detailed-exitcode"}},
	{"plan with refresh", []string{"preview", "--refresh", "--expect-no-changes"}, []string{"plan", "-detailed-exitcode"}},
	{"refresh", []string{"refresh", "--yes", "--skip-preview", "--expect-no-changes"}, []string{"apply", "-refresh-only", "-auto-approve"}},
	{"delete", []string{"destroy", "--yes", "--skip-preview"}, []string{"destroy", "-auto-approve"}},
}

// comparedCommands lists the commands, for the report.
func comparedCommands() string {
	var text strings.Builder
	for _, o := range comparedOperations {
		fmt.Fprintf(&text, "\n- %s: `pulumi %s`, `terraform %s`", o.name, strings.Join(o.pulumi, " "), strings.Join(o.terraform, " "))
	}
	return text.String()
}

// comparedObjects are clients, each with one of the groups.
type comparedObjects struct {
	prefix          string // of the names
	groups, clients int
	public          bool // otherwise each client has a secret
}

// newestWithSecrets is the newest version on which the Terraform provider 2.3 can create
// client secrets: it uses a path that later versions do not have.
const newestWithSecrets = "2.13.0"

// objectsFor returns the objects for the version of a server, and its version.
func objectsFor(ctx context.Context, s *server, groups, clients int) (comparedObjects, api.Version, error) {
	conn, err := api.New(api.Options{BaseURL: s.web.URL, APIKey: apiKey})
	if err != nil {
		return comparedObjects{}, api.Version{}, err
	}
	version, err := conn.Version(ctx)
	return comparedObjects{groups: groups, clients: clients, public: version.Has(api.MultipleSecrets)}, version, err
}

func (o comparedObjects) kind() string {
	if o.public {
		return "public"
	}
	return "confidential"
}

// pulumi declares the objects as resources of a YAML program.
func (o comparedObjects) pulumi() string {
	var text strings.Builder
	for i := range o.groups {
		fmt.Fprintf(&text, "  g%d: {type: pocketid:Group, properties: {name: %s-%d, friendlyName: Group}}\n", i, o.prefix, i)
	}
	for i := range o.clients {
		fmt.Fprintf(&text, "  c%d: {type: pocketid:Client, properties: {name: %s %d, isPublic: %t, callbackUrls: [https://app.example/callback], allowedUserGroups: [\"${g%d.id}\"]}}\n",
			i, o.prefix, i, o.public, i%o.groups)
	}
	return text.String()
}

// terraform declares the same objects.
func (o comparedObjects) terraform() string {
	var text strings.Builder
	for i := range o.groups {
		fmt.Fprintf(&text, "resource \"pocketid_group\" \"g%d\" {\n  name          = \"%s-%d\"\n  friendly_name = \"Group\"\n}\n", i, o.prefix, i)
	}
	for i := range o.clients {
		fmt.Fprintf(&text, "resource \"pocketid_client\" \"c%d\" {\n  name                = \"%s %d\"\n  is_public           = %t\n  callback_urls       = [\"https://app.example/callback\"]\n"+
			"  allowed_user_groups = [pocketid_group.g%d.id]\n}\n", i, o.prefix, i, o.public, i%o.groups)
	}
	return text.String()
}
