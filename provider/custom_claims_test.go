package provider

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// claimsOwner is a user or a group whose custom claims a test manages.
type claimsOwner struct {
	instance                *testInstance
	typ, input, pathSegment string
	listPath                string // path of the list of owners
	id                      string
}

// newClaimsOwners creates a user and a group outside Pulumi.
func newClaimsOwners(t *testing.T, instance *testInstance) []claimsOwner {
	var all []claimsOwner
	for _, o := range []claimsOwner{{typ: "UserCustomClaims", input: "userId", pathSegment: "user", listPath: "/api/users"}, {typ: "GroupCustomClaims", input: "groupId", pathSegment: "user-group", listPath: "/api/user-groups"}} {
		o.instance = instance
		o.id = o.create(t)
		all = append(all, o)
	}
	return all
}

func (o claimsOwner) create(t *testing.T) string {
	made := userInputs(uniqueName("it"))
	if o.pathSegment == "user-group" {
		made = map[string]any{"name": uniqueName("it"), "friendlyName": "It"}
	}
	id := o.instance.mustRequest("POST", o.listPath, made)["id"].(string)
	t.Cleanup(func() { o.instance.request("DELETE", o.listPath+"/"+id, nil) })
	return id
}

func (o claimsOwner) claims(id string) map[string]string {
	claims := map[string]string{}
	for _, c := range o.instance.mustRequest("GET", o.listPath+"/"+id, nil)["customClaims"].([]any) {
		claims[c.(map[string]any)["key"].(string)] = c.(map[string]any)["value"].(string)
	}
	return claims
}

func (o claimsOwner) write(id string, claims map[string]string) {
	list := []any{}
	for key, value := range claims {
		list = append(list, map[string]any{"key": key, "value": value})
	}
	o.instance.request("PUT", "/api/custom-claims/"+o.pathSegment+"/"+id, list)
}

func (o claimsOwner) inputs(id string, claims map[string]any) map[string]any {
	return map[string]any{o.input: id, "claims": claims}
}

func TestCustomClaimsLifecycle(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	for _, owner := range newClaimsOwners(t, instance) {
		s := newStack(t, instance)
		s.declare(owner.typ, "claims", owner.inputs(owner.id, map[string]any{"team": "a", "level": 5}))
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		require.Empty(t, owner.claims(owner.id), "a preview writes nothing")
		s.mustUp()
		require.Equal(t, owner.id+"/custom-claims", string(s.state("claims").ID))
		require.Equal(t, map[string]string{"team": "a", "level": "5"}, owner.claims(owner.id))
		s.requireNoChanges()

		t.Log("drift is detected: an added, a removed, a changed claim, no claims")
		for _, drift := range []map[string]string{{"team": "a", "level": "5", "more": "x"}, {"team": "a"}, {"team": "z", "level": "5"}, {}} {
			owner.write(owner.id, drift)
			require.NoError(t, s.refresh().err)
			require.Equal(t, []display.StepOp{deploy.OpUpdate}, s.mustUp().steps["claims"], "%v", drift)
			require.Equal(t, map[string]string{"team": "a", "level": "5"}, owner.claims(owner.id))
			s.requireNoChanges()
		}

		s.declare(owner.typ, "claims", owner.inputs(owner.id, map[string]any{"team": "b"}))
		s.mustUp()
		require.Equal(t, map[string]string{"team": "b"}, owner.claims(owner.id))
		s.requireNoChanges()

		t.Log("another owner replaces the claims")
		other := owner.create(t)
		s.declare(owner.typ, "claims", owner.inputs(other, map[string]any{"team": "b"}))
		require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, s.mustUp().steps["claims"])
		require.Equal(t, map[string]string{"team": "b"}, owner.claims(other))
		require.Empty(t, owner.claims(owner.id))
		s.requireNoChanges()

		t.Log("an empty map manages that there are no claims")
		s.declare(owner.typ, "claims", owner.inputs(other, map[string]any{}))
		s.mustUp()
		require.Empty(t, owner.claims(other))
		s.requireNoChanges()
		owner.write(other, map[string]string{"by": "hand"})
		require.NoError(t, s.refresh().err)
		s.mustUp()
		require.Empty(t, owner.claims(other))

		s.declare(owner.typ, "claims", owner.inputs(other, map[string]any{"team": "b"}))
		s.mustUp()
		o = s.destroy()
		require.NoError(t, o.err, o.messages)
		require.Empty(t, owner.claims(other))
	}
}

func TestCreateCustomClaimsFailsIfTheyExist(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newInstance(t)
	for _, owner := range newClaimsOwners(t, instance) {
		owner.write(owner.id, map[string]string{"team": "Cafe\u0301", "area": "b"})
		s := newStack(t, instance)
		s.declare(owner.typ, "claims", owner.inputs(owner.id, map[string]any{"team": "c"}))
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, `has custom claims already: "area", "team"`)
		require.Contains(t, o.messages, "pulumi import pocketid:index:"+owner.typ+" claims '"+owner.id+"'")
		require.Len(t, owner.claims(owner.id), 2)
		require.Nil(t, s.find("claims"))

		require.NoError(t, s.importResource(owner.typ, "claims", owner.id).err)
		s.declare(owner.typ, "claims", owner.inputs(owner.id, map[string]any{"team": "Caf\u00e9", "area": "b"}))
		s.requireNoChanges()
		s.mustUp()
		s.requireNoChanges()
	}
}

func TestCustomClaimsAreGoneWithTheirOwner(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.14.0"} {
		instance := newFake(t, fake.Options{Version: version})
		for _, owner := range newClaimsOwners(t, instance) {
			s := newStack(t, instance)
			s.declare(owner.typ, "claims", owner.inputs(owner.id, map[string]any{"team": "a"}))
			s.mustUp()
			instance.mustRequest("DELETE", owner.listPath+"/"+owner.id, nil)
			require.NoError(t, s.refresh().err)
			require.Nil(t, s.find("claims"), version)

			other := owner.create(t)
			s.declare(owner.typ, "claims", owner.inputs(other, map[string]any{"team": "a"}))
			s.mustUp()
			instance.mustRequest("DELETE", owner.listPath+"/"+other, nil)
			o := s.destroy()
			require.NoError(t, o.err, o.messages)
		}
	}
}

func TestCustomClaimsOfAMissingOwnerFail(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		instance := newFake(t, fake.Options{Version: version})
		for _, owner := range newClaimsOwners(t, instance) {
			s := newStack(t, instance)
			for _, claims := range []map[string]any{{"team": "a"}, {}} {
				s.declare(owner.typ, "claims", owner.inputs(missingID, claims))
				o := s.up()
				require.Error(t, o.err)
				require.Contains(t, o.messages, "not found", version)
				require.Nil(t, s.find("claims"))
			}
			s.declare(owner.typ, "claims", owner.inputs(owner.id, map[string]any{"team": "a"}))
			s.mustUp()
			instance.mustRequest("DELETE", owner.listPath+"/"+owner.id, nil)
			s.declare(owner.typ, "claims", owner.inputs(owner.id, map[string]any{}))
			o := s.up()
			require.Error(t, o.err, "older servers accept an empty list for a missing owner")
			require.Contains(t, o.messages, "not found", version)
			require.Error(t, s.importResource(owner.typ, "other", missingID).err)
		}
	}
}

func TestLostResponseToCustomClaimsIsResolved(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newFake(t, fake.Options{})
	for _, owner := range newClaimsOwners(t, instance) {
		s := newStack(t, instance)
		s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
		var lost, away atomic.Bool
		instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if away.Load() && lost.Load() {
				dropConnection(w)
				return true
			}
			if r.Method != "PUT" || !strings.Contains(r.URL.Path, "custom-claims") || lost.Swap(true) {
				return false
			}
			instance.server.ServeHTTP(&discardedResponse{}, r)
			dropConnection(w)
			return true
		})
		s.declare(owner.typ, "claims", owner.inputs(owner.id, map[string]any{"team": "a"}))
		s.mustUp()
		require.True(t, lost.Load())
		s.requireNoChanges()
		require.NoError(t, s.destroy().err)

		t.Log("if no further request is answered, the error names the import command")
		lost.Store(false)
		away.Store(true)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "it is unknown whether")
		require.Contains(t, o.messages, "pulumi import pocketid:index:"+owner.typ+" claims '"+owner.id+"'")
		instance.intercept(nil)
	}
}

func TestCustomClaimsValidation(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	const id = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	for typ, input := range map[string]string{"UserCustomClaims": "userId", "GroupCustomClaims": "groupId"} {
		require.Empty(t, c.failures(typ, toProps(map[string]any{input: id, "claims": map[string]any{"team": "a"}})))
		require.Empty(t, c.failures(typ, toProps(map[string]any{input: unknown, "claims": unknown})))
		for want, inputs := range map[string]map[string]any{
			input + ": must be the ID of a user":        {input: "alice", "claims": map[string]any{}},
			`claims["email"]: must have another name`:   {input: id, "claims": map[string]any{"email": "a"}},
			`claims["team"]: must not be empty`:         {input: id, "claims": map[string]any{"team": ""}},
			"claims: ":                                  {input: id},
			input + ": ":                                {"claims": map[string]any{}},
			`claims["team"]: must not be null; omit it`: {input: id, "claims": map[string]any{"team": nil}},
		} {
			got := c.failures(typ, toProps(inputs))
			require.Len(t, got, 1, "%v", inputs)
			require.True(t, strings.HasPrefix(got[0], want), "%v: %v", inputs, got)
		}
	}
}
