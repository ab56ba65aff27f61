package provider

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Each stack has its own plugin process, like each provider instance of one program. A process
// does not know what the others write.
func TestConcurrentStacksKeepEachOthersEdits(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	id := uniqueName("shared")
	owner := newStack(t, instance)
	sharedClient := func(name string) map[string]any {
		return map[string]any{"name": name, "clientId": id, "callbackUrls": []any{}, "createSecret": false, "isGroupRestricted": true, "requiresReauthentication": name != "App"}
	}
	owner.declare("Client", "app", sharedClient("App"))
	owner.declare("Group", "all", map[string]any{"name": id, "friendlyName": "All"})
	owner.mustUp()
	t.Cleanup(func() { owner.destroy() })
	all := string(owner.state("all").ID)

	// Each stack declares identities and allowed groups of the client, and members of a group.
	const each = 6
	stacks := []*stack{newStack(t, instance), newStack(t, instance)}
	for n, s := range stacks {
		for i := range each {
			s.declare("FederatedIdentity", fmt.Sprint("fi", i), map[string]any{"clientId": id, "issuer": fmt.Sprintf("https://stack%d-%d.example", n, i)})
			s.declare("Group", fmt.Sprint("group", i), map[string]any{"name": fmt.Sprintf("%s-%d-%d", id, n, i), "friendlyName": "Group"})
			s.declare("ClientGroupAccess", fmt.Sprint("access", i), map[string]any{"clientId": id}).from = map[string]string{"groupId": fmt.Sprint("group", i, ".id")}
			s.declare("User", fmt.Sprint("user", i), userInputs(fmt.Sprintf("%s-%d-%d", id, n, i)))
			s.declare("GroupMember", fmt.Sprint("member", i), map[string]any{"groupId": all}).from = map[string]string{"userId": fmt.Sprint("user", i, ".id")}
		}
		t.Cleanup(func() { s.destroy() })
	}
	owner.declare("Client", "app", sharedClient("App 2"))
	outcomes := make([]outcome, len(stacks)+1)
	var updates sync.WaitGroup
	for n, s := range append(stacks, owner) {
		updates.Go(func() { outcomes[n] = s.up() })
	}
	updates.Wait()

	// The server keeps the last write. A stack whose edit was overwritten repeats it, or reports
	// it, and then the next update makes it.
	reported := 0
	for n, s := range append(stacks, owner) {
		if outcomes[n].err != nil {
			require.Regexp(t, "no longer (as written|among)", outcomes[n].messages)
			reported++
		}
		s.refresh()
		s.mustUp()
	}
	t.Logf("%d identities, groups and members of 2 stacks, and an update of the client: lost 0, reported %d", 2*each, reported)
	require.Len(t, instance.identities(id), 2*each)
	require.Len(t, allowedGroupIDs(instance.client(id)), 2*each)
	require.Len(t, instance.members(all), 2*each)
	require.Equal(t, "App 2", instance.client(id)["name"])
	for _, s := range stacks {
		s.requireNoChanges()
		require.NoError(t, s.destroy().err)
	}
	require.Empty(t, instance.identities(id))
	require.Empty(t, allowedGroupIDs(instance.client(id)))
	require.Empty(t, instance.members(all))
}

// newOverwrittenClient returns a stack with a client, and lets somebody write back the client as it
// was after each of the first n writes. It returns the number of writes.
func newOverwrittenClient(t *testing.T, id string, n int32) (*stack, *atomic.Int32) {
	t.Helper()
	instance := newInstance(t)
	s := newStack(t, instance)
	s.declare("Client", "app", confidentialClientWithoutSecret(id, "App"))
	s.mustUp()
	t.Cleanup(func() { instance.intercept(nil); s.destroy() })
	before := instance.client(id)
	var writes atomic.Int32
	var inside atomic.Bool
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "PUT" || inside.Load() || writes.Add(1) > n {
			return false
		}
		instance.server.ServeHTTP(w, r)
		inside.Store(true)
		instance.mustRequest("PUT", "/api/oidc/clients/"+id, before)
		inside.Store(false)
		return true
	})
	return s, &writes
}

func confidentialClientWithoutSecret(id, name string) map[string]any {
	return map[string]any{"name": name, "clientId": id, "callbackUrls": []any{}, "createSecret": false}
}

// An edit of an entry is verified with a read, which shows that somebody has overwritten it.
func TestAnOverwrittenEntryIsWrittenAgain(t *testing.T) {
	t.Parallel()
	id := uniqueName("app")
	s, writes := newOverwrittenClient(t, id, 2)
	s.declare("FederatedIdentity", "ci", map[string]any{"clientId": id, "issuer": "https://ci.example"})
	s.mustUp()
	s.instance.intercept(nil)
	require.EqualValues(t, 3, writes.Load())
	require.Len(t, s.instance.identities(id), 1)
	s.requireNoChanges()
}

// An edit of settings is verified in the response to its write. If somebody overwrites it
// afterwards, the next refresh shows the difference.
func TestAnOverwrittenSettingIsDrift(t *testing.T) {
	t.Parallel()
	id := uniqueName("app")
	s, writes := newOverwrittenClient(t, id, 1)
	s.declare("Client", "app", confidentialClientWithoutSecret(id, "Renamed"))
	s.mustUp()
	s.instance.intercept(nil)
	require.EqualValues(t, 1, writes.Load())
	require.Equal(t, "App", s.instance.client(id)["name"])
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.Equal(t, "Renamed", s.instance.client(id)["name"])
	s.requireNoChanges()
}

func TestAnEditThatIsAlwaysOverwrittenIsReported(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newFake(t, fake.Options{})
	s := newStack(t, instance)
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{}, "createSecret": false})
	s.mustUp()
	before := instance.client("app")
	var inside atomic.Bool
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "PUT" || inside.Swap(true) {
			return false
		}
		instance.hideResponse(w, r)
		instance.mustRequest("PUT", "/api/oidc/clients/app", before)
		inside.Store(false)
		return true
	})
	s.declare("FederatedIdentity", "ci", map[string]any{"clientId": "app", "issuer": "https://ci.example"})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "no longer as written")
	require.Nil(t, s.find("ci"))
	s.declare("Client", "app", map[string]any{"name": "App 2", "clientId": "app", "callbackUrls": []any{}, "createSecret": false})
	s.drop("ci")
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "these fields are no longer as written: name")
}
