package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// largeProgram is a program of more than sixty objects: users, groups with members,
// clients restricted to the groups, federated identities of the clients, custom
// claims, and APIs with grants if the server supports them. Every object differs
// between the two versions of the program.
type largeProgram struct {
	s          *stack
	prefix     string
	clients    []string
	unresolved map[string]bool // resources that an error reported as perhaps created
}

// declare declares all resources of a version: 1, 2, or movedVersion after 2.
func (p *largeProgram) declare(version int) {
	p.declareMovable(version)
	if version == movedVersion {
		p.move()
		return
	}
	p.declareUsersAndGroups(version)
	p.declareClients(version)
	if p.s.instance.atLeastMinor(10) {
		p.declareAPIs(version)
	}
}

func (p *largeProgram) declareFrom(from map[string]string, typ, name string, inputs map[string]any) {
	p.s.declare(typ, name, inputs).from = from
}

func (p *largeProgram) declareUsersAndGroups(version int) {
	v := fmt.Sprint("v", version)
	claims := map[string]any{"version": v}
	for n := range 6 {
		user := userInputs(p.user(n))
		user["lastName"] = v
		group := map[string]any{"name": p.group(n), "friendlyName": fmt.Sprint("Group ", n, " ", v)}
		if n < 4 { // the claims of the others are separate resources
			user["customClaims"], group["customClaims"] = claims, claims
		}
		p.s.declare("User", fmt.Sprint("user", n), user)
		p.s.declare("Group", fmt.Sprint("group", n), group)
	}
	for n := 4; n < 6; n++ {
		p.declareFrom(map[string]string{"userId": idsFrom("user", n)}, "UserCustomClaims", fmt.Sprint("claims_of_user", n), map[string]any{"claims": claims})
		p.declareFrom(map[string]string{"groupId": idsFrom("group", n)}, "GroupCustomClaims", fmt.Sprint("claims_of_group", n), map[string]any{"claims": claims})
	}
	for group, users := range p.members(version) {
		if group < 2 {
			p.declareFrom(map[string]string{"groupId": idsFrom("group", group), "userIds[]": idsFrom("user", users...)}, "GroupMembers", fmt.Sprint("members_of_group", group), nil)
			continue
		}
		for i, user := range users {
			p.declareFrom(map[string]string{"groupId": idsFrom("group", group), "userId": idsFrom("user", user)}, "GroupMember", fmt.Sprintf("member%d_of_group%d", i, group), nil)
		}
	}
}

func (p *largeProgram) declareClients(version int) {
	v := fmt.Sprint("v", version)
	p.clients = nil
	for n := range 12 {
		id := fmt.Sprint(p.prefix, "-app-", n)
		p.clients = append(p.clients, id)
		app := map[string]any{"name": fmt.Sprint("App ", n, " ", v), "callbackUrls": []any{"https://a.example/" + v}, "clientId": id, "isGroupRestricted": p.allowedGroups(n, version) != nil}
		if n%3 == 0 {
			app["secretRotationTriggers"] = map[string]any{"version": v}
		}
		var from map[string]string
		if n%2 == 0 {
			from = map[string]string{"allowedUserGroups[]": idsFrom("group", p.allowedGroups(n, version)...)}
		}
		p.declareFrom(from, "Client", fmt.Sprint("app", n), app)
	}
	for _, n := range []int{1, 3} {
		for i, group := range p.allowedGroups(n, version) {
			p.declareFrom(map[string]string{"clientId": fmt.Sprint("app", n, ".clientId"), "groupId": idsFrom("group", group)}, "ClientGroupAccess", fmt.Sprintf("access%d_to_app%d", i, n), nil)
		}
	}
	for n := range 12 { // four for each of the first three clients
		p.declareFrom(map[string]string{"clientId": fmt.Sprint("app", n%3, ".clientId")}, "FederatedIdentity", fmt.Sprint("ci", n),
			map[string]any{"issuer": fmt.Sprintf("https://ci%d.example", n/3), "subject": p.subject(n%3, version)})
	}
}

func (p *largeProgram) declareAPIs(version int) {
	v := fmt.Sprint("v", version)
	for n := range 2 {
		p.s.declare("Api", fmt.Sprint("api", n), map[string]any{"name": "API " + v, "resource": p.resource(n),
			"permissions": map[string]any{"read": map[string]any{"name": "Read " + v}, v: map[string]any{"name": "Only in " + v}}})
	}
	for n := range 6 { // one for each API and each of the first three clients
		p.declareFrom(map[string]string{"clientId": fmt.Sprint("app", n%3, ".clientId"), "apiId": fmt.Sprint("api", n/3, ".id")}, "ApiGrant", fmt.Sprint("grant", n),
			map[string]any{"userDelegatedPermissions": []any{"read"}, "clientPermissions": []any{v}})
	}
}

func (p *largeProgram) user(n int) string { return fmt.Sprint(p.prefix, "-user-", n) }

func (p *largeProgram) group(n int) string { return fmt.Sprint(p.prefix, "-group-", n) }

func (p *largeProgram) resource(n int) string {
	return fmt.Sprint("https://", p.prefix, ".example/", n)
}

// members returns the users of each group. The first two groups have one
// GroupMembers resource, the others a GroupMember for each user.
func (p *largeProgram) members(version int) [][]int {
	return [][][]int{
		{{0, 1}, {1, 2, 3}, {0, 1, 2, 3}, {5, 4}},
		{{1, 2, 5}, {4}, {4, 1, 5, 3}, {2, 4}},
	}[version-1]
}

// allowedGroups returns the groups that may use a client; nil means everybody.
func (p *largeProgram) allowedGroups(client, version int) []int {
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

// subject returns the subject of a client's identities. Before 2.4 Pocket ID only
// accepts the client's id.
func (p *largeProgram) subject(client, version int) string {
	if p.s.instance.atLeastMinor(4) {
		return fmt.Sprint("v", version)
	}
	return fmt.Sprint(p.prefix, "-app-", client)
}

// idsFrom refers to the ids of resources, for programResource.from.
func idsFrom(kind string, numbers ...int) string {
	var from []string
	for _, n := range numbers {
		from = append(from, fmt.Sprint(kind, n, ".id"))
	}
	return strings.Join(from, ",")
}

// requireIntact requires that each object of the program exists once on the server
// as declared, and that no object with its prefix is missing in the state.
func (p *largeProgram) requireIntact(t *testing.T, what string, version int) {
	t.Helper()
	p.requireMovable(t, what, version)
	version = min(version, 2)
	p.requireUsersAndGroups(t, what, version)
	require.Len(t, p.s.instance.namesWithPrefix("/api/oidc/clients", "id", p.prefix), 12, "%s: clients lost or duplicated", what)
	for n := range p.clients {
		p.requireClient(t, what, n, version)
	}
	if p.s.instance.atLeastMinor(10) {
		p.requireAPIs(t, what, version)
	}
}

// ids returns the ids of resources in the state, sorted.
func (p *largeProgram) ids(kind string, numbers ...int) []string {
	var ids []string
	for _, n := range numbers {
		ids = append(ids, string(p.s.state(fmt.Sprint(kind, n)).ID))
	}
	return sortedIDs(ids...)
}

func (p *largeProgram) requireUsersAndGroups(t *testing.T, what string, version int) {
	t.Helper()
	instance, v := p.s.instance, fmt.Sprint("v", version)
	claims := map[string]string{"version": v}
	require.Len(t, instance.namesWithPrefix("/api/users", "username", p.prefix), 6, "%s: users lost or duplicated", what)
	require.Len(t, instance.namesWithPrefix("/api/user-groups", "name", p.prefix), 6, "%s: groups lost or duplicated", what)
	for n := range 6 {
		user, group := p.ids("user", n)[0], p.ids("group", n)[0]
		require.Equal(t, p.user(n), instance.user(user)["username"], what)
		require.Equal(t, v, instance.user(user)["lastName"], what)
		require.Equal(t, claims, instance.userClaims(user), "%s: claims of %s", what, p.user(n))
		require.Equal(t, p.group(n), instance.group(group)["name"], what)
		require.Equal(t, claims, instance.groupClaims(group), "%s: claims of %s", what, p.group(n))
	}
	for group, users := range p.members(version) {
		require.Equal(t, p.ids("user", users...), instance.members(p.ids("group", group)[0]), "%s: members of %s", what, p.group(group))
	}
}

func (p *largeProgram) requireClient(t *testing.T, what string, n, version int) {
	t.Helper()
	instance, id := p.s.instance, p.clients[n]
	c := instance.client(id)
	require.NotNil(t, c, "%s: %s is lost", what, id)
	groups := p.allowedGroups(n, version)
	require.Equal(t, groups != nil, c["isGroupRestricted"], "%s: isGroupRestricted of %s", what, id)
	require.Equal(t, p.ids("group", groups...), sortedIDs(allowedGroupIDs(c)...), "%s: groups that may use %s", what, id)
	app, secrets := fmt.Sprint("app", n), 1
	if secret, _ := p.s.output(app, "clientSecret").(string); secret == "" {
		require.True(t, p.unresolved[app], "%s: the secret of %s is not in the state", what, id)
		secrets = 0 // no secret is created for an imported client, and it had none
	} else {
		require.True(t, secretWorks(t, instance, id, secret), "%s: the secret of %s does not work", what, id)
	}
	if instance.atLeastMinor(14) {
		require.Equal(t, secrets, secretCount(instance, id), "%s: %s has secrets that are not in the state", what, id)
	}
	if n < 3 {
		p.requireIdentities(t, what, n, version)
	}
}

func (p *largeProgram) requireIdentities(t *testing.T, what string, n, version int) {
	t.Helper()
	instance, id := p.s.instance, p.clients[n]
	subjects := map[any]any{}
	for _, identity := range instance.identities(id) {
		subjects[identity.(map[string]any)["issuer"]] = identity.(map[string]any)["subject"]
	}
	subject := p.subject(n, version)
	require.Len(t, instance.identities(id), 4, "%s: identities of %s lost or duplicated", what, id)
	require.Equal(t, map[any]any{"https://ci0.example": subject, "https://ci1.example": subject, "https://ci2.example": subject, "https://ci3.example": subject}, subjects, "%s: identities of %s", what, id)
}

func (p *largeProgram) requireAPIs(t *testing.T, what string, version int) {
	t.Helper()
	instance, v := p.s.instance, fmt.Sprint("v", version)
	require.Len(t, instance.namesWithPrefix("/api/apis", "resource", "https://"+p.prefix), 2, "%s: APIs lost or duplicated", what)
	granted := map[string]string{}
	for n := range 2 {
		require.Equal(t, map[string]string{"read": "Read " + v, v: "Only in " + v}, instance.permissions(p.ids("api", n)[0]), "%s: permissions", what)
		granted[p.resource(n)] = fmt.Sprintf("user: read; client: %s", v)
		if instance.atLeastMinor(14) {
			granted[p.resource(n)] = fmt.Sprintf("user: read !; client: %s !", v)
		}
	}
	for n := range 3 {
		require.Equal(t, granted, instance.grants(p.clients[n]), "%s: grants of %s", what, p.clients[n])
	}
}

func (p *largeProgram) requireNothingLeft(t *testing.T) {
	t.Helper()
	instance := p.s.instance
	require.Empty(t, instance.namesWithPrefix("/api/users", "username", p.prefix), "orphans")
	require.Empty(t, instance.namesWithPrefix("/api/user-groups", "name", p.prefix), "orphans")
	require.Empty(t, instance.namesWithPrefix("/api/oidc/clients", "id", p.prefix), "orphans")
	for _, id := range []string{p.refusedClient(), p.movingClient(0), p.movingClient(1)} {
		require.Nil(t, instance.client(id), "%s is an orphan", id)
	}
	if instance.atLeastMinor(10) {
		require.Empty(t, instance.namesWithPrefix("/api/apis", "resource", "https://"+p.prefix), "orphans")
	}
}
