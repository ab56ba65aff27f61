// Package ids knows the forms of IDs: those of the objects of Pocket ID, and those of the
// resources, which an import takes. People write the latter by hand.
package ids

import (
	"fmt"
	"regexp"
	"strings"
)

// ApplicationConfiguration is the ID of the application configuration, which every
// instance has once.
const ApplicationConfiguration = "application-configuration"

// The names of subresources (see Subresource).
const (
	CustomClaims        = "custom-claims"
	Members             = "members"
	ProfilePicture      = "profile-picture"
	SCIMServiceProvider = "scim-service-provider"
)

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// IsUUID reports whether s is a UUID, in upper or lower case.
func IsUUID(s string) bool { return uuidPattern.MatchString(strings.ToLower(s)) }

// IsGenerated reports whether s is a UUID as a server generates it, in lower case, and not
// an ID that somebody has chosen.
func IsGenerated(s string) bool { return uuidPattern.MatchString(s) }

// IsClient reports whether s can be the ID of an OIDC client.
func IsClient(s string) bool {
	return s != "" && !strings.ContainsAny(s, "/\\ #") && strings.Trim(s, ".") != ""
}

// IsObject reports whether s can be the ID of any object. One that begins with ~ would be
// decoded by the server.
func IsObject(s string) bool {
	return s != "" && s[0] != '~' && !strings.ContainsAny(s, "/\\") && strings.Trim(s, ".") != ""
}

// Pair is the ID of a resource that connects two objects, such as a membership:
// "<owner>/<entry>". No ID contains a slash.
func Pair(owner, entry string) string { return owner + "/" + entry }

// SplitPair takes a Pair apart. The error names the form.
func SplitPair(id, form string) (owner, entry string, err error) {
	owner, entry, ok := strings.Cut(id, "/")
	if !ok || owner == "" || entry == "" || strings.Contains(entry, "/") {
		return "", "", fmt.Errorf("the ID %q does not have the form %s", id, form)
	}
	return owner, entry, nil
}

// Subresource is the ID of a subresource: a resource that exists once per owner, such as
// the members of a group. It differs from the owner's ID, because `pulumi import` writes a
// reference for each string that is the ID of exactly one resource.
func Subresource(owner, name string) string { return owner + "/" + name }

// SubresourceOwner is the ID of the owner. An import may name the owner alone.
func SubresourceOwner(id, name string) string { return strings.TrimSuffix(id, "/"+name) }

// ClientSecret is the ID of a client secret: "<client>/<secret>".
func ClientSecret(clientID, secretID string) string { return clientID + "/" + secretID }

// SplitClientSecret takes a ClientSecret apart.
func SplitClientSecret(id string) (clientID, secretID string, err error) {
	i := strings.LastIndex(id, "/")
	if i <= 0 || i == len(id)-1 {
		return "", "", fmt.Errorf("the ID %q does not have the form <clientId>/<secretId>", id)
	}
	return id[:i], id[i+1:], nil
}

// FederatedIdentity is the ID of a federated identity, for which the server has none:
// "<client>#<issuer>". A client ID cannot contain '#'.
func FederatedIdentity(clientID, issuer string) string { return clientID + "#" + issuer }

// SplitFederatedIdentity takes a FederatedIdentity apart.
func SplitFederatedIdentity(id string) (clientID, issuer string, err error) {
	clientID, issuer, ok := strings.Cut(id, "#")
	if !ok || clientID == "" || issuer == "" {
		return "", "", fmt.Errorf("the ID %q does not have the form <clientId>#<issuer>", id)
	}
	return clientID, issuer, nil
}
