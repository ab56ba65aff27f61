package provider

import "strings"

// A part is what there is one of in another object: the members of a group, a
// user's picture. Its id is the owner's and what it is. It must differ from the
// owner's: Pulumi takes a text in a program that it writes for a reference to the
// one resource with that id. An import may name the owner alone.

func partID(owner, part string) string { return owner + "/" + part }

func ownerOf(id, part string) string { return strings.TrimSuffix(id, "/"+part) }

const (
	membersPart        = "members"
	customClaimsPart   = "custom-claims"
	profilePicturePart = "profile-picture"
	scimPart           = "scim-service-provider"
)
