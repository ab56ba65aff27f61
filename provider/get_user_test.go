package provider

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// asking calls a function over gRPC.
func (c *checker) asking(function string, args map[string]any) (map[string]any, error) {
	res, err := c.server.Invoke(c.t.Context(), &rpc.InvokeRequest{Tok: Name + ":index:" + function, Args: c.wire(said(args))})
	if err != nil {
		return nil, err
	}
	require.Empty(c.t, res.Failures)
	out, err := plugin.UnmarshalProperties(res.Return, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(c.t, err)
	return out.Mappable(), nil
}

func TestGetUserFindsExactlyOne(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	name := named("alice")
	alice := person(name)
	alice["lastName"] = "Liddell"
	id := on.ask("POST", "/api/users", alice)["id"].(string)
	t.Cleanup(func() { on.try("DELETE", "/api/users/"+id, nil) })
	longer := on.ask("POST", "/api/users", person(name+"2"))["id"].(string) // a search finds both
	t.Cleanup(func() { on.try("DELETE", "/api/users/"+longer, nil) })
	group := on.ask("POST", "/api/user-groups", map[string]any{"name": named("devs"), "friendlyName": "Devs"})["id"].(string)
	t.Cleanup(func() { on.try("DELETE", "/api/user-groups/"+group, nil) })
	on.ask("PUT", "/api/users/"+id+"/user-groups", map[string]any{"userGroupIds": []string{group}})
	on.ask("PUT", "/api/custom-claims/user/"+id, []any{map[string]any{"key": "team", "value": "a"}})
	c := newChecker(t, on)
	want := map[string]any{"userId": id, "username": name, "email": name + "@example.com", "emailVerified": false, "firstName": "Alice", "lastName": "Liddell", "displayName": "Alice L",
		"isAdmin": false, "disabled": false, "ldapManaged": false, "userGroups": []any{group}, "customClaims": map[string]any{"team": "a"}}
	for _, by := range []map[string]any{{"userId": id}, {"username": name}, {"email": name + "@example.com"}, {"username": name, "email": ""}} {
		got, err := c.asking("getUser", by)
		require.NoError(t, err, "%v", by)
		require.Equal(t, want, got, "%v", by)
	}
	for message, by := range map[string]map[string]any{
		"exactly one of userId, username and email must be set, and 0 are":          {},
		"exactly one of userId, username and email must be set, and 2 are":          {"username": name, "email": "x"},
		`no user has the username "` + name[:5] + `": there are `:                   {"username": name[:5]},
		`no user has the email "` + name + `"`:                                      {"email": name},
		`no user has the userId "00000000-0000-4000-8000-00000000000f": there are `: {"userId": "00000000-0000-4000-8000-00000000000f"},
		"not an id": {"userId": ".."},
	} {
		_, err := c.asking("getUser", by)
		require.ErrorContains(t, err, message, "%v", by)
	}

	all, err := c.asking("getUsers", nil)
	require.NoError(t, err)
	users := all["users"].([]any)
	require.Contains(t, users, any(want))
	for _, u := range users {
		require.NotEqual(t, "00000000-0000-0000-0000-000000000000", u.(map[string]any)["userId"], "nobody has made this user")
	}
}

func TestGetUsersReadsAllPages(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	c := newChecker(t, on)
	none, err := c.asking("getUsers", nil)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"users": []any{}}, none)
	for n := range 101 {
		on.ask("POST", "/api/users", person(fmt.Sprintf("user%03d", n)))
	}
	all, err := c.asking("getUsers", nil)
	require.NoError(t, err)
	require.Len(t, all["users"], 101)
	require.Equal(t, "user000", all["users"].([]any)[0].(map[string]any)["username"])
	_, err = c.asking("getUser", map[string]any{"username": "user"})
	require.ErrorContains(t, err, `and 81 more`)
}

func TestLookingUpUsersNeedsAServer(t *testing.T) {
	t.Parallel()
	server, err := NewServer(nil)
	require.NoError(t, err)
	c := &checker{t, server}
	_, err = server.Configure(t.Context(), &rpc.ConfigureRequest{Args: c.wire(props{"baseUrl": resource.NewProperty("http://127.0.0.1:1"), "apiKey": resource.NewProperty("k"), "startupTimeout": resource.NewProperty(0.0)}), AcceptSecrets: true})
	require.NoError(t, err)
	for function, args := range map[string]map[string]any{"getUser": {"username": "alice"}, "getUsers": nil} {
		_, err = c.asking(function, args)
		require.ErrorContains(t, err, "no answer", function)
	}
}

func TestUsersAndClaimsCanBeListed(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	bob := on.ask("POST", "/api/users", person("bob"))["id"].(string)
	alice := on.ask("POST", "/api/users", person("alice"))["id"].(string)
	devs := on.ask("POST", "/api/user-groups", map[string]any{"name": "devs", "friendlyName": "Devs"})["id"].(string)
	on.ask("POST", "/api/user-groups", map[string]any{"name": "ops", "friendlyName": "Ops"})
	on.ask("PUT", "/api/users/"+bob+"/user-groups", map[string]any{"userGroupIds": []string{devs}})
	for _, at := range []string{"user/" + bob, "user-group/" + devs} {
		on.ask("PUT", "/api/custom-claims/"+at, []any{map[string]any{"key": "team", "value": "a"}})
	}
	config := &Config{BaseURL: on.url, APIKey: on.key}
	require.NoError(t, config.Configure(t.Context()))
	conn, err := config.connection()
	require.NoError(t, err)
	for _, row := range []struct {
		of   listable
		by   map[string]string
		want []listing
	}{
		{&User{config: config}, nil, []listing{{ID: alice, Name: "alice"}, {ID: bob, Name: "bob"}}},
		{&User{config: config}, map[string]string{"groupId": devs}, []listing{{ID: bob, Name: "bob"}}},
		{&UserCustomClaims{config: config}, nil, []listing{{ID: bob + "/custom-claims", Name: "bob"}}},
		{&GroupCustomClaims{config: config}, nil, []listing{{ID: devs + "/custom-claims", Name: "devs"}}},
	} {
		got, err := row.of.List(t.Context(), conn, row.by)
		require.NoError(t, err)
		require.Equal(t, row.want, got)
		for input := range row.by {
			require.Contains(t, row.of.ListInputs(), input)
		}
	}
}
