package provider

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// faults are what goes wrong between the provider and Pocket ID, by a seeded plan.
type faults struct {
	server http.Handler
	rate   float64

	mu       sync.Mutex
	plan     *rand.Rand
	injected map[string]int
}

// kinds of faults. Each can strike before the server acted, or after.
var faultKinds = []string{"drop", "429", "429 after a second", "500", "502 in HTML", "401", "404 of a proxy", "truncated", "late"}

// strike plays at most one fault on a request; it is a pocketID's meddle.
func (f *faults) strike(w http.ResponseWriter, r *http.Request) bool {
	f.mu.Lock()
	hit, kind, after := f.plan.Float64() < f.rate, faultKinds[f.plan.IntN(len(faultKinds))], f.plan.IntN(2) == 0
	if kind == "late" && f.plan.IntN(8) > 0 {
		kind = "drop" // lateness costs the test real seconds
	}
	if hit {
		f.injected[kind]++
	}
	f.mu.Unlock()
	if !hit {
		return false
	}
	answer := httptest.NewRecorder()
	if after || kind == "truncated" {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		f.server.ServeHTTP(answer, r.WithContext(r.Context()))
	}
	switch kind {
	case "drop":
		hijackAndClose(w)
	case "429":
		reply(w, http.StatusTooManyRequests, "application/json", `{"error":"Too many requests"}`)
	case "429 after a second":
		w.Header().Set("Retry-After", "1")
		reply(w, http.StatusTooManyRequests, "application/json", `{"error":"Too many requests","code":"rate_limited"}`)
	case "500":
		reply(w, http.StatusInternalServerError, "application/json", `{"error":"Something went wrong","code":"internal_error"}`)
	case "502 in HTML":
		reply(w, http.StatusBadGateway, "text/html", "<html><title>502 Bad Gateway</title></html>")
	case "401":
		reply(w, http.StatusUnauthorized, "application/json", `{"error":"You are not signed in","code":"not_signed_in"}`)
	case "404 of a proxy":
		reply(w, http.StatusNotFound, "text/html", "<html>no such site</html>")
	case "truncated":
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()+10))
		w.WriteHeader(max(answer.Code, 200))
		_, _ = w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
		hijackAndClose(w)
	case "late":
		select {
		case <-r.Context().Done():
		case <-time.After(3 * time.Second):
		}
		hijackAndClose(w)
	}
	return true
}

func reply(w http.ResponseWriter, status int, kind, body string) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// sixty is a program of sixty objects and more: users, groups with members, clients
// that are restricted to them, federated identities of these clients, claims, and,
// where Pocket ID has them, APIs and grants of them. Its versions differ in all of it.
type sixty struct {
	s         *stack
	prefix    string
	clients   []string
	unsettled map[string]bool // what was said to exist perhaps
}

func (p *sixty) declare(version int) {
	v := fmt.Sprint("v", version)
	claims := map[string]any{"version": v}
	takes := func(from map[string]string, typ, name string, inputs map[string]any) {
		p.s.declare(typ, name, inputs).from = from
	}
	for n := range 6 {
		user := person(p.user(n))
		user["lastName"] = v
		group := map[string]any{"name": p.group(n), "friendlyName": fmt.Sprint("Group ", n, " ", v)}
		if n < 4 { // the others' are resources of their own
			user["customClaims"], group["customClaims"] = claims, claims
		}
		p.s.declare("User", fmt.Sprint("user", n), user)
		p.s.declare("Group", fmt.Sprint("group", n), group)
	}
	for n := 4; n < 6; n++ {
		takes(map[string]string{"userId": idsFrom("user", n)}, "UserCustomClaims", fmt.Sprint("claims_of_user", n), map[string]any{"claims": claims})
		takes(map[string]string{"groupId": idsFrom("group", n)}, "GroupCustomClaims", fmt.Sprint("claims_of_group", n), map[string]any{"claims": claims})
	}
	for group, users := range p.members(version) {
		if group < 2 {
			takes(map[string]string{"groupId": idsFrom("group", group), "userIds[]": idsFrom("user", users...)}, "GroupMembers", fmt.Sprint("members_of_group", group), nil)
			continue
		}
		for i, user := range users {
			takes(map[string]string{"groupId": idsFrom("group", group), "userId": idsFrom("user", user)}, "GroupMember", fmt.Sprintf("member%d_of_group%d", i, group), nil)
		}
	}

	p.clients = nil
	for n := range 12 {
		id := fmt.Sprint(p.prefix, "-app-", n)
		p.clients = append(p.clients, id)
		app := map[string]any{"name": fmt.Sprint("App ", n, " ", v), "callbackUrls": []any{"https://a.example/" + v}, "clientId": id, "isGroupRestricted": p.mayUse(n, version) != nil}
		if n%3 == 0 {
			app["secretRotationTriggers"] = map[string]any{"version": v}
		}
		var from map[string]string
		if n%2 == 0 {
			from = map[string]string{"allowedUserGroups[]": idsFrom("group", p.mayUse(n, version)...)}
		}
		takes(from, "Client", fmt.Sprint("app", n), app)
	}
	for _, n := range []int{1, 3} {
		for i, group := range p.mayUse(n, version) {
			takes(map[string]string{"clientId": fmt.Sprint("app", n, ".clientId"), "groupId": idsFrom("group", group)}, "ClientGroupAccess", fmt.Sprintf("access%d_to_app%d", i, n), nil)
		}
	}
	for n := range 12 { // four of each of the first three clients
		takes(map[string]string{"clientId": fmt.Sprint("app", n%3, ".clientId")}, "FederatedIdentity", fmt.Sprint("ci", n),
			map[string]any{"issuer": fmt.Sprintf("https://ci%d.example", n/3), "subject": p.subject(n%3, version)})
	}
	if !p.s.pocketID.has(10) {
		return
	}
	for n := range 2 {
		p.s.declare("Api", fmt.Sprint("api", n), map[string]any{"name": "API " + v, "resource": p.resource(n),
			"permissions": map[string]any{"read": map[string]any{"name": "Read " + v}, v: map[string]any{"name": "Only in " + v}}})
	}
	for n := range 6 { // of the first three clients, one for each API
		takes(map[string]string{"clientId": fmt.Sprint("app", n%3, ".clientId"), "apiId": fmt.Sprint("api", n/3, ".id")}, "ApiGrant", fmt.Sprint("grant", n),
			map[string]any{"userDelegatedPermissions": []any{"read"}, "clientPermissions": []any{v}})
	}
}

func (p *sixty) user(n int) string     { return fmt.Sprint(p.prefix, "-user-", n) }
func (p *sixty) group(n int) string    { return fmt.Sprint(p.prefix, "-group-", n) }
func (p *sixty) resource(n int) string { return fmt.Sprint("https://", p.prefix, ".example/", n) }

// members are the users in each group. Two groups say all of theirs in one resource,
// two have a resource for each.
func (p *sixty) members(version int) [][]int {
	return [][][]int{
		{{0, 1}, {1, 2, 3}, {0, 1, 2, 3}, {5, 4}},
		{{1, 2, 5}, {4}, {4, 1, 5, 3}, {2, 4}},
	}[version-1]
}

// mayUse are the groups that a client is for; nil is everybody.
func (p *sixty) mayUse(client, version int) []int {
	switch {
	case client%2 == 0:
		return []int{(client/2 + version) % 6}
	case client == 1:
		return []int{0, 1, 1 + version}
	case client == 3:
		return []int{version}
	}
	return nil
}

// subject that Pocket ID before 2.4 can check, too, is none but the client's id.
func (p *sixty) subject(client, version int) string {
	if p.s.pocketID.has(4) {
		return fmt.Sprint("v", version)
	}
	return fmt.Sprint(p.prefix, "-app-", client)
}

// idsFrom takes ids from resources.
func idsFrom(kind string, numbers ...int) string {
	var from []string
	for _, n := range numbers {
		from = append(from, fmt.Sprint(kind, n, ".id"))
	}
	return strings.Join(from, ",")
}

// seeds to run; POCKETID_TEST_SEEDS=7,8 runs others.
func seeds() []uint64 {
	var out []uint64
	for _, s := range strings.FieldsFunc(os.Getenv("POCKETID_TEST_SEEDS"), func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.ParseUint(s, 10, 64)
		if err == nil {
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		out = []uint64{1, 2, 3, 4, 5, 6, 7, 8}
	}
	return out
}

func TestWholeLifecyclesUnderFaultsLoseNothing(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	var mu sync.Mutex
	total, undecided := map[string]int{}, 0
	t.Run("seeds", func(t *testing.T) {
		for _, seed := range seeds() {
			t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
				t.Parallel()
				injected, reported := lifecycleUnderFaults(t, seed)
				mu.Lock()
				defer mu.Unlock()
				for kind, n := range injected {
					total[kind] += n
				}
				undecided += reported
			})
		}
	})
	sum := 0
	for _, n := range total {
		sum += n
	}
	if !t.Failed() {
		t.Logf("faults injected %d %v, lost 0, orphaned 0, duplicated 0, reported as undecided %d", sum, total, undecided)
	}
	require.GreaterOrEqual(t, sum, 1000)
}

func lifecycleUnderFaults(t *testing.T, seed uint64) (injected map[string]int, undecided int) {
	on := onPocketID(t)
	if !on.real { // the versions differ in secrets, grants and what errors say
		on = onFake(t, fake.Options{Version: []string{"2.14.0", "2.9.0", "2.13.0", "2.14.0"}[seed%4]})
	}
	f := &faults{server: on.server, rate: 0.1 + 0.05*float64(seed%5), plan: rand.New(rand.NewPCG(seed, 0)), injected: map[string]int{}}
	s := newStack(t, on)
	s.config["requestTimeout"] = "2"
	s.options.ContinueOnError = true
	program := &sixty{s: s, prefix: named("faulty"), unsettled: map[string]bool{}}
	t.Cleanup(func() { on.meddling(nil); s.destroy() })

	takeOver := func(o outcome) {
		on.meddling(nil)
		for _, m := range unsettled.FindAllStringSubmatch(o.text, -1) {
			undecided++
			program.unsettled[m[1]] = true
		}
		for _, name := range adopt(t, s, o) {
			require.True(t, program.unsettled[name], "%s was left over, and nobody has said so", name)
		}
	}
	settle := func(what string, version int) {
		for range 3 {
			on.meddling(f.strike)
			o := s.up()
			if o.err == nil {
				break
			}
			takeOver(o)
		}
		on.meddling(f.strike)
		s.refresh()
		on.meddling(nil)
		o := s.up()
		if strings.Contains(o.text, "take it over with") { // a group or an API: what its id is, only a second look tells
			takeOver(o)
			o = s.up()
		}
		require.NoError(t, o.err, "%s: after the faults, one update does not converge\n%s", what, o.text)
		program.intact(t, what, version)
		s.steady()
	}
	for version, what := range []string{"create", "change"} {
		program.declare(version + 1)
		settle(what, version+1)
	}

	on.meddling(f.strike)
	for range 4 {
		if s.destroy().err == nil {
			break
		}
	}
	on.meddling(nil)
	o := s.destroy()
	require.NoError(t, o.err, o.text)
	program.nothingLeft(t)
	return f.injected, undecided
}

var unsettled = regexp.MustCompile(`if it is there, take it over with: pulumi import \S+ (\w+)`)

// adopt does what the errors say: it imports what a lost answer left undecided, if
// it is there.
func adopt(t *testing.T, s *stack, o outcome) (names []string) {
	t.Helper()
	for _, m := range takeOver.FindAllStringSubmatch(o.text, -1) {
		if s.find(m[2]) == nil && m[3] != "<id>" && s.importing(m[1], m[2], m[3]).err == nil {
			names = append(names, m[2])
		}
	}
	return names
}

// intact requires that the server has each object of the program once, as the
// program says, and nothing of the program's that the stack does not know.
func (p *sixty) intact(t *testing.T, what string, version int) {
	t.Helper()
	on, v := p.s.pocketID, fmt.Sprint("v", version)
	claims := map[string]string{"version": v}
	ids := func(kind string, numbers []int) []string {
		var out []string
		for _, n := range numbers {
			out = append(out, string(p.s.state(fmt.Sprint(kind, n)).ID))
		}
		return inOrder(out...)
	}
	require.Len(t, on.named("/api/users", "username", p.prefix), 6, "%s: users lost or duplicated", what)
	require.Len(t, on.named("/api/user-groups", "name", p.prefix), 6, "%s: groups lost or duplicated", what)
	for n := range 6 {
		user, group := ids("user", []int{n})[0], ids("group", []int{n})[0]
		require.Equal(t, p.user(n), on.user(user)["username"], what)
		require.Equal(t, v, on.user(user)["lastName"], what)
		require.Equal(t, claims, on.claimsOfUser(user), "%s: claims of %s", what, p.user(n))
		require.Equal(t, p.group(n), on.group(group)["name"], what)
		require.Equal(t, claims, on.claims(group), "%s: claims of %s", what, p.group(n))
	}
	for group, users := range p.members(version) {
		require.Equal(t, ids("user", users), on.members(ids("group", []int{group})[0]), "%s: members of %s", what, p.group(group))
	}
	require.Len(t, on.named("/api/oidc/clients", "id", p.prefix), 12, "%s: clients lost or duplicated", what)
	for n, id := range p.clients {
		c := on.client(id)
		require.NotNil(t, c, "%s: %s is lost", what, id)
		groups := p.mayUse(n, version)
		require.Equal(t, groups != nil, c["isGroupRestricted"], "%s: %s is open", what, id)
		require.Equal(t, ids("group", groups), inOrder(allowed(c)...), "%s: who may use %s", what, id)
		app, secrets := fmt.Sprint("app", n), 1
		if secret, _ := p.s.output(app, "clientSecret").(string); secret == "" {
			require.True(t, p.unsettled[app], "%s: the secret of %s is in no state", what, id)
			secrets = 0 // for what was imported none is made, and before that there was none
		} else {
			require.True(t, signsIn(t, on, id, secret), "%s: the secret of %s does not work", what, id)
		}
		if on.has(14) {
			require.Equal(t, secrets, secretsOf(on, id), "%s: %s has secrets that are in no state", what, id)
		}
		if n < 3 {
			subjects := map[any]any{}
			for _, identity := range on.identities(id) {
				subjects[identity.(map[string]any)["issuer"]] = identity.(map[string]any)["subject"]
			}
			subject := p.subject(n, version)
			require.Len(t, on.identities(id), 4, "%s: identities of %s lost or duplicated", what, id)
			require.Equal(t, map[any]any{"https://ci0.example": subject, "https://ci1.example": subject, "https://ci2.example": subject, "https://ci3.example": subject}, subjects, "%s: identities of %s", what, id)
		}
	}
	if !on.has(10) {
		return
	}
	require.Len(t, on.named("/api/apis", "resource", "https://"+p.prefix), 2, "%s: APIs lost or duplicated", what)
	granted := map[string]string{}
	for n := range 2 {
		require.Equal(t, map[string]string{"read": "Read " + v, v: "Only in " + v}, on.permissions(ids("api", []int{n})[0]), "%s: permissions", what)
		granted[p.resource(n)] = fmt.Sprintf("user: read; client: %s", v)
		if on.has(14) {
			granted[p.resource(n)] = fmt.Sprintf("user: read !; client: %s !", v)
		}
	}
	for n := range 3 {
		require.Equal(t, granted, on.grants(p.clients[n]), "%s: grants of %s", what, p.clients[n])
	}
}

func (p *sixty) nothingLeft(t *testing.T) {
	t.Helper()
	on := p.s.pocketID
	require.Empty(t, on.named("/api/users", "username", p.prefix), "orphans")
	require.Empty(t, on.named("/api/user-groups", "name", p.prefix), "orphans")
	require.Empty(t, on.named("/api/oidc/clients", "id", p.prefix), "orphans")
	if on.has(10) {
		require.Empty(t, on.named("/api/apis", "resource", "https://"+p.prefix), "orphans")
	}
}

// named are the objects of a list whose field begins with prefix.
func (i *pocketID) named(path, field, prefix string) []string {
	var out []string
	for _, o := range i.everything(path) {
		if name := o[field].(string); strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out) // a list that changes meanwhile repeats itself
}

func (i *pocketID) clientsWithPrefix(prefix string) []string {
	return i.named("/api/oidc/clients", "id", prefix)
}

func (i *pocketID) everything(path string) []map[string]any {
	i.t.Helper()
	var out []map[string]any
	for page := 1; ; page++ {
		var res map[string]any
		for { // a list says "not found" while something in it is being deleted
			status, answer := i.try("GET", fmt.Sprintf("%s?pagination[page]=%d&pagination[limit]=100&sort[column]=name", path, page), nil)
			if res, _ = answer.(map[string]any); status == http.StatusOK {
				break
			}
			require.Equal(i.t, "Record not found", res["error"])
		}
		for _, o := range res["data"].([]any) {
			out = append(out, o.(map[string]any))
		}
		if float64(page) >= res["pagination"].(map[string]any)["totalPages"].(float64) {
			return out
		}
	}
}
