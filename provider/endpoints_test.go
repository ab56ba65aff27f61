package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestClientHasTheEndpointsOfTheDiscoveryDocument(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	ids := []string{uniqueName("app"), uniqueName("app"), uniqueName("app")}
	for _, id := range ids {
		s.declare("Client", id, map[string]any{"name": id, "clientId": id, "callbackUrls": []any{"https://a.example/cb"}})
	}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.True(t, o.outputs[ids[0]]["endpoints"].IsComputed(), "%v", o.outputs[ids[0]])

	requests := s.instance.requestsDuring(func() { s.mustUp() })
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, 1, countRequests(requests, "GET /.well-known/openid-configuration"), "%v", requests)
	requests = s.instance.requestsDuring(func() { require.NoError(t, s.refresh().err) })
	require.Equal(t, 1, countRequests(requests, "GET /.well-known/openid-configuration"), "%v", requests)

	document := s.instance.mustRequest("GET", "/.well-known/openid-configuration", nil)
	want := map[string]any{}
	for output, field := range map[string]string{
		"authorization": "authorization_endpoint", "token": "token_endpoint", "userinfo": "userinfo_endpoint", "jwks": "jwks_uri",
		"endSession": "end_session_endpoint", "introspection": "introspection_endpoint",
		"deviceAuthorization": "device_authorization_endpoint", "pushedAuthorizationRequest": "pushed_authorization_request_endpoint",
	} {
		if url, has := document[field]; has {
			want[output] = url
		}
	}
	require.GreaterOrEqual(t, len(want), 7)
	for _, id := range ids {
		require.Equal(t, want, s.output(id, "endpoints"))
	}
	s.requireNoChanges()

	imported := newStack(t, s.instance)
	require.NoError(t, imported.importResource("Client", "app", ids[0]).err)
	require.Equal(t, want, imported.output("app", "endpoints"))
}

func TestServersWithoutPARHaveNoSuchEndpoint(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.3.0"}))
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}})
	s.mustUp()
	require.NotContains(t, s.output("app", "endpoints"), "pushedAuthorizationRequest")
	require.Contains(t, s.output("app", "endpoints"), "token")
}

// A state that an earlier version of the provider wrote has no endpoints.
func TestStateWithoutEndpointsGetsThemWithoutADiff(t *testing.T) {
	t.Parallel()
	for _, get := range []func(*stack){
		func(s *stack) { require.NoError(t, s.refresh().err) },
		func(s *stack) {
			s.declare("Client", "app", map[string]any{"name": "Other", "callbackUrls": []any{"https://a.example/cb"}})
			o := s.preview()
			require.NoError(t, o.err, o.messages)
			require.True(t, o.outputs["app"]["endpoints"].IsComputed(), "the preview of the update does not announce the endpoints")
			s.mustUp()
		},
	} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}})
		s.mustUp()
		want := s.output("app", "endpoints")
		delete(s.state("app").Outputs, "endpoints")
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		require.Empty(t, o.steps, "%v", o.diffs)
		get(s)
		require.Equal(t, want, s.output("app", "endpoints"))
		s.requireNoChanges()
	}
}
