package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// If Check could not read the server's version, each write checks the version first.
func TestEveryWriteChecksTheServerVersion(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{Version: "2.9.0"})
	s := newStack(t, instance)
	s.config["maxRetries"] = "0"
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"https://a.example"}})
	s.mustUp()
	requireRejected := func(property string) {
		t.Helper()
		instance.failFirstVersionRequest()
		before := instance.client("app")
		o := s.up()
		require.Error(t, o.err, property)
		require.Contains(t, o.messages, property+" requires Pocket ID 2.10.0 or later")
		instance.intercept(nil)
		require.Equal(t, before, instance.client("app"), property)
	}
	s.declare("Client", "app", map[string]any{"name": "App 2", "clientId": "app", "callbackUrls": []any{"https://a.example"}, "skipConsent": true})
	requireRejected("skipConsent")
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"https://a.example"}})
	s.declare("FederatedIdentity", "ci", map[string]any{"clientId": "app", "issuer": "https://ci.example", "replayProtection": true})
	requireRejected("replayProtection")
	require.Empty(t, instance.identities("app"))
	s.declare("FederatedIdentity", "ci", map[string]any{"clientId": "app", "issuer": "https://ci.example"})
	s.mustUp()
	s.declare("FederatedIdentity", "ci", map[string]any{"clientId": "app", "issuer": "https://ci.example", "audience": "changed", "replayProtection": true})
	requireRejected("replayProtection")
}
