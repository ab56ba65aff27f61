// Package inventory lists the objects of an instance that can be imported: for the
// provider, whose resources list their own kind, and for pocketid-import, which lists all.
package inventory

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// Object is an object of an instance that can be imported.
type Object struct {
	Type string // of the resource: "Client"
	ID   string // as `pulumi import` takes it
	Name string // for people
	LDAP bool   // it comes from an LDAP directory, which overwrites changes
}

// Filter limits a list to the objects that belong to others. A field is the ID of such an
// object, or empty. Each list has its own fields, and ignores the others.
type Filter struct {
	ClientID, GroupID, APIID string
}

// List lists objects of one type, in any order.
type List func(context.Context, *api.Conn, Filter) ([]Object, error)

// lists has the list of each type, in the order of an import file.
var lists = []struct {
	typ  string
	list List
}{
	{"Client", Clients},
	{"ClientSecret", ClientSecrets},
	{"Group", Groups},
	{"FederatedIdentity", FederatedIdentities},
	{"User", Users},
	{"UserCustomClaims", UserCustomClaims},
	{"GroupCustomClaims", GroupCustomClaims},
	{"Api", APIs},
	{"ApiGrant", APIGrants},
	{"ApplicationImage", ApplicationImages},
	{"ApplicationConfiguration", ApplicationConfiguration},
	{"GroupMembers", GroupMemberLists},
	{"GroupMember", GroupMemberships},
	{"ClientGroupAccess", ClientGroupAccess},
	{"SignupToken", SignupTokens},
	{"ScimServiceProvider", SCIMServiceProviders},
}

// Types are the names of the resources whose objects can be listed.
func Types() []string {
	var types []string
	for _, l := range lists {
		types = append(types, l.typ)
	}
	return types
}

// Of lists all objects of a type, sorted by ID.
func Of(ctx context.Context, conn *api.Conn, typ string) ([]Object, error) {
	for _, l := range lists {
		if l.typ != typ {
			continue
		}
		found, err := l.list(ctx, conn, Filter{})
		slices.SortFunc(found, func(a, b Object) int { return cmp.Compare(a.ID, b.ID) })
		return found, err
	}
	return nil, fmt.Errorf("%s cannot be listed", typ)
}
