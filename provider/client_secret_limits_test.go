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

func TestTheTwentyFirstSecretIsRefusedBeforeItIsMade(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s, calendar := inTime(t)
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	require.NoError(t, s.importing("Client", "app", "app").err)
	var ids, values []string
	for i := range 20 {
		in := map[string]any{"secret": fmt.Sprintf("%04d-is-the-secret", i)}
		if i == 7 {
			in["expiresAt"] = "2030-01-02T00:00:00Z"
		}
		made := s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", in)
		ids, values = append(ids, made["id"].(string)), append(values, made["secret"].(string))
	}
	calendar.days(2)
	keyed(s, map[string]any{})
	var o outcome
	requests := s.pocketID.counted(func() { o = s.up() })
	require.Error(t, o.err)
	require.NotContains(t, strings.Join(requests, "\n"), "POST")
	require.Contains(t, o.text, "client app has 20 secrets")
	for i, id := range ids {
		require.Contains(t, o.text, fmt.Sprintf("%s (%04d…)", id, i))
		require.NotContains(t, o.text, values[i])
	}
	require.Contains(t, o.text, ids[7]+" (0007…) (expired)")
}

func TestALostAnswerOfAClientSecretIsSettled(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	const value = "shared beginning of a value"
	for _, row := range []struct {
		acted   bool
		another string
	}{{true, "another beginning of another"}, {true, "shared beginning of another"}, {false, "shared beginning of another"}} {
		s, _ := inTime(t)
		keyed(s, map[string]any{"value": resource.MakeSecret(resource.NewProperty(value))})
		var once sync.Once
		s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) (lost bool) {
			if r.Method != "POST" || r.URL.Path != "/api/oidc/clients/app/secrets" {
				return false
			}
			once.Do(func() {
				lost = true
				// Somebody else makes one at the same moment, and it may begin alike.
				other, err := http.NewRequest("POST", r.URL.String(), strings.NewReader(`{"secret":"`+row.another+`"}`))
				require.NoError(t, err)
				other.Header = r.Header
				s.pocketID.server.ServeHTTP(&discarded{}, other)
				if row.acted {
					s.pocketID.server.ServeHTTP(&discarded{}, r)
				}
				hijackAndClose(w)
			})
			return lost
		})
		o := s.up()
		require.NotContains(t, o.text, value)
		if row.acted && row.another[:4] == value[:4] {
			require.Error(t, o.err, "which of the two it is, nobody can tell")
			require.Contains(t, o.text, "it is unknown whether")
			require.Contains(t, o.text, "pulumi import pocketid:index:ClientSecret key 'app/<id>'")
			require.Equal(t, 2, secretsOf(s.pocketID, "app"))
			continue
		}
		require.NoError(t, o.err, o.text)
		require.True(t, signsIn(t, s.pocketID, "app", value))
		require.Equal(t, 2, secretsOf(s.pocketID, "app"))
		s.drop("user")
		s.drop("key")
		s.mustUp()
		require.True(t, signsIn(t, s.pocketID, "app", row.another), "somebody else's secret is gone")
	}

	s, _ := inTime(t)
	keyed(s, map[string]any{})
	s.pocketID.meddling(losingOnce("POST", "/secrets", s.pocketID))
	s.mustUp()
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))
	require.True(t, signsIn(t, s.pocketID, "app", secretOfKey(s)))
	s.steady()
}

// discarded is an answer that nobody gets.
type discarded struct{ header http.Header }

func (d *discarded) Header() http.Header {
	if d.header == nil {
		d.header = http.Header{}
	}
	return d.header
}
func (*discarded) Write(b []byte) (int, error) { return len(b), nil }
func (*discarded) WriteHeader(int)             {}

// losingOnce has the server act on the first such request, and loses the answer.
func losingOnce(method, suffix string, on *pocketID) func(http.ResponseWriter, *http.Request) bool {
	var once sync.Once
	return func(w http.ResponseWriter, r *http.Request) (lost bool) {
		if r.Method == method && strings.HasSuffix(r.URL.Path, suffix) {
			once.Do(func() {
				lost = true
				on.server.ServeHTTP(&discarded{}, r)
				hijackAndClose(w)
			})
		}
		return lost
	}
}

func TestAnOlderServerHasNoClientSecrets(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.13.0"} {
		s := newStack(t, onFake(t, fake.Options{Version: version}))
		s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
		s.declare("ClientSecret", "key", map[string]any{"clientId": "app"})
		o := s.preview()
		require.Error(t, o.err)
		require.Contains(t, o.text, "a ClientSecret needs Pocket ID 2.14.0 or later; this server is "+version+", where a client has one secret")
		o = s.importing("ClientSecret", "key", "app/any")
		require.Error(t, o.err)
		require.Contains(t, o.text, "needs Pocket ID 2.14.0")

		t.Log("a version that could not be learned in the check is asked again before the write")
		refusals := 0
		s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/api/version/current" || refusals == 2 {
				return false
			}
			refusals++
			hijackAndClose(w)
			return true
		})
		requests := s.pocketID.counted(func() { o = s.up() })
		require.Error(t, o.err)
		require.Contains(t, o.text, "is checked later")
		require.Contains(t, o.text, "this server is "+version)
		require.NotContains(t, strings.Join(requests, "\n"), "POST")
	}
}

func TestBadClientSecretsAreNamed(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	key := func(more map[string]any) props {
		m := map[string]any{"clientId": "app"}
		for k, v := range more {
			m[k] = v
		}
		return said(m)
	}
	for _, row := range []struct {
		inputs map[string]any
		want   []string // beginnings of failures, one each
	}{
		{nil, nil},
		{map[string]any{"value": "an own value of it", "expiresAt": "2999-01-01T00:00:00Z"}, nil},
		{map[string]any{"expiresIn": "1w1d1h1m1s", "rotateAfter": "1w"}, nil},
		{map[string]any{"clientId": "app/x"}, []string{"clientId: must be the id of a client"}},
		{map[string]any{"value": "short"}, []string{"value: must have at least 16 characters, has 5"}},
		{map[string]any{"value": "ein schlüssel für alles"}, []string{"value: must consist of printable ASCII characters"}},
		{map[string]any{"value": "an own value of it", "rotationTriggers": map[string]any{"a": "1"}, "rotateAfter": "1d"}, []string{
			"rotationTriggers: cannot be used with an own value", "rotateAfter: cannot be used with an own value"}},
		{map[string]any{"expiresAt": "2999-01-01T00:00:00Z", "expiresIn": "1d"}, []string{"expiresIn: cannot be used together with expiresAt"}},
		{map[string]any{"expiresAt": "2001-01-01T00:00:00Z"}, []string{"expiresAt: must be in the future"}},
		{map[string]any{"expiresAt": "tomorrow"}, []string{"expiresAt: must be a time as in RFC 3339, such as 2030-01-31T00:00:00Z, is \"tomorrow\""}},
		{map[string]any{"expiresIn": "90"}, []string{"expiresIn: must be a duration such as 90d"}},
		{map[string]any{"expiresIn": "1.5h"}, []string{"expiresIn: must be a duration such as 90d"}},
		{map[string]any{"expiresIn": "5s"}, []string{"expiresIn: must be at least 1m0s"}},
		{map[string]any{"expiresIn": "999999999w"}, []string{"expiresIn: must be at most 36500d"}},
		{map[string]any{"rotateAfter": "-1d"}, []string{"rotateAfter: must be a duration"}},
		{map[string]any{"expiresIn": "30d", "rotateAfter": "30d"}, []string{"rotateAfter: must be shorter than expiresIn"}},
		{map[string]any{"clientId": unknown, "value": unknown, "expiresAt": unknown, "rotateAfter": "1d"}, []string{"rotateAfter: cannot be used with an own value"}},
		{map[string]any{"expiresIn": unknown, "rotateAfter": unknown}, nil},
	} {
		got := c.failures("ClientSecret", key(row.inputs))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.True(t, strings.HasPrefix(got[i], want), "%v: %q is not %q", row.inputs, got[i], want)
		}
	}
}
