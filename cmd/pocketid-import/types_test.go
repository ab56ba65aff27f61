package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
)

func TestEveryListableTypeIsDescribed(t *testing.T) {
	infos := typeInfos()
	for _, typ := range inventory.Types() {
		require.Contains(t, infos, typ, "the provider can list %s: add it to typeInfos", typ)
	}
	for typ, info := range infos {
		require.Contains(t, inventory.Types(), typ, "the provider cannot list %s: remove it from typeInfos", typ)
		for _, other := range []string{info.owner, info.managedBy} {
			if other != "" {
				require.Contains(t, infos, other, typ)
			}
		}
	}
}

func TestOwnerIsFoundByTheID(t *testing.T) {
	for id, object := range map[string]inventory.Object{
		"Client wiki": {Type: "FederatedIdentity", ID: "wiki#https://token.example.com/one"},
		"Group g":     {Type: "GroupMember", ID: "g/u"},
		"Api a":       {Type: "ApiGrant", ID: "a/wiki"},
		"User u":      {Type: "UserCustomClaims", ID: "u/custom-claims"},
		"":            {Type: "Client", ID: "wiki"},
	} {
		require.Equal(t, id, ownerKey(object))
	}
}
