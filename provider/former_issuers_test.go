package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// moveState rewrites the state of a stack as if its instance had had another issuer.
func moveState(s *stack, issuer string) {
	for name, outputs := range map[string][2]string{"app": {"issuer", "discoveryUrl"}, "ci": {"instanceIssuer"}, "devs": {"issuer"}, "code": {"issuer", "url"}} {
		state := s.state(name).Outputs
		for i, output := range outputs {
			if output == "" {
				continue
			}
			key, suffix := resource.PropertyKey(output), ""
			if i == 1 {
				suffix = plainValue(state[key]).(string)[len("https://id.example.com"):]
			}
			moved := resource.NewProperty(issuer + suffix)
			if state[key].IsSecret() {
				moved = resource.MakeSecret(moved)
			}
			state[key] = moved
		}
	}
	token := resource.NewProperty(issuer + "/api/oidc/token")
	s.state("app").Outputs["endpoints"].ObjectValue()["token"] = token
}

func newMovedStack(t *testing.T) *stack {
	t.Helper()
	s, _ := newCreatedStack(t, newFake(t, fake.Options{}))
	s.declare("OneTimeAccessToken", "code", map[string]any{"userId": s.instance.createUser()})
	s.mustUp()
	moveState(s, "https://old.example")
	return s
}

func requireMoved(t *testing.T, s *stack) {
	t.Helper()
	for _, name := range []string{"app", "devs", "code"} {
		require.Equal(t, "https://id.example.com", s.output(name, "issuer"), name)
	}
	require.Equal(t, "https://id.example.com", s.output("ci", "instanceIssuer"))
	require.Equal(t, "https://id.example.com/.well-known/openid-configuration", s.output("app", "discoveryUrl"))
	require.Equal(t, "https://id.example.com/api/oidc/token", s.output("app", "endpoints").(map[string]any)["token"])
	require.Contains(t, s.output("code", "url"), "https://id.example.com/lc/")
	require.True(t, s.state("code").Outputs["url"].IsSecret())
	s.requireNoChanges()
}

func TestStateOfAFormerIssuerIsUpdatedInPlace(t *testing.T) {
	t.Parallel()
	s := newMovedStack(t)
	for _, other := range []string{"", `["https://older.example"]`} {
		if other != "" {
			s.config["formerIssuers"] = other
		}
		o := s.preview()
		require.Error(t, o.err, other)
		require.Contains(t, o.messages, "formerIssuers")
	}
	s.config["formerIssuers"] = `["https://old.example/","https://older.example"]`
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Equal(t, "https://id.example.com", plainValue(o.outputs["app"]["issuer"]))
	require.Equal(t, "https://id.example.com/.well-known/openid-configuration", plainValue(o.outputs["app"]["discoveryUrl"]))
	require.Equal(t, "https://id.example.com/api/oidc/token", plainValue(o.outputs["app"]["endpoints"].ObjectValue()["token"]))
	o = s.mustUp()
	for name, steps := range o.steps {
		require.Equal(t, "update", string(steps[0]), name)
		require.Len(t, steps, 1, name)
	}
	require.Len(t, o.steps, 4)
	requireMoved(t, s)
	delete(s.config, "formerIssuers")
	s.requireNoChanges()
}

func TestRefreshUpdatesAFormerIssuer(t *testing.T) {
	t.Parallel()
	s := newMovedStack(t)
	s.config["formerIssuers"] = `["https://old.example"]`
	s.runProgram = true
	o := s.refresh()
	require.NoError(t, o.err, o.messages)
	requireMoved(t, s)
}

func TestFormerIssuersMustBeURLs(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
	s.config["formerIssuers"] = `["old.example"]`
	o := s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "formerIssuers")
}
