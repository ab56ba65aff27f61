package examples

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTerraformStateIsMigrated moves from Terraform to Pulumi: the program that Pulumi generates
// shows no changes, and the client keeps the secret that its application uses.
func TestTerraformStateIsMigrated(t *testing.T) {
	t.Parallel()
	server := startFake(t, "2.14.0")
	group := text(server.mustRequest("POST", "/api/user-groups", object{"name": "developers", "friendlyName": "Developers"}), "id")
	user := text(server.mustRequest("POST", "/api/users",
		object{"username": "ada", "email": "ada@example.com", "firstName": "Ada", "lastName": "L", "displayName": "Ada L"}), "id")
	server.mustRequest("PUT", "/api/user-groups/"+group+"/users", object{"userIds": []string{user}})
	server.mustRequest("POST", "/api/oidc/clients", object{"id": "wiki", "name": "Wiki", "callbackURLs": []string{"https://wiki.example.com/cb"}, "pkceEnabled": true,
		"isGroupRestricted": true, "credentials": object{"federatedIdentities": []any{object{"issuer": "https://token.example.com", "subject": "wiki"}}}})
	server.mustRequest("PUT", "/api/oidc/clients/wiki/allowed-user-groups", object{"userGroupIds": []string{group}})
	secret := server.createSecret("wiki")
	before := server.snapshot()

	attributes := map[string]object{
		"pocketid_group": {"id": group},
		"pocketid_user":  {"id": user, "groups": []string{group}},
		"pocketid_client": {"id": "wiki", "client_secret": secret,
			"federated_identities": []any{object{"issuer": "https://token.example.com"}}},
		"pocketid_application_config": {"id": "application-configuration"},
	}
	var resources []any
	for typ, a := range attributes {
		name := strings.TrimPrefix(typ, "pocketid_")
		resources = append(resources, object{"mode": "managed", "type": typ, "name": name, "instances": []any{object{"attributes": a}}})
	}
	state, err := json.Marshal(object{"version": 4, "resources": resources})
	require.NoError(t, err)
	stateFile, script := filepath.Join(t.TempDir(), "terraform.tfstate"), filepath.Join(t.TempDir(), "secrets.sh")
	require.NoError(t, os.WriteFile(stateFile, state, 0o600))
	file := writeImportFile(t, server, "-from-terraform-state", stateFile, "-secrets-file", script)

	yaml := languages[0]
	require.Equal(t, "yaml", yaml.name)
	stack := newWorkspace(t).emptyStack(yaml, server)
	program := stack.importAndGenerate(yaml, file)
	require.NotContains(t, program, secret)
	require.Len(t, stack.ids(), 6, "client, federated identity, group, user, membership, settings")
	stack.must("preview", "--expect-no-changes")
	require.Equal(t, before, server.snapshot())

	store := exec.CommandContext(t.Context(), "sh", script)
	store.Dir, store.Env = stack.folder, stack.env
	out, err := store.CombinedOutput()
	require.NoError(t, err, string(out))
	program = strings.Replace(program, "runtime: yaml\n", "runtime: yaml\nconfig:\n  client-client-secret: { type: string, secret: true }\n", 1)
	program = strings.Replace(program, "      name: Wiki\n", "      name: Wiki\n      clientSecret: ${client-client-secret}\n", 1)
	require.NoError(t, os.WriteFile(filepath.Join(stack.folder, "Pulumi.yaml"), []byte(program), 0o600))
	stack.up()
	stack.must("preview", "--expect-no-changes")
	require.Equal(t, before, server.snapshot())
	server.requireValidSecret("wiki", secret)
	require.Empty(t, stack.filesWith(secret), "these files contain the secret in plain text")
}

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
	content, err := os.ReadFile(writeImportFile(t, server))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &listed))

	resources := []any{}
	types := map[string]bool{}
	for _, r := range listed.Resources {
		typ, outputs := otherPackage(strings.TrimPrefix(r.Type, "pocketid:index:"), r.ID)
		if typ == "FederatedIdentity" {
			continue // part of the client there
		}
		types[typ] = true
		resources = append(resources, object{"urn": "urn:pulumi:dev::app::pocket-id:index:" + typ + "::" + r.Name,
			"type": "pocket-id:index:" + typ, "custom": true, "id": r.ID, "outputs": outputs})
	}
	require.GreaterOrEqual(t, len(types), 9, "kinds of objects: %v", types)
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
