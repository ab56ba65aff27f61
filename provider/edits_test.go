package provider

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// editedObjects are objects with all the parts that the server keeps in an edit of another part.
type editedObjects struct {
	*testInstance
	client, open, group, user, api string
}

func newEditedObjects(i *testInstance) editedObjects {
	o := editedObjects{testInstance: i, client: i.createClient(), open: i.createClient(), group: i.createGroup(), user: i.createUser()}
	address := "/api/oidc/clients/" + o.client
	i.editClient(o.client, func(c map[string]any) {
		c["isGroupRestricted"] = true
		c["credentials"] = map[string]any{"federatedIdentities": []any{map[string]any{"issuer": "https://old.example", "subject": "s"}}}
	})
	i.mustRequest("PUT", address+"/allowed-user-groups", map[string]any{"userGroupIds": []any{o.group}})
	if i.atLeastMinor(14) {
		i.mustRequest("POST", address+"/secrets", map[string]any{})
	}
	i.replaceImage("POST", address+"/logo", "a.svg", []byte("<svg/>"))
	i.replaceImage("POST", address+"/logo?light=false", "a.svg", []byte("<svg/>"))
	i.mustRequest("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://scim.example", "token": "a-token-of-the-test", "oidcClientId": o.client})
	i.setMembers(o.group, o.user)
	for _, owner := range []string{"user/" + o.user, "user-group/" + o.group} {
		i.mustRequest("PUT", "/api/custom-claims/"+owner, []any{map[string]any{"key": "team", "value": "a"}})
	}
	if i.atLeastMinor(10) {
		o.api = i.createAPI("https://"+uniqueName("api")+".example", permission("read", "Read"), permission("write", "Write"))
		i.t.Cleanup(func() { i.request("DELETE", "/api/apis/"+o.api, nil) })
	}
	return o
}

// objectEdit is an edit of an object and the read of the same object.
type objectEdit struct {
	name     string
	requests int
	edit     func(context.Context, *api.Conn) (any, error)
	read     func(context.Context, *api.Conn) (any, error) // nil if the edit returns nothing
}

// withoutResult is an edit that returns nothing.
func withoutResult(edit func(context.Context, *api.Conn) error) func(context.Context, *api.Conn) (any, error) {
	return func(ctx context.Context, c *api.Conn) (any, error) { return nil, edit(ctx, c) }
}

func (o editedObjects) clientEdits() []objectEdit {
	identity := api.FederatedIdentity{Issuer: "https://new.example", Subject: "s"}
	settings := func(restricted bool) api.ClientSettings {
		return api.ClientSettings{Name: "Renamed", IsGroupRestricted: restricted, PKCEEnabled: true, CallbackURLs: []string{}, LogoutCallbackURLs: []string{}}
	}
	read := func(id string) func(context.Context, *api.Conn) (any, error) {
		return func(ctx context.Context, c *api.Conn) (any, error) { return c.GetClient(ctx, id) }
	}
	update := func(id string, restricted bool) func(context.Context, *api.Conn) (any, error) {
		return func(ctx context.Context, c *api.Conn) (any, error) {
			return c.UpdateClient(ctx, id, settings(restricted))
		}
	}
	return []objectEdit{
		{"a client that stays restricted", 2, update(o.client, true), read(o.client)},
		{"a client without a restriction", 2, update(o.open, false), read(o.open)},
		{"a client that keeps its groups", 2, func(ctx context.Context, c *api.Conn) (any, error) {
			return c.UpdateClientAndGroups(ctx, o.client, settings(true), []string{o.group})
		}, read(o.client)},
		{"an identity that is added", 3, withoutResult(func(ctx context.Context, c *api.Conn) error {
			return c.AddFederatedIdentity(ctx, o.client, identity)
		}), nil},
		{"an identity that is changed", 3, withoutResult(func(ctx context.Context, c *api.Conn) error {
			return c.UpdateFederatedIdentity(ctx, o.client, identity)
		}), nil},
		{"an identity that is deleted", 3, withoutResult(func(ctx context.Context, c *api.Conn) error {
			return c.DeleteFederatedIdentity(ctx, o.client, identity.Issuer)
		}), nil},
		{"a client that loses its restriction", 2, update(o.client, false), read(o.client)},
		{"a client that is restricted", 3, update(o.open, true), read(o.open)},
		{"a SCIM service provider", 2, func(ctx context.Context, c *api.Conn) (any, error) {
			return c.UpdateSCIMProvider(ctx, o.client, api.SCIMChange{Endpoint: "https://changed.example"})
		}, func(ctx context.Context, c *api.Conn) (any, error) { return c.GetSCIMProvider(ctx, o.client) }},
	}
}

func (o editedObjects) groupAndUserEdits() []objectEdit {
	username, another := uniqueName("renamed"), o.createUser()
	members := func(ctx context.Context, c *api.Conn) (any, error) { return c.GetGroupMemberIDs(ctx, o.group) }
	return []objectEdit{
		{"a group", 2, func(ctx context.Context, c *api.Conn) (any, error) {
			return c.UpdateGroup(ctx, o.group, api.GroupSettings{Name: username, FriendlyName: "Changed"})
		}, func(ctx context.Context, c *api.Conn) (any, error) { return c.GetGroup(ctx, o.group) }},
		{"a user", 2, func(ctx context.Context, c *api.Conn) (any, error) {
			return c.UpdateUser(ctx, o.user, api.UserSettings{Username: username})
		}, func(ctx context.Context, c *api.Conn) (any, error) { return c.GetUser(ctx, o.user) }},
		{"a member that is added", 3, withoutResult(func(ctx context.Context, c *api.Conn) error {
			return c.AddGroupMember(ctx, o.group, another)
		}), nil},
		{"a member that is removed", 3, withoutResult(func(ctx context.Context, c *api.Conn) error {
			return c.RemoveGroupMember(ctx, o.group, o.user)
		}), nil},
		{"all members", 2, func(ctx context.Context, c *api.Conn) (any, error) {
			return c.SetGroupMembers(ctx, o.group, []string{o.user})
		}, members},
		{"custom claims", 2, func(ctx context.Context, c *api.Conn) (any, error) {
			claims := map[string]string{"team": "b", "tier": "1"}
			return claims, c.UpdateClaims(ctx, api.UserClaims, o.user, claims)
		}, func(ctx context.Context, c *api.Conn) (any, error) { return c.GetClaims(ctx, api.UserClaims, o.user) }},
		{"custom claims that are deleted", 2, withoutResult(func(ctx context.Context, c *api.Conn) error {
			return c.DeleteClaims(ctx, api.GroupClaims, o.group)
		}), nil},
	}
}

func (o editedObjects) apiEdits() []objectEdit {
	if o.api == "" {
		return nil
	}
	read := func(ctx context.Context, c *api.Conn) (any, error) { return c.GetAPI(ctx, o.api) }
	grant := api.Grant{UserDelegatedAccess: true, UserDelegatedPermissions: []string{"read"}, ClientPermissions: []string{}}
	another := api.Grant{UserDelegatedAccess: true, UserDelegatedPermissions: []string{"admin", "read"}, ClientPermissions: []string{}}
	readGrant := func(ctx context.Context, c *api.Conn) (any, error) { return c.GetGrant(ctx, o.api, o.open) }
	existing := 3
	if o.atLeastMinor(14) { // the list of grants contains the API
		existing = 2
	}
	edits := []objectEdit{
		{"the name of an API", 2, func(ctx context.Context, c *api.Conn) (any, error) { return c.RenameAPI(ctx, o.api, "Renamed") }, read},
		{"the permissions of an API", 2, func(ctx context.Context, c *api.Conn) (any, error) {
			return c.SetPermissions(ctx, o.api, map[string]api.PermissionSettings{"read": {Name: "Read"}, "admin": {Name: "Admin"}})
		}, read},
		{"a new grant", 3, func(ctx context.Context, c *api.Conn) (any, error) { // and the API, for the IDs of its permissions
			return c.UpdateGrant(ctx, o.api, o.open, grant)
		}, readGrant},
		{"a grant that exists", existing, func(ctx context.Context, c *api.Conn) (any, error) {
			return c.UpdateGrant(ctx, o.api, o.open, another)
		}, readGrant},
	}
	if o.atLeastMinor(14) {
		edits = append(edits, objectEdit{"the CIMD access of an API", 2, func(ctx context.Context, c *api.Conn) (any, error) {
			return c.SetCIMDAccess(ctx, o.api, api.CIMDSettings{Enabled: true, PermissionKeys: []string{"read"}})
		}, read})
	}
	return edits
}

func (o editedObjects) settingsEdits() []objectEdit {
	if o.real { // other tests need the settings of a real server
		return nil
	}
	return []objectEdit{{"the application configuration", 2, func(ctx context.Context, c *api.Conn) (any, error) {
		return c.EditSettings(ctx, api.SettingsEdit{Change: api.Settings{"appName": "Changed", "smtpPassword": "a-password-of-the-test"}, Convert: convertSettings})
	}, func(ctx context.Context, c *api.Conn) (any, error) { return c.GetSettings(ctx) }}}
}

// isContended reports whether the edit is verified with a read.
func (e objectEdit) isContended() bool {
	entry := strings.HasPrefix(e.name, "an identity that") || strings.HasPrefix(e.name, "a member that")
	return entry || strings.HasSuffix(e.name, "is restricted")
}

// An edit of a whole object is verified in the response to its write. What that does not show is kept as it was
// read before, so an edit returns what a read returns.
func TestAnEditNeedsFewRequestsAndReturnsWhatAReadReturns(t *testing.T) {
	t.Parallel()
	instances := map[string]*testInstance{"server": newInstance(t)}
	if !instances["server"].real {
		for _, version := range []string{"2.3.0", "2.9.0", "2.13.0", "2.14.0"} {
			instances[version] = newFake(t, fake.Options{Version: version})
		}
	}
	for version, instance := range instances {
		t.Run(version, func(t *testing.T) {
			o := newEditedObjects(instance)
			for _, e := range slices.Concat(o.clientEdits(), o.groupAndUserEdits(), o.apiEdits(), o.settingsEdits()) {
				conn := instance.testConfig().conn() // another one could begin with the object of the edit before
				_, err := conn.Version(t.Context())
				require.NoError(t, err)
				var got any
				requests := instance.requestsDuring(func() { got, err = e.edit(t.Context(), conn) })
				require.NoError(t, err, e.name)
				require.Len(t, requests, e.requests, "%s: %v", e.name, requests)
				wantLast := http.MethodPut
				if e.isContended() {
					wantLast = http.MethodGet
				}
				require.True(t, strings.HasPrefix(requests[len(requests)-1], wantLast), "%s: %v", e.name, requests)
				if e.read != nil {
					want, err := e.read(t.Context(), conn)
					require.NoError(t, err, e.name)
					require.Equal(t, want, got, e.name)
				}
			}
		})
	}
}
