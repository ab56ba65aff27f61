package provider

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// testConfig returns a configuration with a connection to the instance.
func (i *testInstance) testConfig() *Config {
	i.t.Helper()
	config := &Config{BaseURL: i.url, APIKey: i.key}
	require.NoError(i.t, config.Configure(i.t.Context()))
	require.NoError(i.t, config.session.err)
	return config
}

// lister returns the resource of a type as one whose objects can be listed.
func (i *testInstance) lister(typ string) lifecycle.Lister {
	i.t.Helper()
	for _, r := range resources(i.testConfig(), time.Now) {
		if r.Name() == typ {
			require.NotNil(i.t, r.Lister(), typ)
			return r.Lister()
		}
	}
	require.Fail(i.t, "no resource "+typ)
	return nil
}

// list lists the objects of a resource. It also checks that the schema has the filter.
func (i *testInstance) list(typ string, filter map[string]string) ([]lifecycle.Listed, error) {
	i.t.Helper()
	r := i.lister(typ)
	for name := range filter {
		require.Contains(i.t, r.ListInputs(), name)
	}
	return r.List(i.t.Context(), filter)
}

// listLines lists the objects of a resource as lines of "id: name".
func (i *testInstance) listLines(typ string, filter map[string]string) ([]string, error) {
	i.t.Helper()
	found, err := i.list(typ, filter)
	lines := []string{}
	for _, l := range found {
		line := l.ID + ": " + l.Name
		if l.External {
			line += " (LDAP)"
		}
		lines = append(lines, line)
	}
	return lines, err
}

func TestEveryObjectIsListed(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		instance := newFake(t, fake.Options{Version: version})
		s := newStack(t, instance)
		for _, id := range []string{"bb", "aa"} {
			s.declare("Client", id, map[string]any{"name": "App " + id, "clientId": id, "callbackUrls": []any{"https://a.example"}, "createSecret": false})
			s.declare("FederatedIdentity", "ci-"+id, map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": id + ".clientId"}
		}
		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}})
		s.mustUp()
		s.declare("ApiGrant", "grant", map[string]any{"apiId": string(s.state("backend").ID), "clientId": "bb", "clientPermissions": []any{"read"}})
		s.mustUp()
		// Pocket ID uses only the first identity of an issuer.
		instance.editClient("aa", func(c map[string]any) {
			credentials := c["credentials"].(map[string]any)
			credentials["federatedIdentities"] = append(credentials["federatedIdentities"].([]any), map[string]any{"issuer": "https://ci.example", "subject": "other"})
		})
		api := string(s.state("backend").ID)
		for _, row := range []struct {
			resource string
			by       map[string]string
			want     []string
		}{
			{"Client", nil, []string{"aa: App aa", "bb: App bb"}},
			{"Group", nil, []string{string(s.state("devs").ID) + ": devs"}},
			{"FederatedIdentity", nil, []string{"aa#https://ci.example: App aa https://ci.example", "bb#https://ci.example: App bb https://ci.example"}},
			{"FederatedIdentity", map[string]string{"clientId": "bb"}, []string{"bb#https://ci.example: App bb https://ci.example"}},
			{"Api", nil, []string{api + ": Backend"}},
			{"ApiGrant", nil, []string{api + "/bb: App bb Backend"}},
			{"ApiGrant", map[string]string{"clientId": "aa"}, []string{}},
			{"ApiGrant", map[string]string{"apiId": api}, []string{api + "/bb: App bb Backend"}},
			{"ApiGrant", map[string]string{"apiId": "another"}, []string{}},
		} {
			got, err := instance.listLines(row.resource, row.by)
			require.NoError(t, err)
			require.Equal(t, row.want, got, "%s %v", row.resource, row.by)
			for _, line := range got { // listed objects can be imported
				id, _, _ := strings.Cut(line, ": ")
				o := newStack(t, instance).importResource(row.resource, "it", id)
				require.NoError(t, o.err, o.messages)
			}
		}
	}
	old := newFake(t, fake.Options{Version: "2.9.0"})
	for _, r := range []string{"Api", "ApiGrant"} {
		_, err := old.listLines(r, nil)
		require.ErrorContains(t, err, "requires Pocket ID 2.10.0 or later")
	}
	_, err := newFake(t, fake.Options{}).listLines("FederatedIdentity", map[string]string{"clientId": "nobody"})
	require.Error(t, err)
}

func TestClientSecretsAreListedWithoutTheirValues(t *testing.T) {
	t.Parallel()
	s, _ := newStackWithClock(t)
	declareClientSecret(s, map[string]any{})
	s.mustUp()
	secret := clientSecretValue(s)
	want := []string{string(s.state("key").ID) + ": App " + secret[:4]}
	got, err := s.instance.listLines("ClientSecret", nil)
	require.NoError(t, err)
	require.Equal(t, want, slices.DeleteFunc(got, func(line string) bool { return !strings.HasPrefix(line, "app/") }))
	got, err = s.instance.listLines("ClientSecret", map[string]string{"clientId": "user"})
	require.NoError(t, err)
	require.Empty(t, got)
	_, err = newFake(t, fake.Options{Version: "2.13.0"}).listLines("ClientSecret", nil)
	require.ErrorContains(t, err, "requires Pocket ID 2.14.0 or later")
}

func TestGroupsFromLDAPAreMarked(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/user-groups" {
			return false
		}
		reply(w, 200, "application/json", `{"data":[{"id":"g1","name":"devs","ldapId":"cn=devs","userCount":0,"customClaims":[]},{"id":"g2","name":"ops","ldapId":null,"userCount":0,"customClaims":[]}],"pagination":{"totalPages":1}}`)
		return true
	})
	got, err := instance.listLines("Group", nil)
	require.NoError(t, err)
	require.Equal(t, []string{"g1: devs (LDAP)", "g2: ops"}, got)
	groups := mustInvoke(instance, "getGroups", nil)["groups"]
	require.Equal(t, true, findByKey(t, groups, "groupId", "g1")["ldapManaged"])
	require.Equal(t, false, findByKey(t, groups, "groupId", "g2")["ldapManaged"])
}
