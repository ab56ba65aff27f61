package provider

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestTwentyFirstSecretIsRefusedBeforeTheWrite(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s, clock := newStackWithClock(t)
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	require.NoError(t, s.importResource("Client", "app", "app").err)
	var ids, values []string
	for i := range 20 {
		in := map[string]any{"secret": fmt.Sprintf("%04d-is-the-secret", i)}
		if i == 7 {
			in["expiresAt"] = "2030-01-02T00:00:00Z"
		}
		made := s.instance.mustRequest("POST", "/api/oidc/clients/app/secrets", in)
		ids, values = append(ids, made["id"].(string)), append(values, made["secret"].(string))
	}
	clock.advanceDays(2)
	declareClientSecret(s, map[string]any{})
	var o outcome
	requests := s.instance.requestsDuring(func() { o = s.up() })
	require.Error(t, o.err)
	require.NotContains(t, strings.Join(requests, "\n"), "POST")
	require.Contains(t, o.messages, "client app has 20 secrets")
	for i, id := range ids {
		require.Contains(t, o.messages, fmt.Sprintf("%s (%04d…)", id, i))
		require.NotContains(t, o.messages, values[i])
	}
	require.Contains(t, o.messages, ids[7]+" (0007…) (expired)")
}

func TestLostResponseToClientSecretCreateIsResolved(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	const value = "shared beginning of a value"
	for _, row := range []struct {
		processed bool
		another   string
	}{{true, "another beginning of another"}, {true, "shared beginning of another"}, {false, "shared beginning of another"}} {
		s, _ := newStackWithClock(t)
		declareClientSecret(s, map[string]any{"value": resource.MakeSecret(resource.NewProperty(value))})
		var once sync.Once
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) (lost bool) {
			if r.Method != "POST" || r.URL.Path != "/api/oidc/clients/app/secrets" {
				return false
			}
			once.Do(func() {
				lost = true
				// Another writer creates a secret at the same time, perhaps with the same prefix.
				other, err := http.NewRequest("POST", r.URL.String(), strings.NewReader(`{"secret":"`+row.another+`"}`))
				require.NoError(t, err)
				other.Header = r.Header
				s.instance.server.ServeHTTP(&discardedResponse{}, other)
				if row.processed {
					s.instance.server.ServeHTTP(&discardedResponse{}, r)
				}
				dropConnection(w)
			})
			return lost
		})
		o := s.up()
		require.NotContains(t, o.messages, value)
		if row.processed && row.another[:4] == value[:4] {
			require.Error(t, o.err, "the provider cannot tell the two secrets apart")
			require.Contains(t, o.messages, "it is unknown whether")
			require.Contains(t, o.messages, "pulumi import pocketid:index:ClientSecret key 'app/<id>'")
			require.Equal(t, 2, secretCount(s.instance, "app"))
			continue
		}
		require.NoError(t, o.err, o.messages)
		require.True(t, secretWorks(t, s.instance, "app", value))
		require.Equal(t, 2, secretCount(s.instance, "app"))
		s.drop("user")
		s.drop("key")
		s.mustUp()
		require.True(t, secretWorks(t, s.instance, "app", row.another), "another writer's secret was deleted")
	}

	s, _ := newStackWithClock(t)
	declareClientSecret(s, map[string]any{})
	s.instance.intercept(loseResponseOnce("POST", "/secrets", s.instance))
	s.mustUp()
	require.Equal(t, 1, secretCount(s.instance, "app"))
	require.True(t, secretWorks(t, s.instance, "app", clientSecretValue(s)))
	s.requireNoChanges()
}

func TestClientSecretRequiresANewerServer(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.13.0"} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
		s.declare("ClientSecret", "key", map[string]any{"clientId": "app"})
		o := s.preview()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "a ClientSecret requires Pocket ID 2.14.0 or later; this server is "+version+", where a client has one secret")
		o = s.importResource("ClientSecret", "key", "app/any")
		require.Error(t, o.err)
		require.Contains(t, o.messages, "requires Pocket ID 2.14.0")

		t.Log("if Check could not read the version, it is read before the write")
		refusals := 0
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/api/version/current" || refusals == 2 {
				return false
			}
			refusals++
			dropConnection(w)
			return true
		})
		requests := s.instance.requestsDuring(func() { o = s.up() })
		require.Error(t, o.err)
		require.Contains(t, o.messages, "so the update checks whether its version supports all inputs")
		require.Contains(t, o.messages, "this server is "+version)
		require.NotContains(t, strings.Join(requests, "\n"), "POST")
	}
}

func TestClientSecretValidation(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	key := func(more map[string]any) props {
		m := map[string]any{"clientId": "app"}
		for k, v := range more {
			m[k] = v
		}
		return toProps(m)
	}
	for _, row := range []struct {
		inputs map[string]any
		want   []string // prefixes of the expected failures, one each
	}{
		{nil, nil},
		{map[string]any{"value": "a custom value of it", "expiresAt": "2999-01-01T00:00:00Z"}, nil},
		{map[string]any{"expiresIn": "1w1d1h1m1s", "rotateAfter": "1w"}, nil},
		{map[string]any{"clientId": "app/x"}, []string{"clientId: must be the ID of a client"}},
		{map[string]any{"value": "short"}, []string{"value: must have at least 16 characters (got 5)"}},
		{map[string]any{"value": "ein schlüssel für alles"}, []string{"value: must consist of printable ASCII characters"}},
		{map[string]any{"value": "a custom value of it", "rotationTriggers": map[string]any{"a": "1"}, "rotateAfter": "1d"}, []string{
			"rotationTriggers: must not be set together with value", "rotateAfter: must not be set together with value"}},
		{map[string]any{"expiresAt": "2999-01-01T00:00:00Z", "expiresIn": "1d"}, []string{"expiresIn: must not be set together with expiresAt"}},
		{map[string]any{"expiresAt": "2001-01-01T00:00:00Z"}, []string{"expiresAt: must be in the future"}},
		{map[string]any{"expiresAt": "tomorrow"}, []string{"expiresAt: must be an RFC 3339 timestamp such as 2030-01-31T00:00:00Z (got \"tomorrow\")"}},
		{map[string]any{"expiresIn": "90"}, []string{"expiresIn: must be a duration such as 90d"}},
		{map[string]any{"expiresIn": "1.5h"}, []string{"expiresIn: must be a duration such as 90d"}},
		{map[string]any{"expiresIn": "5s"}, []string{"expiresIn: must be at least 1m0s"}},
		{map[string]any{"expiresIn": "999999999w"}, []string{"expiresIn: must be at most 36500d"}},
		{map[string]any{"rotateAfter": "-1d"}, []string{"rotateAfter: must be a duration"}},
		{map[string]any{"expiresIn": "30d", "rotateAfter": "30d"}, []string{"rotateAfter: must be shorter than expiresIn"}},
		{map[string]any{"clientId": unknown, "value": unknown, "expiresAt": unknown, "rotateAfter": "1d"}, []string{"rotateAfter: must not be set together with value"}},
		{map[string]any{"expiresIn": unknown, "rotateAfter": unknown}, nil},
	} {
		got := c.failures("ClientSecret", key(row.inputs))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.True(t, strings.HasPrefix(got[i], want), "%v: %q is not %q", row.inputs, got[i], want)
		}
	}
}
