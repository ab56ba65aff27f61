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

// owner is a user or a group whose claims the tests hold.
type owner struct {
	on             *pocketID
	typ, input, at string
	list           string // where such owners are listed
	id             string
}

// owners makes a user and a group by hand.
func owners(t *testing.T, on *pocketID) []owner {
	var all []owner
	for _, o := range []owner{{typ: "UserCustomClaims", input: "userId", at: "user", list: "/api/users"}, {typ: "GroupCustomClaims", input: "groupId", at: "user-group", list: "/api/user-groups"}} {
		o.on = on
		o.id = o.another(t)
		all = append(all, o)
	}
	return all
}

func (o owner) another(t *testing.T) string {
	made := person(named("it"))
	if o.at == "user-group" {
		made = map[string]any{"name": named("it"), "friendlyName": "It"}
	}
	id := o.on.ask("POST", o.list, made)["id"].(string)
	t.Cleanup(func() { o.on.try("DELETE", o.list+"/"+id, nil) })
	return id
}

func (o owner) claims(id string) map[string]string {
	claims := map[string]string{}
	for _, c := range o.on.ask("GET", o.list+"/"+id, nil)["customClaims"].([]any) {
		claims[c.(map[string]any)["key"].(string)] = c.(map[string]any)["value"].(string)
	}
	return claims
}

func (o owner) write(id string, claims map[string]string) {
	list := []any{}
	for key, value := range claims {
		list = append(list, map[string]any{"key": key, "value": value})
	}
	o.on.try("PUT", "/api/custom-claims/"+o.at+"/"+id, list)
}

func (o owner) held(id string, claims map[string]any) map[string]any {
	return map[string]any{o.input: id, "claims": claims}
}

func TestCustomClaimsLiveTheirLife(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	for _, who := range owners(t, on) {
		s := newStack(t, on)
		s.declare(who.typ, "claims", who.held(who.id, map[string]any{"team": "a", "level": 5}))
		o := s.preview()
		require.NoError(t, o.err, o.text)
		require.Empty(t, who.claims(who.id), "a preview writes nothing")
		s.mustUp()
		require.Equal(t, who.id+"/custom-claims", string(s.state("claims").ID))
		require.Equal(t, map[string]string{"team": "a", "level": "5"}, who.claims(who.id))
		s.steady()

		t.Log("drift shows: a claim more, one less, one changed, all gone")
		for _, drift := range []map[string]string{{"team": "a", "level": "5", "more": "x"}, {"team": "a"}, {"team": "z", "level": "5"}, {}} {
			who.write(who.id, drift)
			require.NoError(t, s.refresh().err)
			require.Equal(t, []display.StepOp{deploy.OpUpdate}, s.mustUp().steps["claims"], "%v", drift)
			require.Equal(t, map[string]string{"team": "a", "level": "5"}, who.claims(who.id))
			s.steady()
		}

		s.declare(who.typ, "claims", who.held(who.id, map[string]any{"team": "b"}))
		s.mustUp()
		require.Equal(t, map[string]string{"team": "b"}, who.claims(who.id))
		s.steady()

		t.Log("another owner: the claims move")
		other := who.another(t)
		s.declare(who.typ, "claims", who.held(other, map[string]any{"team": "b"}))
		require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, s.mustUp().steps["claims"])
		require.Equal(t, map[string]string{"team": "b"}, who.claims(other))
		require.Empty(t, who.claims(who.id))
		s.steady()

		t.Log("none at all can be wanted, too")
		s.declare(who.typ, "claims", who.held(other, map[string]any{}))
		s.mustUp()
		require.Empty(t, who.claims(other))
		s.steady()
		who.write(other, map[string]string{"by": "hand"})
		require.NoError(t, s.refresh().err)
		s.mustUp()
		require.Empty(t, who.claims(other))

		s.declare(who.typ, "claims", who.held(other, map[string]any{"team": "b"}))
		s.mustUp()
		o = s.destroy()
		require.NoError(t, o.err, o.text)
		require.Empty(t, who.claims(other))
	}
}

func TestClaimsThatSomebodyHasAreNeverTakenOverButImported(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	on := onPocketID(t)
	for _, who := range owners(t, on) {
		who.write(who.id, map[string]string{"team": "Cafe\u0301", "area": "b"})
		s := newStack(t, on)
		s.declare(who.typ, "claims", who.held(who.id, map[string]any{"team": "c"}))
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, `has custom claims already: "area", "team"`)
		require.Contains(t, o.text, "pulumi import pocketid:index:"+who.typ+" claims '"+who.id+"'")
		require.Len(t, who.claims(who.id), 2)
		require.Nil(t, s.find("claims"))

		require.NoError(t, s.importing(who.typ, "claims", who.id).err)
		s.declare(who.typ, "claims", who.held(who.id, map[string]any{"team": "Caf\u00e9", "area": "b"}))
		s.steady()
		s.mustUp()
		s.steady()
	}
}

func TestClaimsGoWithTheirOwner(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.14.0"} {
		on := onFake(t, fake.Options{Version: version})
		for _, who := range owners(t, on) {
			s := newStack(t, on)
			s.declare(who.typ, "claims", who.held(who.id, map[string]any{"team": "a"}))
			s.mustUp()
			on.ask("DELETE", who.list+"/"+who.id, nil)
			require.NoError(t, s.refresh().err)
			require.Nil(t, s.find("claims"), version)

			other := who.another(t)
			s.declare(who.typ, "claims", who.held(other, map[string]any{"team": "a"}))
			s.mustUp()
			on.ask("DELETE", who.list+"/"+other, nil)
			o := s.destroy()
			require.NoError(t, o.err, o.text)
		}
	}
}

func TestClaimsOfAnOwnerWhoIsNotThereAreAnError(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	const nobody = "00000000-0000-4000-8000-00000000000f"
	for _, version := range []string{"2.9.0", "2.14.0"} {
		on := onFake(t, fake.Options{Version: version})
		for _, who := range owners(t, on) {
			s := newStack(t, on)
			for _, claims := range []map[string]any{{"team": "a"}, {}} {
				s.declare(who.typ, "claims", who.held(nobody, claims))
				o := s.up()
				require.Error(t, o.err)
				require.Contains(t, o.text, "not found", version)
				require.Nil(t, s.find("claims"))
			}
			s.declare(who.typ, "claims", who.held(who.id, map[string]any{"team": "a"}))
			s.mustUp()
			on.ask("DELETE", who.list+"/"+who.id, nil)
			s.declare(who.typ, "claims", who.held(who.id, map[string]any{}))
			o := s.up()
			require.Error(t, o.err, "older servers say nothing to an empty list")
			require.Contains(t, o.text, "not found", version)
			require.Error(t, s.importing(who.typ, "other", nobody).err)
		}
	}
}

func TestALostAnswerToTheFirstClaimsIsSettled(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	on := onFake(t, fake.Options{})
	for _, who := range owners(t, on) {
		s := newStack(t, on)
		s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
		var lost, away atomic.Bool
		on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
			if away.Load() && lost.Load() {
				hijackAndClose(w)
				return true
			}
			if r.Method != "PUT" || !strings.Contains(r.URL.Path, "custom-claims") || lost.Swap(true) {
				return false
			}
			on.server.ServeHTTP(&discarded{}, r)
			hijackAndClose(w)
			return true
		})
		s.declare(who.typ, "claims", who.held(who.id, map[string]any{"team": "a"}))
		s.mustUp()
		require.True(t, lost.Load())
		s.steady()
		require.NoError(t, s.destroy().err)

		t.Log("and if nothing answers any more, the error names the import")
		lost.Store(false)
		away.Store(true)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "it is unknown whether")
		require.Contains(t, o.text, "pulumi import pocketid:index:"+who.typ+" claims '"+who.id+"'")
		on.meddling(nil)
	}
}

func TestBadClaimsAreNamed(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	const id = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	for typ, input := range map[string]string{"UserCustomClaims": "userId", "GroupCustomClaims": "groupId"} {
		require.Empty(t, c.failures(typ, said(map[string]any{input: id, "claims": map[string]any{"team": "a"}})))
		require.Empty(t, c.failures(typ, said(map[string]any{input: unknown, "claims": unknown})))
		for want, inputs := range map[string]map[string]any{
			input + ": must be the id of a user":             {input: "alice", "claims": map[string]any{}},
			`claims["email"]: must have another name`:        {input: id, "claims": map[string]any{"email": "a"}},
			`claims["team"]: must not be empty`:              {input: id, "claims": map[string]any{"team": ""}},
			"claims: ":                                       {input: id},
			input + ": ":                                     {"claims": map[string]any{}},
			`claims["team"]: must not be null: leave it out`: {input: id, "claims": map[string]any{"team": nil}},
		} {
			got := c.failures(typ, said(inputs))
			require.Len(t, got, 1, "%v", inputs)
			require.True(t, strings.HasPrefix(got[0], want), "%v: %v", inputs, got)
		}
	}
}
