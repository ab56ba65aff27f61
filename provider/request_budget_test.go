package provider

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// requestBudget is the number of requests that each object of a kind needs, without those
// that an operation makes once. A verb that is zero is not tested.
type requestBudget struct {
	create, update, refresh, delete int
	// declare declares the n-th object, which shares no object of the server with the others.
	declare func(b *budgetStack, n int)
	// change changes the n-th object for the update.
	change func(b *budgetStack, n int)
}

// budgetStack is a stack whose requests are counted.
type budgetStack struct {
	*stack
	clients, restricted, groups, users []string // that exist before
	api                                string
}

// maxOnce is how many requests an operation may make in addition to those of each object: the
// version, the issuer, the API key, and the newest objects of two kinds.
const maxOnce = 5

const (
	edit      = 2 // reads the object and writes it; the response to the write shows whether it was made
	entryEdit = 3 // an edit of an entry of a list, which is verified with a read
)

func requestBudgets() map[string]requestBudget {
	client := func(more map[string]any) func(b *budgetStack, n int) {
		return func(b *budgetStack, n int) {
			in := map[string]any{"name": fmt.Sprint("App ", n), "callbackUrls": []any{}}
			for k, v := range more {
				in[k] = v
			}
			b.declare("Client", fmt.Sprint("app", n), in)
		}
	}
	return map[string]requestBudget{
		"confidential client": {create: 2, update: edit, refresh: 1, delete: 1, declare: client(nil), change: client(map[string]any{"description": "Changed"})},
		"public client":       {create: 1, update: edit, refresh: 1, delete: 1, declare: client(map[string]any{"isPublic": true}), change: client(map[string]any{"isPublic": true, "description": "Changed"})},
		"client with an ID": {create: 2, refresh: 1, delete: 1, declare: func(b *budgetStack, n int) {
			b.declare("Client", fmt.Sprint("app", n), confidentialClient(fmt.Sprint("app-", n)))
		}},
		"client with groups of the program": {create: 4, refresh: 2, delete: 2, declare: func(b *budgetStack, n int) { // and the group
			b.declare("Group", fmt.Sprint("group", n), map[string]any{"name": fmt.Sprint("group-", n), "friendlyName": "Group"})
			b.declare("Client", fmt.Sprint("app", n), confidentialClient(fmt.Sprint("app-", n))).from = map[string]string{"allowedUserGroups[]": fmt.Sprintf("group%d.id", n)}
		}},
		"group": {create: 1, update: edit, refresh: 1, delete: 1, declare: func(b *budgetStack, n int) {
			b.declare("Group", fmt.Sprint("group", n), map[string]any{"name": fmt.Sprint("group-", n), "friendlyName": "Group"})
		}, change: func(b *budgetStack, n int) {
			b.declare("Group", fmt.Sprint("group", n), map[string]any{"name": fmt.Sprint("group-", n), "friendlyName": "Changed"})
		}},
		"user": {create: 1, update: edit, refresh: 1, delete: 2, declare: func(b *budgetStack, n int) { // a deletion asks for passkeys
			b.declare("User", fmt.Sprint("user", n), userInputs(fmt.Sprint("user", n)))
		}, change: func(b *budgetStack, n int) {
			in := userInputs(fmt.Sprint("user", n))
			in["firstName"] = "Changed"
			b.declare("User", fmt.Sprint("user", n), in)
		}},
		"API": {create: 1, refresh: 1, delete: 1, declare: func(b *budgetStack, n int) {
			b.declare("Api", fmt.Sprint("api", n), map[string]any{"name": "API", "resource": fmt.Sprintf("https://api%d.example", n)})
		}},
		"signup token": {create: 1, delete: 1, declare: func(b *budgetStack, n int) {
			b.declare("SignupToken", fmt.Sprint("token", n), map[string]any{"ttl": "24h", "usageLimit": 1})
		}},
		"federated identity": {create: entryEdit, update: entryEdit, refresh: 1, delete: entryEdit, declare: func(b *budgetStack, n int) {
			b.declare("FederatedIdentity", fmt.Sprint("ci", n), map[string]any{"clientId": b.clients[n], "issuer": "https://ci.example"})
		}, change: func(b *budgetStack, n int) {
			b.declare("FederatedIdentity", fmt.Sprint("ci", n), map[string]any{"clientId": b.clients[n], "issuer": "https://ci.example", "audience": "changed"})
		}},
	}
}

func TestRequestsOfEachObject(t *testing.T) {
	t.Parallel()
	budgets := requestBudgets()
	maps.Copy(budgets, partRequestBudgets())
	for kind, budget := range budgets {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			few, many := requestsOf(t, budget, 2), requestsOf(t, budget, 7)
			for verb, want := range map[string]int{"create": budget.create, "update": budget.update, "refresh": budget.refresh, "delete": budget.delete} {
				if want == 0 {
					continue
				}
				each := (len(many[verb]) - len(few[verb])) / 5
				require.Equal(t, 5*want, len(many[verb])-len(few[verb]), "%s: about %d requests for each object: %v", verb, each, many[verb])
				require.LessOrEqual(t, len(few[verb])-2*want, maxOnce, "%s: requests that an operation makes once: %v", verb, few[verb])
			}
			require.LessOrEqual(t, len(many["preview"]), maxOnce, "a preview without changes: %v", many["preview"])
		})
	}
}

// requestsOf returns the requests of each verb for n objects.
func requestsOf(t *testing.T, budget requestBudget, n int) map[string][]string {
	t.Helper()
	b := &budgetStack{stack: newStack(t, newFake(t, fake.Options{}))}
	b.api = b.instance.createAPI("https://api.example", permission("read", "Read"), permission("write", "Write"))
	for range n {
		b.clients = append(b.clients, b.instance.createClient())
		b.restricted = append(b.restricted, b.instance.createClient())
		b.instance.editClient(b.restricted[len(b.restricted)-1], func(c map[string]any) { c["isGroupRestricted"] = true })
		b.groups, b.users = append(b.groups, b.instance.createGroup()), append(b.users, b.instance.createUser())
	}
	declareAll := func(declare func(*budgetStack, int)) {
		for i := range n {
			declare(b, i)
		}
	}
	requests := map[string][]string{}
	count := func(verb string, operation func() outcome) {
		requests[verb] = b.instance.requestsDuring(func() {
			o := operation()
			require.NoError(t, o.err, o.messages)
		})
	}
	declareAll(budget.declare)
	count("create", b.up)
	count("preview", b.preview)
	count("refresh", b.refresh)
	if budget.update > 0 {
		declareAll(budget.change)
		count("update", b.up)
	}
	count("delete", b.destroy)
	return requests
}

// Entries of one object share its reads in a refresh.
func TestRequestsOfARefreshOfEntries(t *testing.T) {
	t.Parallel()
	const entries = 30
	s := newStack(t, newFake(t, fake.Options{}))
	group, client, restricted := s.instance.createGroup(), s.instance.createClient(), s.instance.createClient()
	api := s.instance.mustRequest("POST", "/api/apis", map[string]any{"name": "API", "resource": "https://api.example"})["id"].(string)
	s.instance.mustRequest("PUT", "/api/apis/"+api+"/permissions", map[string]any{"permissions": []any{map[string]any{"key": "read", "name": "Read"}}})
	s.instance.editClient(restricted, func(c map[string]any) { c["isGroupRestricted"] = true })
	for n := range entries {
		s.declare("GroupMember", fmt.Sprint("member", n), map[string]any{"groupId": group, "userId": s.instance.createUser()})
		s.declare("FederatedIdentity", fmt.Sprint("ci", n), map[string]any{"clientId": client, "issuer": fmt.Sprintf("https://ci%d.example", n)})
		s.declare("ClientGroupAccess", fmt.Sprint("access", n), map[string]any{"clientId": restricted, "groupId": s.instance.createGroup()})
		s.declare("ApiGrant", fmt.Sprint("grant", n), map[string]any{"clientId": s.instance.createClient(), "apiId": api, "clientPermissions": []any{"read"}})
	}
	s.mustUp()
	began := time.Now()
	requests := s.instance.requestsDuring(func() { require.NoError(t, s.refresh().err) })
	again := expiredReads(began)
	for _, path := range []string{"/api/user-groups/" + group, "/api/oidc/clients/" + client, "/api/oidc/clients/" + restricted, "/api/apis/" + api} {
		require.LessOrEqual(t, countRequests(requests, "GET "+path), 1+again, "%s: %v", path, requests)
	}
	// The access of each client is a request of its own, and its permissions are those of the API.
	require.LessOrEqual(t, len(requests), 4*(1+again)+entries+maxOnce, requests)
}
