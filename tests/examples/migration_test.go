package examples

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// otherPackage returns an object as the state of the package pocket-id has it: the type, and the outputs that identify it.
func otherPackage(typ, id string) (otherType string, outputs object) {
	owner, part, _ := strings.Cut(id, "/")
	switch typ {
	case "Client":
		return "OidcClient", object{"clientId": id, "credentials": object{"federatedIdentities": []any{}}}
	case "ClientSecret":
		return "OidcClientSecret", object{"clientId": owner, "secretId": part}
	case "Group":
		return "UserGroup", object{}
	case "GroupMembers":
		return "UserGroupMembers", object{"groupId": owner}
	case "UserCustomClaims":
		return typ, object{"userId": owner}
	case "GroupCustomClaims":
		return "UserGroupCustomClaims", object{"userGroupId": owner}
	case "ApiGrant":
		return "ApiClientGrant", object{"apiId": owner, "clientId": part}
	case "ScimServiceProvider":
		return typ, object{"oidcClientId": owner}
	case "ApplicationImage":
		return typ, object{"type": id}
	}
	return typ, object{} // User, Api, SignupToken, ApplicationConfiguration
}

// TestPulumiStateIsMigrated moves an instance with every kind of object from the package pocket-id.
func TestPulumiStateIsMigrated(t *testing.T) {
	t.Parallel()
	server := startFake(t, "2.14.0")
	secrets := server.createInstance()
	before := server.snapshot()
	var listed struct {
		Resources []struct{ Type, Name, ID string }
	}
	content, err := os.ReadFile(writeImportFile(t, server, "-only",
		"Client,ClientSecret,User,Group,GroupMembers,UserCustomClaims,GroupCustomClaims,Api,ApiGrant,ScimServiceProvider,SignupToken,ApplicationImage,ApplicationConfiguration"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &listed))

	resources := []any{}
	types := map[string]bool{}
	for _, r := range listed.Resources {
		typ, outputs := otherPackage(strings.TrimPrefix(r.Type, "pocketid:index:"), r.ID)
		types[typ] = true
		resources = append(resources, object{"urn": "urn:pulumi:dev::app::pocket-id:index:" + typ + "::" + r.Name,
			"type": "pocket-id:index:" + typ, "custom": true, "id": r.ID, "outputs": outputs})
	}
	require.Len(t, types, 13, "all types of the package")
	state, err := json.Marshal(object{"version": 3, "deployment": object{"resources": resources}})
	require.NoError(t, err)
	stateFile := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.WriteFile(stateFile, state, 0o600))

	stack := newWorkspace(t).emptyStack(languages[0], server)
	program := stack.importAndGenerate(languages[0], writeImportFile(t, server, "-from-pulumi-state", stateFile))
	require.Len(t, stack.ids(), len(resources))
	for _, secret := range secrets {
		require.NotContains(t, program, secret)
	}
	stack.must("preview", "--expect-no-changes")
	require.Equal(t, before, server.snapshot())
}
