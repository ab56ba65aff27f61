package provider

import (
	"net/http"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// A preview can be made without the server, so each operation compares the issuers itself.
func TestEveryOperationFailsOnAnotherInstance(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	id := instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": "devs", "friendlyName": "Devs"})["id"].(string)
	c := newChecker(t, instance)
	urn := string(resource.NewURN("dev", "test", "", tokens.Type(Name+":index:Group"), "it"))
	inputs := c.marshal(props{"name": resource.NewProperty("devs"), "friendlyName": resource.NewProperty("Changed")})
	state := c.marshal(props{"name": resource.NewProperty("devs"), "friendlyName": resource.NewProperty("Devs"), "issuer": resource.NewProperty("https://another.example")})
	_, update := c.server.Update(t.Context(), &rpc.UpdateRequest{Urn: urn, Id: id, Olds: state, OldInputs: inputs, News: inputs})
	_, remove := c.server.Delete(t.Context(), &rpc.DeleteRequest{Urn: urn, Id: id, Properties: state, OldInputs: inputs})
	_, read := c.server.Read(t.Context(), &rpc.ReadRequest{Urn: urn, Id: id, Properties: state, Inputs: inputs})
	_, diff := c.server.Diff(t.Context(), &rpc.DiffRequest{Urn: urn, Id: id, Olds: state, OldInputs: inputs, News: inputs})
	_, preview := c.server.Update(t.Context(), &rpc.UpdateRequest{Urn: urn, Id: id, Olds: state, OldInputs: inputs, News: inputs, Preview: true})
	for operation, err := range map[string]error{"update": update, "delete": remove, "read": read, "diff": diff, "preview": preview} {
		require.ErrorContains(t, err, "https://another.example", operation)
		require.ErrorContains(t, err, "https://id.example.com", operation)
	}
	require.Equal(t, "Devs", instance.group(id)["friendlyName"])
}

// A preview works without a server, but not with one that is no Pocket ID: the instance is then
// not known.
func TestAPreviewFailsIfTheInstanceCannotBeDetermined(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	urn := string(resource.NewURN("dev", "test", "", tokens.Type(Name+":index:Group"), "it"))
	for response, want := range map[string]string{"<html><title>Log in</title></html>": `titled "Log in"`, "": ""} {
		instance.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
			if response == "" {
				dropConnection(w)
			} else {
				reply(w, http.StatusOK, "text/html", response)
			}
			return true
		})
		for _, call := range []string{"diff", "preview"} {
			c := newChecker(t, instance)
			inputs := c.marshal(props{"name": resource.NewProperty("devs"), "friendlyName": resource.NewProperty("Changed")})
			state := c.marshal(props{"name": resource.NewProperty("devs"), "friendlyName": resource.NewProperty("Devs"), "issuer": resource.NewProperty("https://id.example.com")})
			var err error
			if call == "diff" {
				_, err = c.server.Diff(t.Context(), &rpc.DiffRequest{Urn: urn, Id: exampleUUID, Olds: state, OldInputs: inputs, News: inputs})
			} else {
				_, err = c.server.Update(t.Context(), &rpc.UpdateRequest{Urn: urn, Id: exampleUUID, Olds: state, OldInputs: inputs, News: inputs, Preview: true})
			}
			if want == "" {
				require.NoError(t, err, call)
			} else {
				require.ErrorContains(t, err, want, call)
			}
		}
	}
}
