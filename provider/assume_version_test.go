package provider

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestAssumedVersionIsUsedByThePreviewOnly(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.9.0"}))
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{}, "description": "gated"})
	o := s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "2.10.0")

	s.config["assumeVersion"] = "2.14.0"
	requests := s.instance.requestsDuring(func() { o = s.preview() })
	require.NoError(t, o.err, o.messages)
	require.NotContains(t, strings.Join(requests, "\n"), "version/current")

	t.Log("the write checks the real version")
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "this server is 2.9.0")
	require.Nil(t, s.instance.client("app"))

	t.Log("an older version than the server's makes the preview stricter")
	newer := newStack(t, newFake(t, fake.Options{}))
	newer.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}, "description": "gated"})
	newer.config["assumeVersion"] = "2.9.0"
	o = newer.preview()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "this server is 2.9.0 (assumeVersion)")
}

func TestAssumedVersionMustBeAVersion(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Devs"})
	for _, version := range []string{"latest", "2", "2.14", "v2.x.0"} {
		s.config["assumeVersion"] = version
		o := s.preview()
		require.Error(t, o.err, version)
		require.Contains(t, o.messages, "must be a version such as 2.14.0", version)
	}
	s.config["assumeVersion"] = "v2.14.0"
	o := s.preview()
	require.NoError(t, o.err, o.messages)
}
