package examples

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The files in tests/testdata/terraform are a program of the Terraform provider trozz/pocketid,
// the state that Terraform wrote for it, and what `pulumi convert --from terraform` made of it.
// If pulumi-converter-terraform is on the PATH, the tests also run the converter.

func terraformFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, "tests", "testdata", "terraform", name))
	require.NoError(t, err)
	return string(content)
}

// terraformed is the instance that the program in main.tf created.
type terraformed struct {
	*server
	secrets map[string]string // by client ID
	state   string            // path of its state
}

// startTerraformed creates what the program in main.tf declares, and the state of it.
func startTerraformed(t *testing.T) terraformed {
	t.Helper()
	s := startFake(t, "2.14.0")
	group := text(s.mustRequest("POST", "/api/user-groups", object{"name": "developers", "friendlyName": "Developers"}), "id")
	s.mustRequest("PUT", "/api/custom-claims/user-group/"+group, []any{object{"key": "department", "value": "engineering"}})
	user := text(s.mustRequest("POST", "/api/users", object{"username": "ada", "email": "ada@example.com", "firstName": "Ada", "lastName": "Lovelace",
		"displayName": "Ada Lovelace", "isAdmin": true, "locale": "en", "userGroupIds": []string{group}}), "id")
	s.mustRequest("PUT", "/api/custom-claims/user/"+user, []any{object{"key": "level", "value": "senior"}})
	s.mustRequest("POST", "/api/oidc/clients", object{"id": "wiki", "name": "Wiki", "callbackURLs": []string{"https://wiki.example.com/oauth/callback"}, "pkceEnabled": true,
		"logoutCallbackURLs": []string{"https://wiki.example.com/"}, "launchURL": "https://wiki.example.com/", "requiresReauthentication": true, "isGroupRestricted": true})
	s.mustRequest("PUT", "/api/oidc/clients/wiki/allowed-user-groups", object{"userGroupIds": []string{group}})
	s.mustRequest("POST", "/api/oidc/clients", object{"id": "dashboard", "name": "Dashboard", "callbackURLs": []string{"https://dashboard.example.com/callback"}, "isPublic": true, "pkceEnabled": true})
	s.mustRequest("POST", "/api/oidc/clients", object{"id": "deploy", "name": "Deployment", "callbackURLs": []string{}, "pkceEnabled": true, "credentials": object{"federatedIdentities": []any{object{
		"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:acme/app:ref:refs/heads/main", "jwks": "https://token.actions.githubusercontent.com/.well-known/jwks"}}}})
	scim := text(s.mustRequest("POST", "/api/scim/service-provider", object{"endpoint": "https://wiki.example.com/scim/v2", "token": "not-a-real-scim-token", "oidcClientId": "wiki"}), "id")
	s.changeSettings(object{"appName": "Example", "sessionDuration": "120", "disableAnimations": "true", "allowUserSignups": "withToken", "ldapEnabled": "true",
		"ldapUrl": "ldaps://ldap.example.com:636", "ldapBindDn": "cn=service,dc=example,dc=com", "ldapBindPassword": "not-a-real-password", "ldapBase": "dc=example,dc=com",
		"ldapAttributeUserUniqueIdentifier": "objectGUID", "ldapAttributeUserUsername": "sAMAccountName", "ldapAttributeUserEmail": "mail", "ldapAttributeUserFirstName": "givenName",
		"ldapAttributeUserLastName": "sn", "ldapAttributeGroupUniqueIdentifier": "objectGUID", "ldapAttributeGroupName": "sAMAccountName"})

	created := terraformed{s, map[string]string{"wiki": s.createSecret("wiki"), "deploy": s.createSecret("deploy")}, filepath.Join(t.TempDir(), "terraform.tfstate")}
	state := strings.NewReplacer("{{developers}}", group, "{{ada}}", user, "{{scim}}", scim,
		"{{secret of wiki}}", created.secrets["wiki"], "{{secret of deploy}}", created.secrets["deploy"]).Replace(terraformFile(t, "terraform.tfstate"))
	require.NotContains(t, state, "{{")
	require.NoError(t, os.WriteFile(created.state, []byte(state), 0o600))
	return created
}

// terraformResources is the number of resources that the recorded state becomes: a federated
// identity and a membership are resources of their own, and two resources cannot be imported.
const terraformResources = 9

// TestTerraformStateIsMigrated moves from Terraform to Pulumi: the program that Pulumi generates
// shows no changes, and the clients keep the secrets that their applications use.
func TestTerraformStateIsMigrated(t *testing.T) {
	t.Parallel()
	server := startTerraformed(t)
	before := server.snapshot()
	script := filepath.Join(t.TempDir(), "secrets.sh")
	file := writeImportFile(t, server.server, "-from-terraform-state", server.state, "-secrets-file", script)

	stack := newWorkspace(t).emptyStack(languages[0], server.server)
	program := stack.importAndGenerate(languages[0], file)
	require.Len(t, stack.ids(), terraformResources-1, "the client and its SCIM service provider have the same name, as in Terraform")
	for _, secret := range []string{server.secrets["wiki"], server.secrets["deploy"], "not-a-real-scim-token", "not-a-real-password"} {
		require.NotContains(t, program, secret)
	}
	stack.must("preview", "--expect-no-changes")
	require.Equal(t, before, server.snapshot())

	store := exec.CommandContext(t.Context(), "sh", script)
	store.Dir, store.Env = stack.folder, stack.env
	out, err := store.CombinedOutput()
	require.NoError(t, err, string(out))
	program = strings.Replace(program, "runtime: yaml\n", "runtime: yaml\nconfig:\n  wiki-client-secret: { type: string, secret: true }\n  deploy-client-secret: { type: string, secret: true }\n", 1)
	program = strings.Replace(program, "      name: Wiki\n", "      name: Wiki\n      clientSecret: ${wiki-client-secret}\n", 1)
	program = strings.Replace(program, "      name: Deployment\n", "      name: Deployment\n      clientSecret: ${deploy-client-secret}\n", 1)
	require.NoError(t, os.WriteFile(filepath.Join(stack.folder, "Pulumi.yaml"), []byte(program), 0o600))
	stack.up()
	stack.must("preview", "--expect-no-changes")
	require.Equal(t, before, server.snapshot())
	for id, secret := range server.secrets {
		server.requireValidSecret(id, secret)
		require.Empty(t, stack.filesWith(secret), "these files contain the secret in plain text")
	}
}

// TestConvertedTerraformProgramMatchesTheImportedState shows that a converted program, with the
// changes that docs/migration.md lists, continues the state that pocketid-import writes.
func TestConvertedTerraformProgramMatchesTheImportedState(t *testing.T) {
	t.Parallel()
	server := startTerraformed(t)
	stack := newWorkspace(t).emptyStack(languages[0], server.server)
	program := terraformFile(t, "converted.yaml")
	if hasConverter() {
		converted := stack.convert(terraformFile(t, "main.tf"))
		require.Equal(t, program, converted, "if the difference is right, record it in tests/testdata/terraform/converted.yaml")
	}
	file := writeImportFile(t, server.server, "-from-terraform-state", server.state)
	stack.pulumi("import", "--file", file, "--protect=false", "--generate-code=false", "--yes")
	require.NoError(t, os.WriteFile(filepath.Join(stack.folder, "Pulumi.yaml"), []byte(finished(t, program)), 0o600))

	var preview struct {
		ChangeSummary map[string]int
		Steps         []struct{ Op, URN string } // only the stack and what changes
	}
	require.NoError(t, json.Unmarshal([]byte(stack.pulumi("preview", "--json")), &preview))
	var changes []string
	for _, step := range preview.Steps {
		if step.Op != "same" {
			changes = append(changes, step.Op+" "+step.URN[strings.LastIndex(step.URN, "pocketid:index:"):])
		}
	}
	require.ElementsMatch(t, []string{"create pocketid:index:LdapSync::ldap", "create pocketid:index:OneTimeAccessToken::ada"}, changes)
	require.Equal(t, map[string]int{"same": terraformResources + 1, "create": 2}, preview.ChangeSummary, "the stack is the same, too")
}

// finished makes the changes in docs/migration.md to the program that the converter made of main.tf.
func finished(t *testing.T, program string) string {
	t.Helper()
	replace := func(pattern, by string) {
		t.Helper()
		expression := regexp.MustCompile(pattern)
		require.Regexp(t, expression, program)
		program = expression.ReplaceAllString(program, by)
	}
	replace(`(?s)^configuration:.*?\nresources:\n`, `name: pocketid-rotation
runtime: yaml
resources:
  ada-in-developers:
    type: pocketid:GroupMember
    properties: { groupId: "$${developersGroup.id}", userId: "$${adaUser.id}" } # instead of groups
  deploy-token-actions-githubusercontent-com:
    type: pocketid:FederatedIdentity
    properties: # instead of federatedIdentities
      clientId: $${deploy.clientId}
      issuer: https://token.actions.githubusercontent.com
      subject: repo:acme/app:ref:refs/heads/main
      jwksUrl: https://token.actions.githubusercontent.com/.well-known/jwks
`)
	replace(`\n +groups:\n +- \$\{developersGroup\.id\}`, "")
	replace(`(?s)\n +federatedIdentities:\n.*?(\n  \w)`, "$1")
	replace(`'(true|120)'`, "$1")
	return program
}

func hasConverter() bool {
	_, err := exec.LookPath("pulumi-converter-terraform")
	return err == nil
}

// installPlugin installs the plugin: the CLI does not ask one on the PATH for its mappings.
func (s *stack) installPlugin() {
	s.Helper()
	plugin, err := exec.LookPath(filepath.Join(tools.scratch, "plugins", "pulumi-resource-pocketid"))
	require.NoError(s, err)
	_, err = s.run("pulumi", "plugin", "install", "resource", "pocketid", "0.1.0", "--file", plugin)
	require.NoError(s, err)
}

// convert converts a Terraform program to YAML.
func (s *stack) convert(program string) string {
	s.Helper()
	s.installPlugin()
	folder := filepath.Join(s.folder, "terraform")
	require.NoError(s, os.MkdirAll(folder, 0o755))
	require.NoError(s, os.WriteFile(filepath.Join(folder, "main.tf"), []byte(program), 0o600))
	out, err := s.run("pulumi", "convert", "--cwd", folder, "--from", "terraform", "--language", "yaml", "--out", filepath.Join(s.folder, "converted"))
	require.NoError(s, err, out)
	converted, err := os.ReadFile(filepath.Join(s.folder, "converted", "Main.yaml"))
	require.NoError(s, err)
	return string(converted)
}

// TestConverterImportsTerraformState imports the recorded state with `pulumi import --from terraform`.
func TestConverterImportsTerraformState(t *testing.T) {
	t.Parallel()
	if !hasConverter() {
		t.Skip("pulumi-converter-terraform is not installed")
	}
	server := startTerraformed(t)
	before := server.snapshot()
	stack := newWorkspace(t).emptyStack(languages[0], server.server)
	stack.installPlugin()
	var state map[string]any
	content, err := os.ReadFile(server.state)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &state))
	var importable []any
	for _, r := range state["resources"].([]any) {
		if typ := text(r.(object), "type"); typ != "pocketid_ldap_sync" && typ != "pocketid_one_time_access_token" {
			importable = append(importable, r)
		}
	}
	state["resources"] = importable
	content, err = json.Marshal(state)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(server.state, content, 0o600))

	generated := filepath.Join(stack.folder, "generated")
	stack.pulumi("import", "--from", "terraform", server.state, "--protect=false", "--yes", "--out", generated)
	program, err := os.ReadFile(generated)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(stack.folder, "Pulumi.yaml"), append([]byte("name: pocketid-rotation\nruntime: yaml\n"), program...), 0o600))
	require.Len(t, stack.ids(), terraformResources-3, "no federated identity and no membership, and a name that two resources have")
	stack.must("preview", "--expect-no-changes")
	require.Equal(t, before, server.snapshot())
}
