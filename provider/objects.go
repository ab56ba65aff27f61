package provider

import (
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// The objects on the server that more than one resource of a program can manage. Each
// resource declares them (lifecycle.Declaration), so that two that manage the same one
// are a conflict, and so that deleting one keeps what another declares.

func groupMembers(groupID string) lifecycle.Object {
	return lifecycle.Object{Kind: "members", Owner: foldUUID(groupID)}
}

func clientGroups(clientID string) lifecycle.Object {
	return lifecycle.Object{Kind: "allowed groups", Owner: clientID}
}

func customClaims(owner api.ClaimOwner, id string) lifecycle.Object {
	return lifecycle.Object{Kind: "custom claims", Owner: string(owner) + " " + foldUUID(id)}
}

func profilePicture(userID string) lifecycle.Object {
	return lifecycle.Object{Kind: "profile picture", Owner: foldUUID(userID)}
}

// foldUUID returns the one form of the ID of a user or a group, which is a UUID: a database may compare
// UUIDs without regard to case.
func foldUUID(id string) string { return strings.ToLower(id) }

func applicationImage(kind string) lifecycle.Object {
	return lifecycle.Object{Kind: "image " + kind}
}

func instanceConfiguration() lifecycle.Object {
	return lifecycle.Object{Kind: "application configuration"}
}

func federatedIdentities(clientID, issuer string) lifecycle.Object {
	return lifecycle.Object{Kind: "federated identity " + issuer, Owner: clientID}
}

// onlyOneConflict is the conflict of two resources for an object that exists once.
const onlyOneConflict = "%s also manages this object, which exists only once; declare it in only one of the two"

// Instance is the part of the state that identifies the Pocket ID instance of an object.
// Package lifecycle sets it.
type Instance struct {
	Issuer string `pulumi:"issuer"`
}

// Annotate describes the output.
func (i *Instance) Annotate(a infer.Annotator) {
	a.Describe(&i.Issuer, "Issuer URL of the Pocket ID instance.")
}
