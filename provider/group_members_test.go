package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

const nobody = "00000000-0000-4000-8000-000000000000" // is no id of anything

// person makes a user as the web page does, and returns the id.
func (i *pocketID) person() string {
	i.t.Helper()
	name := named("person")
	id := i.ask("POST", "/api/users", map[string]any{"username": name, "email": name + "@example.com", "firstName": "A", "lastName": "B", "displayName": "A B"})["id"].(string)
	i.t.Cleanup(func() { i.try("DELETE", "/api/users/"+id, nil) })
	return id
}

// emptyGroup makes a group as the web page does, and returns the id.
func (i *pocketID) emptyGroup() string {
	i.t.Helper()
	id := i.ask("POST", "/api/user-groups", map[string]any{"name": named("group"), "friendlyName": "Group"})["id"].(string)
	i.t.Cleanup(func() { i.try("DELETE", "/api/user-groups/"+id, nil) })
	return id
}

// setMembers does what a person does in the web page.
func (i *pocketID) setMembers(groupID string, users ...string) {
	i.t.Helper()
	i.ask("PUT", "/api/user-groups/"+groupID+"/users", map[string]any{"userIds": append([]string{}, users...)})
}

func (i *pocketID) members(groupID string) []string {
	i.t.Helper()
	ids := []string{}
	for _, u := range i.group(groupID)["users"].([]any) {
		ids = append(ids, u.(map[string]any)["id"].(string))
	}
	slices.Sort(ids)
	return ids
}

func inOrder(ids ...string) []string { return slices.Sorted(slices.Values(ids)) }

func listOf(ids ...string) []any {
	list := []any{}
	for _, id := range ids {
		list = append(list, id)
	}
	return list
}

func TestGroupMembersLiveTheirLife(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	ann, bob, eve := s.pocketID.person(), s.pocketID.person(), s.pocketID.person()
	s.declare("Group", "devs", map[string]any{"name": named("devs"), "friendlyName": "Developers"})
	s.declare("GroupMembers", "devs-members", map[string]any{"userIds": listOf(bob, ann, bob)}).from = map[string]string{"groupId": "devs.id"}
	o := s.preview()
	require.NoError(t, o.err, o.text)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	devs := string(s.state("devs").ID)
	require.Equal(t, devs+"/members", string(s.state("devs-members").ID))
	require.Equal(t, inOrder(ann, bob), s.pocketID.members(devs))
	s.steady()

	t.Log("another order is no change, another user is one")
	s.declare("GroupMembers", "devs-members", map[string]any{"userIds": listOf(ann, bob)})
	require.Empty(t, s.preview().steps)
	s.declare("GroupMembers", "devs-members", map[string]any{"userIds": listOf(eve, ann)})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["devs-members"])
	require.Equal(t, inOrder(ann, eve), s.pocketID.members(devs))
	s.steady()

	t.Log("who comes and goes by hand is drift")
	s.pocketID.setMembers(devs, ann, bob)
	require.NoError(t, s.refresh().err)
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, s.mustUp().steps["devs-members"])
	require.Equal(t, inOrder(ann, eve), s.pocketID.members(devs))
	s.steady()

	t.Log("nobody is a list, too")
	s.declare("GroupMembers", "devs-members", map[string]any{"userIds": []any{}})
	s.mustUp()
	require.Empty(t, s.pocketID.members(devs))
	s.steady()

	t.Log("the group keeps its names, and loses its members with the resource")
	s.declare("GroupMembers", "devs-members", map[string]any{"userIds": listOf(eve)})
	s.mustUp()
	s.drop("devs-members")
	s.mustUp()
	require.Empty(t, s.pocketID.members(devs))
	require.Equal(t, "Developers", s.pocketID.group(devs)["friendlyName"])
}

func TestNobodyIsThrownOutOfAGroupUnseen(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	ann, bob := s.pocketID.person(), s.pocketID.person()
	group := s.pocketID.emptyGroup()
	s.pocketID.setMembers(group, ann, bob)
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": listOf(ann)})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, bob)
	require.Contains(t, o.text, "pulumi import pocketid:index:GroupMembers members '"+group+"'")
	require.Equal(t, inOrder(ann, bob), s.pocketID.members(group))
	require.Nil(t, s.find("members"))

	t.Log("where all are named, nobody is")
	carol := s.pocketID.person()
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": listOf(ann, bob, carol)})
	s.mustUp()
	require.Equal(t, inOrder(ann, bob, carol), s.pocketID.members(group))
	s.steady()
	require.NoError(t, s.destroy().err)
}

func TestImportedMembersShowNoChange(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	ann, bob := on.person(), on.person()
	group, empty := on.emptyGroup(), on.emptyGroup()
	on.setMembers(group, ann, bob)
	for _, c := range []struct {
		typ, id string
		program map[string]any
	}{
		{"GroupMembers", group, map[string]any{"groupId": group, "userIds": listOf(bob, ann)}},
		{"GroupMembers", empty, map[string]any{"groupId": empty, "userIds": []any{}}},
		{"GroupMember", group + "/" + bob, map[string]any{"groupId": group, "userId": bob}},
	} {
		s := newStack(t, on)
		o := s.importing(c.typ, "it", c.id)
		require.NoError(t, o.err, o.text)
		s.declare(c.typ, "it", c.program)
		s.steady()
	}
	for _, c := range []struct{ typ, id, want string }{
		{"GroupMembers", nobody, "does not exist"},
		{"GroupMember", group + "/" + nobody, "does not exist"},
		{"GroupMember", nobody + "/" + ann, "does not exist"},
		{"GroupMember", ann, "is not of the form <groupId>/<userId>"},
		{"GroupMember", group + "/", "is not of the form <groupId>/<userId>"},
		{"GroupMember", group + "/x/y", "is not of the form <groupId>/<userId>"},
	} {
		s := newStack(t, on)
		o := s.importing(c.typ, "it", c.id)
		require.Error(t, o.err, c.id)
		require.Contains(t, o.text+o.err.Error(), c.want)
	}
}

func TestUsersThatDoNotExistAreNamedAndTheOthersAdded(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	ann := s.pocketID.person()
	group, other := s.pocketID.emptyGroup(), s.pocketID.emptyGroup()
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": listOf(ann, nobody)})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "no users with the ids "+nobody)
	require.Equal(t, []string{ann}, s.pocketID.members(group))
	require.Equal(t, group+"/members", string(s.state("members").ID), "what was reached is not in the state")
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": listOf(ann)})
	s.mustUp()
	s.steady()
	require.NoError(t, s.destroy().err)

	t.Log("one by one, only the one fails")
	s = newStack(t, s.pocketID)
	s.options.ContinueOnError = true
	s.declare("GroupMember", "ann", map[string]any{"groupId": other, "userId": ann})
	s.declare("GroupMember", "nobody", map[string]any{"groupId": other, "userId": nobody})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "no users with the ids "+nobody)
	require.Equal(t, []string{ann}, s.pocketID.members(other))
	require.Nil(t, s.find("nobody"))
	require.NotNil(t, s.find("ann"))
	require.NoError(t, s.destroy().err)
}

func TestAGroupMemberLeavesTheOthersAlone(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	ann, bob, eve := s.pocketID.person(), s.pocketID.person(), s.pocketID.person()
	group := s.pocketID.emptyGroup()
	s.pocketID.setMembers(group, eve)
	s.declare("GroupMember", "ann", map[string]any{"groupId": group, "userId": ann})
	s.mustUp()
	require.Equal(t, group+"/"+ann, string(s.state("ann").ID))
	require.Equal(t, inOrder(ann, eve), s.pocketID.members(group))
	s.steady()

	t.Log("another user is another membership")
	s.declare("GroupMember", "ann", map[string]any{"groupId": group, "userId": bob})
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["ann"])
	require.Equal(t, inOrder(bob, eve), s.pocketID.members(group))
	s.steady()

	t.Log("taken out by hand, the user is added again")
	s.pocketID.setMembers(group, eve)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.Equal(t, inOrder(bob, eve), s.pocketID.members(group))

	t.Log("who is a member already is not taken over")
	s.declare("GroupMember", "eve", map[string]any{"groupId": group, "userId": eve})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "is a member of group "+group+" already")
	require.Contains(t, o.text, "pulumi import pocketid:index:GroupMember eve '"+group+"/"+eve+"'")
	s.drop("eve")

	require.NoError(t, s.destroy().err)
	require.Equal(t, []string{eve}, s.pocketID.members(group))
}

func TestReplacedMembersStay(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	ann, group, other := s.pocketID.person(), s.pocketID.emptyGroup(), s.pocketID.emptyGroup()
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": listOf(ann)})
	s.mustUp()
	s.options.ReplaceTargets = deploy.NewUrnTargets([]string{string(s.state("members").URN)})
	o := s.mustUp()
	require.Contains(t, o.steps["members"], deploy.OpDeleteReplaced)
	require.Equal(t, []string{ann}, s.pocketID.members(group))
	s.options.ReplaceTargets = deploy.UrnTargets{}
	s.steady()

	t.Log("under another name, they stay, too")
	s.drop("members")
	s.declare("GroupMembers", "renamed", map[string]any{"groupId": group, "userIds": listOf(ann)})
	s.mustUp()
	require.Equal(t, []string{ann}, s.pocketID.members(group))
	s.steady()

	t.Log("in another group, they leave the first")
	s.declare("GroupMembers", "renamed", map[string]any{"groupId": other, "userIds": listOf(ann)})
	s.mustUp()
	require.Empty(t, s.pocketID.members(group))
	require.Equal(t, []string{ann}, s.pocketID.members(other))
	s.steady()
	require.NoError(t, s.destroy().err)
	require.Empty(t, s.pocketID.members(other))
}

func TestMembershipsEndWithTheirGroup(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	ann := s.pocketID.person()
	one, two := s.pocketID.emptyGroup(), s.pocketID.emptyGroup()
	s.declare("GroupMember", "one", map[string]any{"groupId": one, "userId": ann})
	s.declare("GroupMembers", "two", map[string]any{"groupId": two, "userIds": listOf(ann)})
	s.mustUp()
	s.pocketID.ask("DELETE", "/api/user-groups/"+one, nil)
	s.pocketID.ask("DELETE", "/api/user-groups/"+two, nil)
	t.Log("deleting what is gone is done, and a refresh notices")
	before := s.snap
	require.NoError(t, s.destroy().err)
	s.snap = before
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("one"))
	require.Nil(t, s.find("two"))
}

func TestOneListIsSaidByOneResourceOfAProgram(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	ann, group := s.pocketID.person(), s.pocketID.emptyGroup()
	s.declare("GroupMembers", "all", map[string]any{"groupId": group, "userIds": []any{}})
	s.declare("GroupMember", "ann", map[string]any{"groupId": group, "userId": ann})
	o := s.preview()
	require.Error(t, o.err)
	require.Regexp(t, `is said by (GroupMembers "all"|GroupMember "ann"), too`, o.text)
	s.drop("all")
	s.mustUp()
	s.declare("GroupMember", "again", map[string]any{"groupId": group, "userId": ann})
	o = s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.text, `is said by GroupMember "`)
	s.drop("again")
	s.declare("GroupMember", "another", map[string]any{"groupId": group, "userId": s.pocketID.person()})
	s.mustUp()
	s.steady()
}

// Not parallel: how well edits join is a matter of milliseconds; the best of three counts.
func TestTwentyMembersOfOneGroupCostFewRequests(t *testing.T) {
	engineRaces(t)
	best := twentyMembers(t)
	for range 2 {
		if best > 12 {
			best = min(best, twentyMembers(t))
		}
	}
	t.Logf("%d requests for the members of one group", best)
	require.LessOrEqual(t, best, 12)
}

func twentyMembers(t *testing.T) (requests int) {
	t.Helper()
	s := newStack(t, onPocketID(t))
	group, before := s.pocketID.emptyGroup(), s.pocketID.person()
	s.pocketID.setMembers(group, before)
	for n := range 20 {
		s.declare("GroupMember", fmt.Sprint("m", n), map[string]any{"groupId": group, "userId": s.pocketID.person()})
	}
	for _, r := range s.pocketID.counted(func() { s.mustUp() }) {
		if strings.Contains(r, "/api/user-groups/"+group) {
			requests++
		}
	}
	require.Len(t, s.pocketID.members(group), 21)
	s.steady()
	require.NoError(t, s.destroy().err)
	require.Equal(t, []string{before}, s.pocketID.members(group), "they leave as they came")
	return requests
}

func TestMembersSurviveLostAnswersAndOtherWriters(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	ann, bob, eve := s.pocketID.person(), s.pocketID.person(), s.pocketID.person()
	group, all := s.pocketID.emptyGroup(), s.pocketID.emptyGroup()
	s.declare("GroupMember", "ann", map[string]any{"groupId": group, "userId": ann})
	s.declare("GroupMembers", "all", map[string]any{"groupId": all, "userIds": listOf(ann, bob)})
	s.pocketID.meddling(onceEach("PUT", func(w http.ResponseWriter, r *http.Request) {
		s.pocketID.server.ServeHTTP(&deaf{header: http.Header{}}, r)
		panic(http.ErrAbortHandler)
	}))
	s.mustUp()
	s.pocketID.meddling(nil)
	require.Equal(t, []string{ann}, s.pocketID.members(group))
	require.Equal(t, inOrder(ann, bob), s.pocketID.members(all))
	s.steady()

	t.Log("another writer has read before our write, and writes after it")
	s.declare("GroupMember", "bob", map[string]any{"groupId": group, "userId": bob})
	s.declare("GroupMembers", "all", map[string]any{"groupId": all, "userIds": listOf(bob)})
	late := []string{ann, eve}
	otherWriter := func(w http.ResponseWriter, r *http.Request) {
		s.pocketID.server.ServeHTTP(w, r)
		body, _ := json.Marshal(map[string]any{"userIds": late})
		write, _ := http.NewRequest("PUT", r.URL.Path, strings.NewReader(string(body)))
		write.Header.Set("X-API-Key", s.pocketID.key)
		write.Header.Set("Content-Type", "application/json")
		s.pocketID.server.ServeHTTP(&deaf{header: http.Header{}}, write)
	}
	s.pocketID.meddling(onceEach("PUT", otherWriter))
	s.mustUp()
	s.pocketID.meddling(nil)
	require.Equal(t, inOrder(ann, bob, eve), s.pocketID.members(group), "each writer's user is there")
	require.Equal(t, []string{bob}, s.pocketID.members(all))
	for _, c := range []struct{ late, wanted []string }{{[]string{}, []string{ann, eve}}, {[]string{ann, bob, eve}, []string{ann}}} {
		late = c.late
		s.declare("GroupMembers", "all", map[string]any{"groupId": all, "userIds": listOf(c.wanted...)})
		s.pocketID.meddling(onceEach("PUT", otherWriter))
		s.mustUp()
		s.pocketID.meddling(nil)
		require.Equal(t, inOrder(c.wanted...), s.pocketID.members(all))
	}
	s.steady()
	require.NoError(t, s.destroy().err)
}

// onceEach meddles with the first request of a method to each path.
func onceEach(method string, f func(http.ResponseWriter, *http.Request)) func(http.ResponseWriter, *http.Request) bool {
	done := make(chan map[string]bool, 1)
	done <- map[string]bool{}
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != method {
			return false
		}
		seen := <-done
		first := !seen[r.URL.Path]
		seen[r.URL.Path] = true
		done <- seen
		if first {
			f(w, r)
		}
		return first
	}
}

// deaf takes an answer and tells nobody.
type deaf struct{ header http.Header }

func (d *deaf) Header() http.Header         { return d.header }
func (d *deaf) Write(b []byte) (int, error) { return len(b), nil }
func (d *deaf) WriteHeader(int)             {}

// listed are the objects that a resource finds, by id.
func (i *pocketID) listed(of listable, by map[string]string) map[string]listing {
	i.t.Helper()
	for name := range by {
		require.Contains(i.t, of.ListInputs(), name)
	}
	conn, err := api.New(api.Options{BaseURL: i.url, APIKey: i.key})
	require.NoError(i.t, err)
	found, err := of.List(i.t.Context(), conn, by)
	require.NoError(i.t, err)
	out := map[string]listing{}
	for _, l := range found {
		out[l.ID] = l
	}
	return out
}

func TestWhatCanBeImportedIsListed(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	ann, group, empty := on.person(), on.emptyGroup(), on.emptyGroup()
	on.setMembers(group, ann)
	id, open := on.bareClient(), on.bareClient()
	on.edit(id, func(c map[string]any) { c["isGroupRestricted"] = true })
	for _, client := range []string{id, open} { // which means nothing on the open one
		on.ask("PUT", "/api/oidc/clients/"+client+"/allowed-user-groups", map[string]any{"userGroupIds": []string{group, empty}})
	}
	on.ask("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://app.example/scim", "oidcClientId": id})
	token := on.ask("POST", "/api/signup-tokens", map[string]any{"ttl": "1h", "usageLimit": 4})
	t.Cleanup(func() { on.try("DELETE", "/api/signup-tokens/"+token["id"].(string), nil) })
	groupName := on.group(group)["name"].(string)

	members := on.listed(&GroupMembers{}, nil)
	require.Equal(t, listing{ID: group + "/members", Name: groupName}, members[group+"/members"])
	require.NotContains(t, members, empty+"/members")
	require.Contains(t, on.listed(&GroupMember{}, nil), group+"/"+ann)
	require.Len(t, on.listed(&GroupMember{}, map[string]string{"groupId": group}), 1)
	require.Empty(t, on.listed(&GroupMember{}, map[string]string{"groupId": empty}))
	accesses := on.listed(&ClientGroupAccess{}, nil)
	require.Equal(t, listing{ID: id + "/" + group, Name: "App " + groupName}, accesses[id+"/"+group])
	require.NotContains(t, accesses, open+"/"+group)
	require.Len(t, on.listed(&ClientGroupAccess{}, map[string]string{"clientId": id}), 2)
	require.Empty(t, on.listed(&ClientGroupAccess{}, map[string]string{"clientId": open}))
	providers := on.listed(&ScimServiceProvider{}, nil)
	require.Equal(t, listing{ID: id + "/scim-service-provider", Name: "App"}, providers[id+"/scim-service-provider"])
	require.NotContains(t, providers, open+"/scim-service-provider")
	found := on.listed(&SignupToken{}, nil)[token["id"].(string)]
	require.Contains(t, found.Name, "until ")
	require.NotContains(t, found.Name, token["token"])
}

func TestBadMembersAreNamed(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	for _, row := range []struct {
		typ    string
		inputs map[string]any
		want   []string
	}{
		{"GroupMembers", map[string]any{"groupId": "g", "userIds": []any{"a", ""}}, []string{"userIds[0]: must be the id of a user"}},
		{"GroupMembers", map[string]any{"groupId": "../users", "userIds": []any{}}, []string{"groupId: must be the id of a user group"}},
		{"GroupMembers", map[string]any{"groupId": unknown, "userIds": []any{unknown}}, nil},
		{"GroupMembers", map[string]any{"groupId": "g"}, []string{"userIds: "}},
		{"GroupMember", map[string]any{"groupId": "g2", "userId": "a/b"}, []string{"userId: must be the id of a user"}},
		{"GroupMember", map[string]any{"groupId": unknown, "userId": unknown}, nil},
		{"ClientGroupAccess", map[string]any{"clientId": "a/b", "groupId": ".."}, []string{"clientId: must be the id of a client", "groupId: must be the id of a user group"}},
	} {
		require.Subset(t, shortened(c.failures(row.typ, said(row.inputs)), row.want), row.want, row.inputs)
		require.Len(t, c.failures(row.typ, said(row.inputs)), len(row.want))
	}
}

// shortened cuts failures to the beginnings that are looked for.
func shortened(failures, beginnings []string) []string {
	var out []string
	for _, f := range failures {
		for _, b := range beginnings {
			if strings.HasPrefix(f, b) {
				f = b
			}
		}
		out = append(out, f)
	}
	return out
}

func TestMembersThatWereNotWrittenAreNotSaidToBeMissing(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.config["requestTimeout"] = "1"
	ann, bob, group := s.pocketID.person(), s.pocketID.person(), s.pocketID.emptyGroup()
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": listOf(ann)})
	fails := func() {
		t.Helper()
		s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == "PUT" {
				reply(w, http.StatusInternalServerError, "application/json", `{"error":"Something went wrong","code":"internal_error"}`)
			}
			return r.Method == "PUT"
		})
		o := s.up()
		s.pocketID.meddling(nil)
		require.Error(t, o.err)
		require.Contains(t, o.text, "Something went wrong")
		require.NotContains(t, o.text, "dropped")
	}
	fails()
	require.Nil(t, s.find("members"), "nothing was written")
	s.mustUp()
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": listOf(ann, bob)})
	fails()
	require.Equal(t, []any{ann}, s.output("members", "userIds"))
	s.mustUp()
	require.Equal(t, inOrder(ann, bob), s.pocketID.members(group))
	s.steady()
}
