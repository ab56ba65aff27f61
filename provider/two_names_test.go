package provider

import (
	"maps"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// declareOneOfMany declares resources of most types that depend on each other.
func declareOneOfMany(s *stack) {
	app, devs := "app.clientId", "devs.id"
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"https://a.example"}, "isGroupRestricted": true})
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Devs"})
	s.declare("User", "ann", userInputs("ann"))
	s.declare("ClientSecret", "secret", nil).from = map[string]string{"clientId": app}
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": app}
	s.declare("GroupMember", "member", nil).from = map[string]string{"groupId": devs, "userId": "ann.id"}
	s.declare("ClientGroupAccess", "access", nil).from = map[string]string{"clientId": app, "groupId": devs}
	s.declare("Api", "orders", map[string]any{"name": "Orders", "resource": "https://orders.example", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}})
	s.declare("ApiGrant", "grant", map[string]any{"clientPermissions": []any{"read"}}).from = map[string]string{"clientId": app, "apiId": "orders.id"}
	s.declare("ScimServiceProvider", "scim", map[string]any{"endpoint": "https://scim.example"}).from = map[string]string{"clientId": app}
	s.declare("SignupToken", "token", map[string]any{"usageLimit": 2.0})
	s.declare("UserCustomClaims", "claims", map[string]any{"claims": map[string]any{"a": "b"}}).from = map[string]string{"userId": "ann.id"}
	s.declare("GroupMembers", "members", map[string]any{"userIds": anySlice()}).from = map[string]string{"groupId": "ops.id"}
	s.declare("Group", "ops", map[string]any{"name": "ops", "friendlyName": "Ops"})
}

// renameByImport imports an object under another name and renames its resource in the program.
func (s *stack) renameByImport(name, other string) {
	s.t.Helper()
	for i := range s.program {
		r := &s.program[i]
		if r.name == name {
			o := s.importResource(r.typ, other, string(s.state(name).ID))
			require.NoError(s.t, o.err, o.messages)
			r.name, r.inputs = other, s.state(other).Inputs.Copy()
			delete(r.inputs, "allowedUserGroups") // which other resources declare
			delete(r.inputs, "customClaims")
		}
		r.from = maps.Clone(r.from)
		for input, reference := range r.from {
			for _, output := range []string{".id", ".clientId"} {
				if reference == name+output {
					r.from[input] = other + output
				}
			}
		}
	}
}

// The error of a renamed resource mentions the import command. Whoever follows it has the object
// under two names. The next update deletes the resource with the old name, and must keep the object.
func TestAnObjectThatWasImportedUnderAnotherNameIsKept(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	declareOneOfMany(s)
	s.mustUp()
	var names []string
	for _, r := range s.program {
		names = append(names, r.name)
	}
	for _, name := range names {
		s.renameByImport(name, name+"-2")
		o := s.mustUp()
		require.Equal(t, []display.StepOp{deploy.OpDelete}, o.steps[name], name)
		require.Contains(t, o.messages, `the deletion keeps the object, because `+s.state(name+"-2").Type.Name().String()+` "`+name+`-2" also manages it`)
	}
	s.requireNoChanges()

	t.Log("without the other name, the object is deleted, also if a refresh has planned both")
	require.NoError(t, s.importResource("Client", "app", "app").err)
	s.options.Refresh = true
	o := s.destroy()
	require.NoError(t, o.err, o.messages)
	require.Empty(t, s.instance.listAll("/api/oidc/clients"))
	require.Empty(t, s.instance.listAll("/api/user-groups"))
}

// The resource option import does the same in one update.
func TestAnObjectThatTheProgramImportsUnderAnotherNameIsKept(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Client", "app", confidentialClient("app"))
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Devs"})
	s.mustUp()
	secret, group := s.output("app", "clientSecret").(string), string(s.state("devs").ID)
	for i := range s.program {
		r := &s.program[i]
		r.options.ImportID = s.state(r.name).ID
		r.name += "-2"
	}
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpDelete}, o.steps["app"])
	require.True(t, secretWorks(t, s.instance, "app", secret))
	require.Equal(t, "devs", s.instance.group(group)["name"])
	s.requireNoChanges()
}

// A refresh also plans resources that the program no longer has. They declare nothing.
func TestARefreshDeclaresNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Devs", "customClaims": map[string]any{}}).options.RetainOnDelete = new(true)
	s.mustUp()
	id := string(s.state("devs").ID)
	s.drop("devs")
	s.declare("GroupCustomClaims", "claims", map[string]any{"groupId": id, "claims": map[string]any{"team": "a"}})
	s.options.Refresh = true
	s.mustUp()
	require.Equal(t, map[string]string{"team": "a"}, s.instance.groupClaims(id))
}
