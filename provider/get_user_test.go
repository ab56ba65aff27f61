package provider

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// invoke calls a function over gRPC and returns its result.
func (c *checker) invoke(function string, args map[string]any) (map[string]any, error) {
	res, err := c.server.Invoke(c.t.Context(), &rpc.InvokeRequest{Tok: Name + ":index:" + function, Args: c.marshal(toProps(args))})
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
	instance := newInstance(t)
	name := uniqueName("alice")
	alice := userInputs(name)
	alice["lastName"] = "Liddell"
	id := instance.mustRequest("POST", "/api/users", alice)["id"].(string)
	t.Cleanup(func() { instance.request("DELETE", "/api/users/"+id, nil) })
	longer := instance.mustRequest("POST", "/api/users", userInputs(name+"2"))["id"].(string) // the server's search matches both
	t.Cleanup(func() { instance.request("DELETE", "/api/users/"+longer, nil) })
	group := instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": uniqueName("devs"), "friendlyName": "Devs"})["id"].(string)
	t.Cleanup(func() { instance.request("DELETE", "/api/user-groups/"+group, nil) })
	instance.mustRequest("PUT", "/api/users/"+id+"/user-groups", map[string]any{"userGroupIds": []string{group}})
	instance.mustRequest("PUT", "/api/custom-claims/user/"+id, []any{map[string]any{"key": "team", "value": "a"}})
	c := newChecker(t, instance)
	want := map[string]any{"userId": id, "username": name, "email": name + "@example.com", "emailVerified": false, "firstName": "Alice", "lastName": "Liddell", "displayName": "Alice L",
		"isAdmin": false, "disabled": false, "ldapManaged": false, "userGroups": []any{group}, "customClaims": map[string]any{"team": "a"}}
	for _, by := range []map[string]any{{"userId": id}, {"username": name}, {"email": name + "@example.com"}, {"username": name, "email": ""}} {
		got, err := c.invoke("getUser", by)
		require.NoError(t, err, "%v", by)
		require.Equal(t, want, got, "%v", by)
	}
	for message, by := range map[string]map[string]any{
		"exactly one of userId, username and email must be set (got 0)":             {},
		"exactly one of userId, username and email must be set (got 2)":             {"username": name, "email": "x"},
		`no user has the username "` + name[:5] + `"; there are `:                   {"username": name[:5]},
		`no user has the email "` + name + `"`:                                      {"email": name},
		`no user has the userId "00000000-0000-4000-8000-00000000000f"; there are `: {"userId": "00000000-0000-4000-8000-00000000000f"},
		"not an ID": {"userId": ".."},
	} {
		_, err := c.invoke("getUser", by)
		require.ErrorContains(t, err, message, "%v", by)
	}

	all, err := c.invoke("getUsers", nil)
	require.NoError(t, err)
	users := all["users"].([]any)
	require.Contains(t, users, any(want))
	for _, u := range users {
		require.NotEqual(t, "00000000-0000-0000-0000-000000000000", u.(map[string]any)["userId"], "a built-in user is listed")
	}
}

func TestGetUsersReadsAllPages(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	c := newChecker(t, instance)
	none, err := c.invoke("getUsers", nil)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"users": []any{}}, none)
	for n := range 101 {
		instance.mustRequest("POST", "/api/users", userInputs(fmt.Sprintf("user%03d", n)))
	}
	all, err := c.invoke("getUsers", nil)
	require.NoError(t, err)
	require.Len(t, all["users"], 101)
	require.Equal(t, "user000", all["users"].([]any)[0].(map[string]any)["username"])
	_, err = c.invoke("getUser", map[string]any{"username": "user"})
	require.ErrorContains(t, err, `and 81 more`)
}

func TestGetUserNeedsAServer(t *testing.T) {
	t.Parallel()
	server, err := NewServer(nil)
	require.NoError(t, err)
	c := &checker{t, server}
	_, err = server.Configure(t.Context(), &rpc.ConfigureRequest{Args: c.marshal(props{"baseUrl": resource.NewProperty("http://127.0.0.1:1"), "apiKey": resource.NewProperty("k"), "startupTimeout": resource.NewProperty(0.0)}), AcceptSecrets: true})
	require.NoError(t, err)
	for function, args := range map[string]map[string]any{"getUser": {"username": "alice"}, "getUsers": nil} {
		_, err = c.invoke(function, args)
		require.ErrorContains(t, err, "no answer", function)
	}
}

func TestListUsersAndCustomClaims(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	bob := instance.mustRequest("POST", "/api/users", userInputs("bob"))["id"].(string)
	alice := instance.mustRequest("POST", "/api/users", userInputs("alice"))["id"].(string)
	devs := instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": "devs", "friendlyName": "Devs"})["id"].(string)
	instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": "ops", "friendlyName": "Ops"})
	instance.mustRequest("PUT", "/api/users/"+bob+"/user-groups", map[string]any{"userGroupIds": []string{devs}})
	for _, at := range []string{"user/" + bob, "user-group/" + devs} {
		instance.mustRequest("PUT", "/api/custom-claims/"+at, []any{map[string]any{"key": "team", "value": "a"}})
	}
	config := instance.testConfig()
	for _, row := range []struct {
		of   lifecycle.Lister
		by   map[string]string
		want []lifecycle.Listed
	}{
		{&User{config: config}, nil, []lifecycle.Listed{{ID: alice, Name: "alice"}, {ID: bob, Name: "bob"}}},
		{&User{config: config}, map[string]string{"groupId": devs}, []lifecycle.Listed{{ID: bob, Name: "bob"}}},
		{&UserCustomClaims{config: config}, nil, []lifecycle.Listed{{ID: bob + "/custom-claims", Name: "bob"}}},
		{&GroupCustomClaims{config: config}, nil, []lifecycle.Listed{{ID: devs + "/custom-claims", Name: "devs"}}},
	} {
		got, err := row.of.List(t.Context(), row.by)
		require.NoError(t, err)
		require.Equal(t, row.want, got)
		for input := range row.by {
			require.Contains(t, row.of.ListInputs(), input)
		}
	}
}
