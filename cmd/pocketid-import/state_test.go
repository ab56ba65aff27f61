package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
)

// migrated runs the command on a state, and returns the entries of the import file by type and name.
func migrated(t *testing.T, state string, args ...string) (entries map[string]entry, progress string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), args, strings.NewReader(state), &stdout, &stderr), stderr.String())
	var f file
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &f))
	entries = map[string]entry{}
	names := map[string]bool{}
	for _, e := range f.Resources {
		require.False(t, names[e.Name], "two resources are named %s", e.Name)
		names[e.Name] = true
		entries[strings.TrimPrefix(e.Type, typePrefix)+" "+e.Name] = e
	}
	return entries, stderr.String()
}

// people has the IDs of what a state needs on the server.
type people struct{ group, user, secret, secretID string }

func createPeople(send func(method, path string, in any) map[string]any) (p people) {
	p.group = send("POST", "/api/user-groups", map[string]any{"name": "developers", "friendlyName": "Developers"})["id"].(string)
	p.user = send("POST", "/api/users", map[string]any{"username": "ada", "email": "ada@example.com", "firstName": "Ada", "lastName": "L", "displayName": "Ada L"})["id"].(string)
	send("PUT", "/api/user-groups/"+p.group+"/users", map[string]any{"userIds": []string{p.user}})
	send("POST", "/api/oidc/clients", map[string]any{"id": "wiki", "name": "Wiki", "callbackURLs": []string{}, "credentials": map[string]any{
		"federatedIdentities": []any{map[string]any{"issuer": "https://token.example.com/one"}},
	}})
	send("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://wiki.example.com/scim", "token": "not-a-real-token", "oidcClientId": "wiki"})
	created := send("POST", "/api/oidc/clients/wiki/secrets", map[string]any{})
	p.secret, p.secretID = created["secret"].(string), created["id"].(string)
	return p
}

// terraformResource is one resource of a state of Terraform.
func terraformResource(typ, name string, attributes map[string]any, more ...any) map[string]any {
	instance := map[string]any{"schema_version": 0, "attributes": attributes}
	for i := 0; i < len(more); i += 2 {
		instance[more[i].(string)] = more[i+1]
	}
	return map[string]any{"mode": "managed", "type": typ, "name": name,
		"provider": `provider["registry.terraform.io/trozz/pocketid"]`, "instances": []any{instance}}
}

func stateText(t *testing.T, state map[string]any) string {
	text, err := json.Marshal(state)
	require.NoError(t, err)
	return string(text)
}

func terraformState4(t *testing.T, resources ...map[string]any) string {
	return stateText(t, map[string]any{"version": 4, "terraform_version": "1.11.4", "resources": resources})
}

func TestTerraformStateIsImported(t *testing.T) {
	send := start(t, newFake(t, ""))
	p := createPeople(send)
	module := terraformResource("pocketid_group", "developers", map[string]any{"id": p.group})
	module["module"] = `module.teams["eu"]`
	state := terraformState4(t,
		terraformResource("pocketid_user", "ada", map[string]any{"id": p.user, "groups": []string{p.group}}),
		module,
		terraformResource("pocketid_client", "wiki", map[string]any{"id": "wiki", "client_id": "wiki", "client_secret": p.secret,
			"federated_identities": []any{map[string]any{"issuer": "https://token.example.com/one", "subject": "x"}}}, "index_key", 0),
		terraformResource("pocketid_client", "gone", map[string]any{"id": "gone", "client_secret": nil, "federated_identities": nil}),
		terraformResource("pocketid_client", "old", map[string]any{"id": "wiki"}, "deposed", "0b1c"),
		terraformResource("pocketid_application_config", "settings", map[string]any{"id": "application-configuration"}),
		terraformResource("pocketid_scim_service_provider", "wiki", map[string]any{"id": "5b0c", "client_id": "wiki"}),
		terraformResource("pocketid_ldap_sync", "ldap", map[string]any{"id": "x"}),
		terraformResource("pocketid_one_time_access_token", "ada", map[string]any{"id": p.user, "user_id": p.user}),
		map[string]any{"mode": "data", "type": "pocketid_client", "name": "other", "instances": []any{map[string]any{"attributes": map[string]any{"id": "wiki"}}}},
		terraformResource("null_resource", "other", map[string]any{"id": 1, "groups": "x", "client_secret": map[string]any{}, "federated_identities": true}),
	)
	secrets := filepath.Join(t.TempDir(), "secrets.sh")
	entries, progress := migrated(t, state, "-from-terraform-state", "-", "-secrets-file", secrets)
	for key, expected := range map[string]entry{
		"Client wiki-0":                                  {ID: "wiki"},
		"Group teams-eu-developers":                      {ID: p.group},
		"User ada":                                       {ID: p.user},
		"GroupMember ada-in-teams-eu-developers":         {ID: p.group + "/" + p.user},
		"FederatedIdentity wiki-0-token-example-com-one": {ID: "wiki#https://token.example.com/one"},
		"ApplicationConfiguration settings":              {ID: "application-configuration"},
		"ScimServiceProvider wiki":                       {ID: "wiki/scim-service-provider"},
	} {
		require.Equal(t, expected.ID, entries[key].ID, key)
		require.Empty(t, entries[key].Parent, "%s has no parent in Terraform", key)
		require.Equal(t, expected.LogicalName, entries[key].LogicalName, key)
		delete(entries, key)
	}
	require.Empty(t, entries)
	for _, skipped := range []string{`Client "gone" (gone) is not on the server`, "pocketid_client old (deposed)", "pocketid_ldap_sync ldap", "pocketid_one_time_access_token ada"} {
		require.Contains(t, progress, "# skipped: "+skipped)
	}
	require.NotContains(t, progress, p.secret)

	text, err := os.ReadFile(secrets)
	require.NoError(t, err)
	require.Contains(t, string(text), "# Set clientSecret of Client \"wiki-0\" to this value.\nprintf %s '"+p.secret+"' | pulumi config set --secret wiki-0-client-secret\n")
	info, err := os.Stat(secrets)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// pulumiResource is one resource in the output of `pulumi stack export`.
func pulumiResource(typ, name, id string, outputs map[string]any) map[string]any {
	return map[string]any{"urn": "urn:pulumi:dev::app::pocket-id:index:" + typ + "::" + name, "type": "pocket-id:index:" + typ, "custom": true, "id": id, "outputs": outputs}
}

// secretOutput is a secret as the state has it: encrypted, or in plain text.
func secretOutput(t *testing.T, name, value string) map[string]any {
	if name == "plaintext" {
		value = stateText(t, map[string]any{"x": value})
		value = value[len(`{"x":`) : len(value)-1]
	}
	return map[string]any{"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", name: value}
}

func TestStateOfTheOtherPulumiProviderIsImported(t *testing.T) {
	send := start(t, newFake(t, ""))
	p := createPeople(send)
	api := send("POST", "/api/apis", map[string]any{"name": "Backend", "resource": "https://api.example.com"})["id"].(string)
	send("PUT", "/api/apis/"+api+"/clients/wiki", map[string]any{"clientAccess": true, "userDelegatedAccess": false, "clientPermissionIds": []string{}, "userDelegatedPermissionIds": []string{}})
	token := send("POST", "/api/signup-tokens", map[string]any{"ttl": "1h", "usageLimit": 1})["id"].(string)
	send("PUT", "/api/custom-claims/user-group/"+p.group, []any{map[string]any{"key": "team", "value": "a"}})
	send("PUT", "/api/custom-claims/user/"+p.user, []any{map[string]any{"key": "team", "value": "a"}})
	resources := []map[string]any{
		{"urn": "urn:pulumi:dev::app::pulumi:pulumi:Stack::app-dev", "type": "pulumi:pulumi:Stack"},
		{"urn": "urn:pulumi:dev::app::other:index:Key::key", "type": "other:index:Key", "outputs": map[string]any{"secret": []any{1}, "type": 2, "clientId": map[string]any{}, "credentials": "x"}},
		pulumiResource("OidcClient", "wiki", "wiki", map[string]any{"clientId": "wiki", "credentials": map[string]any{"federatedIdentities": []any{map[string]any{"issuer": "https://token.example.com/one"}}}}),
		pulumiResource("OidcClientSecret", "wiki", "wiki/"+p.secretID, map[string]any{"clientId": "wiki", "secret": secretOutput(t, "plaintext", p.secret)}),
		pulumiResource("User", "ada", p.user, map[string]any{}),
		pulumiResource("UserGroup", "developers", p.group, map[string]any{}),
		pulumiResource("UserGroupMembers", "members", p.group, map[string]any{"groupId": p.group}),
		pulumiResource("UserCustomClaims", "ada-claims", p.user, map[string]any{"userId": p.user}),
		pulumiResource("UserGroupCustomClaims", "claims", p.group, map[string]any{"userGroupId": p.group}),
		pulumiResource("Api", "backend", api, map[string]any{}),
		pulumiResource("ApiClientGrant", "grant", api+"/wiki", map[string]any{"apiId": api, "clientId": "wiki"}),
		pulumiResource("ScimServiceProvider", "scim", "5b0c", map[string]any{"oidcClientId": "wiki"}),
		pulumiResource("SignupToken", "invite", token, map[string]any{"token": secretOutput(t, "ciphertext", "v1:abc")}),
		pulumiResource("ApplicationConfiguration", "settings", "app-config", map[string]any{}),
	}
	state := stateText(t, map[string]any{"version": 3, "deployment": map[string]any{"resources": resources}})
	secrets := filepath.Join(t.TempDir(), "secrets.sh")
	entries, progress := migrated(t, state, "-from-pulumi-state", "-", "-secrets-file", secrets)
	for _, name := range []string{"Client wiki-client", "ClientSecret wiki-client-secret"} { // the same name in the stack, but not in the file
		require.Equal(t, "wiki", entries[name].LogicalName)
	}
	for key, id := range map[string]string{
		"Client wiki-client": "wiki", "ClientSecret wiki-client-secret": "wiki/" + p.secretID, "FederatedIdentity wiki-token-example-com-one": "wiki#https://token.example.com/one",
		"User ada": p.user, "Group developers": p.group, "GroupMembers members": p.group + "/members", "UserCustomClaims ada-claims": p.user + "/custom-claims",
		"GroupCustomClaims claims": p.group + "/custom-claims", "Api backend": api, "ApiGrant grant": api + "/wiki", "ScimServiceProvider scim": "wiki/scim-service-provider",
		"SignupToken invite": token, "ApplicationConfiguration settings": "application-configuration",
	} {
		require.Equal(t, id, entries[key].ID, "%s in %v", key, entries)
		delete(entries, key)
	}
	require.Empty(t, entries)
	require.NotContains(t, progress, p.secret)
	text, err := os.ReadFile(secrets)
	require.NoError(t, err)
	require.Contains(t, string(text), "# Set value of ClientSecret \"wiki\" to this value.")
	require.Contains(t, string(text), " --secret wiki-client-secret-value\n", "in YAML, a key with the name of a resource would hide the resource")
}

func TestResourcesOfOneTypeGetDifferentNames(t *testing.T) {
	t.Parallel()
	object := func(typ, id, name string) stateObject {
		return stateObject{Object: inventory.Object{Type: typ, ID: id, Name: name}}
	}
	names := stateNames([]stateObject{object("Client", "1", "a-wiki"), object("Client", "2", "a-wiki"), object("Group", "3", "wiki"), object("User", "4", "wiki")})
	require.Equal(t, map[string]resourceName{
		key("Client", "1"): {"a-wiki-6b86b273", "a-wiki-6b86b273"}, key("Client", "2"): {"a-wiki-d4735e3a", "a-wiki-d4735e3a"},
		key("Group", "3"): {"wiki", "wiki-group"}, key("User", "4"): {"wiki", "wiki-user"},
	}, names)
}

func TestEncryptedSecretsAreReported(t *testing.T) {
	send := start(t, newFake(t, ""))
	p := createPeople(send)
	state := stateText(t, map[string]any{"version": 3, "deployment": map[string]any{"resources": []any{
		pulumiResource("OidcClientSecret", "wiki", "wiki/"+p.secretID, map[string]any{"secret": secretOutput(t, "ciphertext", "v1:abc")}),
		pulumiResource("UserGroupMembers", "members", p.group, map[string]any{"groupId": secretOutput(t, "ciphertext", "v1:abc")}),
		pulumiResource("UserGroupMembers", "readable", p.group, map[string]any{"groupId": secretOutput(t, "plaintext", p.group)}),
	}}})
	entries, progress := migrated(t, state, "-from-pulumi-state", "-")
	require.Contains(t, entries, "ClientSecret wiki")
	require.Contains(t, entries, "GroupMembers readable")
	require.NotContains(t, entries, "GroupMembers members")
	require.Contains(t, progress, "UserGroupMembers members is encrypted in the state (groupId)")
	require.Contains(t, progress, "the value of OidcClientSecret wiki is encrypted in the state; export it with `pulumi stack export --show-secrets`")
}

// A secret that was replaced on the server would lock the application out.
func TestOnlyValidSecretsAreWritten(t *testing.T) {
	send := start(t, newFake(t, ""))
	createPeople(send)
	const old = "not-a-valid-secret-of-wiki"
	state := terraformState4(t, terraformResource("pocketid_client", "wiki", map[string]any{"id": "wiki", "client_secret": old}))
	secrets := filepath.Join(t.TempDir(), "secrets.sh")
	_, progress := migrated(t, state, "-from-terraform-state", "-", "-secrets-file", secrets)
	require.Contains(t, progress, `the secret of Client "wiki" in the state is not valid any more`)
	require.NotContains(t, progress, old)
	require.NoFileExists(t, secrets)
}

func TestSecretsFileIsNeverOverwritten(t *testing.T) {
	send := start(t, newFake(t, ""))
	p := createPeople(send)
	state := terraformState4(t, terraformResource("pocketid_client", "wiki", map[string]any{"id": "wiki", "client_secret": p.secret}))
	secrets := filepath.Join(t.TempDir(), "secrets.sh")
	require.NoError(t, os.WriteFile(secrets, []byte("mine"), 0o644))
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), []string{"-from-terraform-state", "-", "-secrets-file", secrets}, strings.NewReader(state), &stdout, &stderr)
	require.ErrorIs(t, err, os.ErrExist)
	require.Empty(t, stdout.String())

	_, progress := migrated(t, state, "-from-terraform-state", "-")
	require.Contains(t, progress, "the state has 1 client secrets: add -secrets-file")
}

// A secret under the key of another one would replace that of the other client.
func TestEachSecretHasItsOwnConfigurationKey(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("very-", 20)
	var state otherState
	for id, name := range map[string]string{"a": "wiki_eu", "b": "wiki-eu", "c": long + "one", "d": long + "two", "e": "\u7530", "f": "\u4e2d", "g": "alone"} {
		state.addSecret("Client", id, name, "the-secret-of-"+id)
	}
	state.add("Group", "h", "alone-client-secret")
	state.addSecret("ClientSecret", "a/1", "wiki-eu", "another-secret-of-a")
	state.add("Client", "i", "wiki.eu") // without a secret
	keys := configKeys(state.objects, stateNames(state.objects))
	used := map[string]bool{}
	for _, o := range state.objects {
		if o.secret == "" {
			continue
		}
		configKey := keys[key(o.Type, o.ID)]
		require.False(t, used[configKey], configKey)
		used[configKey] = true
		require.Regexp(t, "^[a-z0-9][a-z0-9-]*-client-secret(-value)?$", configKey)
	}
	require.Equal(t, "alone-client-secret-value", keys[key("Client", "g")])
}

// The shell must pass every byte of a secret on.
func TestSecretsSurviveTheShell(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const value = "a'b\"c$d`e\\n%s -f\tg"
	path := filepath.Join(dir, "secrets.sh")
	require.NoError(t, writeSecrets(path, []secretSetting{{"key", `Client "wiki"`, "clientSecret", value}}))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pulumi"), []byte("#!/bin/sh\ncat >\"$(dirname \"$0\")/got\"\n"), 0o700))
	command := exec.Command("sh", path)
	command.Env = []string{"PATH=" + dir + ":/usr/bin:/bin"}
	out, err := command.CombinedOutput()
	require.NoError(t, err, string(out))
	got, err := os.ReadFile(filepath.Join(dir, "got"))
	require.NoError(t, err)
	require.Equal(t, value, string(got))
}

func TestStatesThatCannotBeReadAreRefused(t *testing.T) {
	start(t, http.NotFoundHandler())
	for _, row := range []struct{ flag, state, message string }{
		{"-from-terraform-state", "{", "is not a Terraform state"},
		{"-from-terraform-state", `{"version": 3}`, "terraform state pull"},
		{"-from-terraform-state", `{"version": 4, "resources": []}`, "has no resource of the provider trozz/pocketid"},
		{"-from-pulumi-state", "[]", "is not a Pulumi state"},
		{"-from-pulumi-state", `{"version": 4}`, "pulumi stack export --show-secrets"},
		{"-from-pulumi-state", `{"deployment": {}}`, "has no resource of the package pocket-id"},
	} {
		var stdout, stderr bytes.Buffer
		err := run(t.Context(), []string{row.flag, "-"}, strings.NewReader(row.state), &stdout, &stderr)
		require.ErrorContains(t, err, row.message, row.state)
	}
	for _, row := range []struct {
		args    []string
		message string
	}{
		{[]string{"-from-terraform-state", "a", "-from-pulumi-state", "b"}, "cannot be combined"},
		{[]string{"-from-terraform-state", "a", "-only", "Client"}, "-only and -exclude cannot be combined with a state"},
		{[]string{"-secrets-file", "a"}, "requires -from-terraform-state or -from-pulumi-state"},
	} {
		require.ErrorContains(t, run(t.Context(), row.args, nil, &bytes.Buffer{}, &bytes.Buffer{}), row.message)
	}
}
