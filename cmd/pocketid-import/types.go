package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
)

// typeInfo describes how objects of one resource type are written to the import file.
type typeInfo struct {
	// owner is the type of the object that an object of this type belongs to and is deleted with.
	// The object's ID begins with the owner's ID. Empty for independent objects.
	owner string
	// managedBy is the type whose resources manage objects of this type already. Importing both
	// would make two resources manage one thing, so that this type is listed only on request.
	managedBy string
	// notFromLDAP is set if a directory manages the owner but not the object. It is imported
	// instead of an owner that comes from LDAP.
	notFromLDAP bool
	// hasNameProperty is set if the resource has an input "name", equal to the object's name.
	hasNameProperty bool
}

// typeInfos has an entry for each type that the provider can list.
func typeInfos() map[string]typeInfo {
	return map[string]typeInfo{
		"Api":                      {hasNameProperty: true},
		"ApiGrant":                 {owner: "Api"},
		"ApplicationConfiguration": {},
		"ApplicationImage":         {},
		"Client":                   {hasNameProperty: true},
		"ClientGroupAccess":        {owner: "Client", managedBy: "Client"},
		"ClientSecret":             {owner: "Client", managedBy: "Client"},
		"FederatedIdentity":        {owner: "Client"},
		"Group":                    {hasNameProperty: true},
		"GroupCustomClaims":        {owner: "Group", managedBy: "Group", notFromLDAP: true},
		"GroupMember":              {owner: "Group", managedBy: "GroupMembers"},
		"GroupMembers":             {owner: "Group"},
		"ScimServiceProvider":      {owner: "Client"},
		"SignupToken":              {},
		"User":                     {},
		"UserCustomClaims":         {owner: "User", managedBy: "User", notFromLDAP: true},
	}
}

// typesWhere returns the types whose info satisfies a condition, in alphabetical order.
func typesWhere(condition func(typeInfo) bool) typeList {
	infos := typeInfos()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(infos)), func(t string) bool { return !condition(infos[t]) })
}

// typeList is a flag whose value is a list of types, separated by commas.
type typeList []string

func (l *typeList) String() string { return strings.Join(*l, ", ") }

func (l *typeList) Set(value string) error {
	for name := range strings.SplitSeq(value, ",") {
		if name = strings.TrimSpace(name); name != "" {
			*l = append(*l, name)
		}
	}
	return nil
}

// contains ignores case.
func (l typeList) contains(typ string) bool {
	return slices.ContainsFunc(l, func(name string) bool { return strings.EqualFold(name, typ) })
}

// managedByOthers returns the types that are listed only on request.
func managedByOthers() typeList {
	return typesWhere(func(info typeInfo) bool { return info.managedBy != "" })
}

// selectTypes returns those of all types that the flags -only and -exclude select.
func selectTypes(all []string, only, exclude typeList) (selected []string, err error) {
	for _, name := range slices.Concat(only, exclude) {
		if !typeList(all).contains(name) {
			return nil, fmt.Errorf("type %q cannot be listed; use %s", name, strings.Join(slices.Sorted(slices.Values(all)), ", "))
		}
	}
	for _, t := range all {
		included := only.contains(t) || len(only) == 0 && !managedByOthers().contains(t)
		if included && !exclude.contains(t) {
			selected = append(selected, t)
		}
	}
	return selected, nil
}

// typesForLDAPOwners returns the types to list for owners that come from LDAP. Other owners
// manage such objects themselves.
func typesForLDAPOwners(only, exclude typeList) []string {
	if len(only) > 0 {
		return nil
	}
	types := typesWhere(func(info typeInfo) bool { return info.notFromLDAP })
	return slices.DeleteFunc(types, exclude.contains)
}

// key identifies an object among those of all types.
func key(typ, id string) string { return typ + " " + id }

// ownerKey returns the key of the object's owner, or "" if it has none.
func ownerKey(o inventory.Object) string {
	owner := typeInfos()[o.Type].owner
	if owner == "" {
		return ""
	}
	id, _, _ := strings.Cut(o.ID, "/")
	id, _, _ = strings.Cut(id, "#")
	return key(owner, id)
}
