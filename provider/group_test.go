package provider

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// group returns a group from the server, or nil if it does not exist.
func (i *testInstance) group(id string) map[string]any {
	i.t.Helper()
	status, out := i.request("GET", "/api/user-groups/"+id, nil)
	if status == http.StatusNotFound {
		return nil
	}
	require.Equal(i.t, 200, status, out)
	return out.(map[string]any)
}

// groupClaims returns the custom claims of a group.
func (i *testInstance) groupClaims(groupID string) map[string]string {
	claims := map[string]string{}
	for _, c := range i.group(groupID)["customClaims"].([]any) {
		claim := c.(map[string]any)
		claims[claim["key"].(string)] = claim["value"].(string)
	}
	return claims
}

func TestGroupLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	name := uniqueName("devs")
	s.declare("Group", "devs", map[string]any{"name": name, "friendlyName": "Developers", "customClaims": map[string]any{"team": "a", "area": "b"}})
	s.mustUp()
	id := string(s.state("devs").ID)
	require.Equal(t, map[string]string{"team": "a", "area": "b"}, s.instance.groupClaims(id))
	s.requireNoChanges()

	renamed := uniqueName("renamed")
	s.declare("Group", "devs", map[string]any{"name": renamed, "friendlyName": "Devs", "customClaims": map[string]any{"team": "c"}})
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["devs"])
	require.Equal(t, renamed, s.instance.group(id)["name"])
	require.Equal(t, map[string]string{"team": "c"}, s.instance.groupClaims(id))
	s.requireNoChanges()

	t.Log("omitted claims are kept")
	s.declare("Group", "devs", map[string]any{"name": renamed, "friendlyName": "Devs"})
	s.mustUp()
	require.Equal(t, map[string]string{"team": "c"}, s.instance.groupClaims(id))
	s.requireNoChanges()

	t.Log("an empty map removes them")
	s.declare("Group", "devs", map[string]any{"name": renamed, "friendlyName": "Devs", "customClaims": map[string]any{}})
	s.mustUp()
	require.Empty(t, s.instance.groupClaims(id))
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
	require.Nil(t, s.instance.group(id))
}

func TestGroupDriftIsDetectedAndCorrected(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	name := uniqueName("devs")
	s.declare("Group", "devs", map[string]any{"name": name, "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}})
	s.declare("Group", "ops", map[string]any{"name": uniqueName("ops"), "friendlyName": "Operations"})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	devs, ops := string(s.state("devs").ID), string(s.state("ops").ID)
	s.instance.mustRequest("PUT", "/api/user-groups/"+devs, map[string]any{"name": uniqueName("other"), "friendlyName": "Other"})
	s.instance.mustRequest("PUT", "/api/custom-claims/user-group/"+devs, []any{map[string]any{"key": "team", "value": "z"}})
	s.instance.mustRequest("PUT", "/api/custom-claims/user-group/"+ops, []any{map[string]any{"key": "by", "value": "hand"}})
	require.NoError(t, s.refresh().err)
	o := s.mustUp()
	require.ElementsMatch(t, []string{"name", "friendlyName", "customClaims.team"}, o.diffs["devs"])
	require.Empty(t, o.steps["ops"], "omitted claims are kept")
	require.Equal(t, name, s.instance.group(devs)["name"])
	require.Equal(t, map[string]string{"team": "a"}, s.instance.groupClaims(devs))
	require.Equal(t, map[string]string{"by": "hand"}, s.instance.groupClaims(ops))
	s.requireNoChanges()
}

func TestCreateGroupFailsIfItExists(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	name := uniqueName("devs")
	theirs := s.instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": name, "friendlyName": "Theirs"})["id"].(string)
	t.Cleanup(func() { s.instance.request("DELETE", "/api/user-groups/"+theirs, nil) })
	s.declare("Group", "devs", map[string]any{"name": name, "friendlyName": "Developers"})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, theirs, "the error must name the id to import")
	require.Equal(t, "Theirs", s.instance.group(theirs)["friendlyName"])
	require.Nil(t, s.find("devs"))
}

func TestImportedGroupShowsNoDiff(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	name := uniqueName("devs")
	id := instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": name, "friendlyName": "Caf\u00e9"})["id"].(string)
	t.Cleanup(func() { instance.request("DELETE", "/api/user-groups/"+id, nil) })
	instance.mustRequest("PUT", "/api/custom-claims/user-group/"+id, []any{map[string]any{"key": "team", "value": "a"}})
	for _, program := range []map[string]any{
		{"name": name, "friendlyName": "Cafe\u0301"},
		{"name": name, "friendlyName": "Caf\u00e9", "customClaims": map[string]any{"team": "a"}},
	} {
		s := newStack(t, instance)
		o := s.importResource("Group", "devs", id)
		require.NoError(t, o.err, o.messages)
		s.declare("Group", "devs", program)
		s.requireNoChanges()
	}
}

func TestRefusedGroupClaimsAreSetAfterARefresh(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.config["maxRetries"] = "0"
	s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}})
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "custom-claims") {
			http.Error(w, "no", http.StatusInternalServerError)
			return true
		}
		return false
	})
	o := s.up()
	require.Error(t, o.err)
	id := string(s.state("devs").ID)
	s.instance.intercept(nil)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.Equal(t, map[string]string{"team": "a"}, s.instance.groupClaims(id))
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
}

// makeGroupFromLDAP lets a group appear as synchronized from LDAP. The server
// refuses changes of such a group except for its claims and members.
func (i *testInstance) makeGroupFromLDAP(id string) {
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/user-groups/"+id {
			return false
		}
		if r.Method != "GET" {
			reply(w, http.StatusForbidden, "application/json", `{"error":"LDAP user groups can't be updated","code":"ldap_user_group_update"}`)
			return true
		}
		answer := httptest.NewRecorder()
		i.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.Replace(answer.Body.String(), `"ldapId":null`, `"ldapId":"cn=devs"`, 1))
		return true
	})
}

func TestOnlyTheClaimsOfAnLDAPGroupCanChange(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newFake(t, fake.Options{})
	instance.updateSettings(map[string]string{"ldapEnabled": "true"})
	id := instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": "devs", "friendlyName": "Developers"})["id"].(string)
	instance.makeGroupFromLDAP(id)
	s := newStack(t, instance)
	require.NoError(t, s.importResource("Group", "devs", id).err)
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}})
	s.mustUp()
	require.Equal(t, map[string]string{"team": "a"}, instance.groupClaims(id))
	s.requireNoChanges()

	s.declare("Group", "devs", map[string]any{"name": "coders", "friendlyName": "Coders", "customClaims": map[string]any{"team": "b"}})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, `the group comes from LDAP, and Pocket ID refuses a change of friendlyName, name (it is "devs", "Developers"): make it in the directory`)
	require.Equal(t, map[string]string{"team": "a"}, instance.groupClaims(id))

	o = s.destroy()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "the group comes from LDAP, and Pocket ID does not delete such groups: remove it from the directory")
	require.NotNil(t, s.find("devs"))

	t.Log("if LDAP is disabled, it is a group like others")
	instance.updateSettings(map[string]string{"ldapEnabled": "false"})
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "GET" || r.URL.Path != "/api/user-groups/"+id {
			return false
		}
		answer := httptest.NewRecorder()
		instance.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.Replace(answer.Body.String(), `"ldapId":null`, `"ldapId":"cn=devs"`, 1))
		return true
	})
	s.mustUp()
	require.Equal(t, "coders", instance.group(id)["name"])
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
}

func TestGroupClaimsAreConvertedToStrings(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": "Developers", "customClaims": map[string]any{"level": 5, "senior": true}})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, map[string]any{"level": "5", "senior": "true"}, s.output("devs", "customClaims"))
	s.requireNoChanges()
}

func TestPlainPropertyWithASecretValueStaysSecret(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": resource.MakeSecret(resource.NewProperty("Hidden"))})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.True(t, s.state("devs").Outputs["friendlyName"].IsSecret())
	s.requireNoChanges()
	require.True(t, s.state("devs").Outputs["friendlyName"].IsSecret(), "after a refresh")
	require.True(t, s.state("devs").Inputs["friendlyName"].IsSecret(), "after a refresh")
}
