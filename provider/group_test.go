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

// group is a group as the server has it, or nil.
func (i *pocketID) group(id string) map[string]any {
	i.t.Helper()
	status, out := i.try("GET", "/api/user-groups/"+id, nil)
	if status == http.StatusNotFound {
		return nil
	}
	require.Equal(i.t, 200, status, out)
	return out.(map[string]any)
}

func (i *pocketID) claims(groupID string) map[string]string {
	claims := map[string]string{}
	for _, c := range i.group(groupID)["customClaims"].([]any) {
		claim := c.(map[string]any)
		claims[claim["key"].(string)] = claim["value"].(string)
	}
	return claims
}

func TestGroupLivesItsLife(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	name := named("devs")
	s.declare("Group", "devs", map[string]any{"name": name, "friendlyName": "Developers", "customClaims": map[string]any{"team": "a", "area": "b"}})
	s.mustUp()
	id := string(s.state("devs").ID)
	require.Equal(t, map[string]string{"team": "a", "area": "b"}, s.pocketID.claims(id))
	s.steady()

	renamed := named("renamed")
	s.declare("Group", "devs", map[string]any{"name": renamed, "friendlyName": "Devs", "customClaims": map[string]any{"team": "c"}})
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["devs"])
	require.Equal(t, renamed, s.pocketID.group(id)["name"])
	require.Equal(t, map[string]string{"team": "c"}, s.pocketID.claims(id))
	s.steady()

	t.Log("left out, the claims are left alone")
	s.declare("Group", "devs", map[string]any{"name": renamed, "friendlyName": "Devs"})
	s.mustUp()
	require.Equal(t, map[string]string{"team": "c"}, s.pocketID.claims(id))
	s.steady()

	t.Log("an empty map removes them")
	s.declare("Group", "devs", map[string]any{"name": renamed, "friendlyName": "Devs", "customClaims": map[string]any{}})
	s.mustUp()
	require.Empty(t, s.pocketID.claims(id))
	s.steady()
	require.NoError(t, s.destroy().err)
	require.Nil(t, s.pocketID.group(id))
}

func TestDriftOfAGroupShowsAndIsMended(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	name := named("devs")
	s.declare("Group", "devs", map[string]any{"name": name, "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}})
	s.declare("Group", "ops", map[string]any{"name": named("ops"), "friendlyName": "Operations"})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	devs, ops := string(s.state("devs").ID), string(s.state("ops").ID)
	s.pocketID.ask("PUT", "/api/user-groups/"+devs, map[string]any{"name": named("other"), "friendlyName": "Other"})
	s.pocketID.ask("PUT", "/api/custom-claims/user-group/"+devs, []any{map[string]any{"key": "team", "value": "z"}})
	s.pocketID.ask("PUT", "/api/custom-claims/user-group/"+ops, []any{map[string]any{"key": "by", "value": "hand"}})
	require.NoError(t, s.refresh().err)
	o := s.mustUp()
	require.ElementsMatch(t, []string{"name", "friendlyName", "customClaims.team"}, o.diffs["devs"])
	require.Empty(t, o.steps["ops"], "claims that the program leaves out are left alone")
	require.Equal(t, name, s.pocketID.group(devs)["name"])
	require.Equal(t, map[string]string{"team": "a"}, s.pocketID.claims(devs))
	require.Equal(t, map[string]string{"by": "hand"}, s.pocketID.claims(ops))
	s.steady()
}

func TestAGroupThatExistsIsNeverTakenOver(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	name := named("devs")
	theirs := s.pocketID.ask("POST", "/api/user-groups", map[string]any{"name": name, "friendlyName": "Theirs"})["id"].(string)
	t.Cleanup(func() { s.pocketID.try("DELETE", "/api/user-groups/"+theirs, nil) })
	s.declare("Group", "devs", map[string]any{"name": name, "friendlyName": "Developers"})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, theirs, "the error must say what to import")
	require.Equal(t, "Theirs", s.pocketID.group(theirs)["friendlyName"])
	require.Nil(t, s.find("devs"))
}

func TestImportedGroupShowsNoChange(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	name := named("devs")
	id := on.ask("POST", "/api/user-groups", map[string]any{"name": name, "friendlyName": "Caf\u00e9"})["id"].(string)
	t.Cleanup(func() { on.try("DELETE", "/api/user-groups/"+id, nil) })
	on.ask("PUT", "/api/custom-claims/user-group/"+id, []any{map[string]any{"key": "team", "value": "a"}})
	for _, program := range []map[string]any{
		{"name": name, "friendlyName": "Cafe\u0301"},
		{"name": name, "friendlyName": "Caf\u00e9", "customClaims": map[string]any{"team": "a"}},
	} {
		s := newStack(t, on)
		o := s.importing("Group", "devs", id)
		require.NoError(t, o.err, o.text)
		s.declare("Group", "devs", program)
		s.steady()
	}
}

func TestClaimsThatWereRefusedAreSetAfterARefresh(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	s.config["maxRetries"] = "0"
	s.declare("Group", "devs", map[string]any{"name": named("devs"), "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}})
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "custom-claims") {
			http.Error(w, "no", http.StatusInternalServerError)
			return true
		}
		return false
	})
	o := s.up()
	require.Error(t, o.err)
	id := string(s.state("devs").ID)
	s.pocketID.meddling(nil)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.Equal(t, map[string]string{"team": "a"}, s.pocketID.claims(id))
	s.steady()
	require.NoError(t, s.destroy().err)
}

// groupFromLDAP plays a group that comes from a directory: the server changes nothing
// of it but its claims and members.
func (i *pocketID) groupFromLDAP(id string) {
	i.meddling(func(w http.ResponseWriter, r *http.Request) bool {
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

func TestOfAGroupFromLDAPOnlyTheClaimsChange(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	on := onFake(t, fake.Options{})
	on.configured(map[string]string{"ldapEnabled": "true"})
	id := on.ask("POST", "/api/user-groups", map[string]any{"name": "devs", "friendlyName": "Developers"})["id"].(string)
	on.groupFromLDAP(id)
	s := newStack(t, on)
	require.NoError(t, s.importing("Group", "devs", id).err)
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}})
	s.mustUp()
	require.Equal(t, map[string]string{"team": "a"}, on.claims(id))
	s.steady()

	s.declare("Group", "devs", map[string]any{"name": "coders", "friendlyName": "Coders", "customClaims": map[string]any{"team": "b"}})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, `the group comes from LDAP, and Pocket ID refuses a change of friendlyName, name (it is "devs", "Developers"): make it in the directory`)
	require.Equal(t, map[string]string{"team": "a"}, on.claims(id))

	o = s.destroy()
	require.Error(t, o.err)
	require.Contains(t, o.text, "the group comes from LDAP, and Pocket ID does not delete such groups: remove it from the directory")
	require.NotNil(t, s.find("devs"))

	t.Log("where LDAP is off by now, it is a group like others")
	on.configured(map[string]string{"ldapEnabled": "false"})
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "GET" || r.URL.Path != "/api/user-groups/"+id {
			return false
		}
		answer := httptest.NewRecorder()
		on.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.Replace(answer.Body.String(), `"ldapId":null`, `"ldapId":"cn=devs"`, 1))
		return true
	})
	s.mustUp()
	require.Equal(t, "coders", on.group(id)["name"])
	s.steady()
	require.NoError(t, s.destroy().err)
}

func TestClaimsOfAGroupAreWordsHoweverTheyAreSaid(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	s.declare("Group", "devs", map[string]any{"name": named("devs"), "friendlyName": "Developers", "customClaims": map[string]any{"level": 5, "senior": true}})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, map[string]any{"level": "5", "senior": "true"}, s.output("devs", "customClaims"))
	s.steady()
}

func TestAPlainPropertyThatWasGivenASecretStaysOne(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	s.declare("Group", "devs", map[string]any{"name": named("devs"), "friendlyName": resource.MakeSecret(resource.NewProperty("Hidden"))})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.True(t, s.state("devs").Outputs["friendlyName"].IsSecret())
	s.steady()
	require.True(t, s.state("devs").Outputs["friendlyName"].IsSecret(), "after a refresh")
	require.True(t, s.state("devs").Inputs["friendlyName"].IsSecret(), "after a refresh")
}
