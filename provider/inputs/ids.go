package inputs

import (
	"fmt"
	"regexp"
	"strings"
)

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// IsUUID reports whether s is a UUID, in upper or lower case.
func IsUUID(s string) bool { return uuidPattern.MatchString(strings.ToLower(s)) }

// IsGeneratedID reports whether s is a UUID as a server generates it, in lower
// case, and not an ID that somebody has chosen.
func IsGeneratedID(s string) bool { return uuidPattern.MatchString(s) }

// IsClientID reports whether s can be the ID of an OIDC client.
func IsClientID(s string) bool {
	return s != "" && !strings.ContainsAny(s, "/\\ #") && strings.Trim(s, ".") != ""
}

// UUID requires the UUID of an object of a kind ("user").
func (c *Checker) UUID(property, id, kind string) {
	c.Require(IsUUID(id), property, "must be the ID of a %s, which is a UUID (got %s)", kind, c.Quote(property, id))
}

// ClientID requires the ID of an OIDC client.
func (c *Checker) ClientID(property, id string) {
	c.Require(IsClientID(id), property, "must be the ID of a client (got %s)", c.Quote(property, id))
}

// ObjectID requires what can be the ID of an object of a kind ("user group"). An ID
// that begins with ~ would be decoded by the server.
func (c *Checker) ObjectID(property, id, kind string) {
	ok := id != "" && id[0] != '~' && !strings.ContainsAny(id, "/\\") && strings.Trim(id, ".") != ""
	c.Require(ok, property, "must be the ID of a %s (got %s)", kind, c.Quote(property, id))
}

// PairID is the ID of a resource that connects two objects, such as a membership:
// "<owner>/<entry>". People write it by hand to import one. No ID contains a slash.
func PairID(owner, entry string) string { return owner + "/" + entry }

// SplitPairID takes a PairID apart. The error names the form.
func SplitPairID(id, form string) (owner, entry string, err error) {
	owner, entry, ok := strings.Cut(id, "/")
	if !ok || owner == "" || entry == "" || strings.Contains(entry, "/") {
		return "", "", fmt.Errorf("the ID %q does not have the form %s", id, form)
	}
	return owner, entry, nil
}

// SubresourceID is the ID of a subresource: a resource that exists once per owner,
// such as the members of a group. It differs from the owner's ID, because `pulumi
// import` writes a reference for each string that is the ID of exactly one resource.
func SubresourceID(owner, name string) string { return owner + "/" + name }

// SubresourceOwner is the ID of the owner. An import may name the owner alone.
func SubresourceOwner(id, name string) string { return strings.TrimSuffix(id, "/"+name) }
