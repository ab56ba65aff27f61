package provider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// TestApiGrantsOfOneClientDoNotOverwriteEachOther matters before 2.14, where the
// permissions of all APIs are one list of the client that every grant writes.
func TestApiGrantsOfOneClientDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		instance := newFake(t, fake.Options{Version: version})
		instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
		s := newStack(t, instance)
		for n := range 12 {
			id := instance.createAPI(fmt.Sprintf("https://api%d.example.com", n), permission("read", "Read"))
			s.declare("ApiGrant", fmt.Sprint("grant", n), map[string]any{"apiId": id, "clientId": "app", "clientPermissions": []any{"read"}})
		}
		requests := instance.requestsDuring(func() { s.mustUp() })
		require.Len(t, instance.grants("app"), 12)
		if version == "2.13.0" {
			require.LessOrEqual(t, strings.Count(strings.Join(requests, "\n"), "PUT"), 6, "the writes must be joined")
		}
		s.requireNoChanges()
		for n := range 6 {
			s.drop(fmt.Sprint("grant", n))
		}
		s.mustUp()
		require.Len(t, instance.grants("app"), 6)
		require.NoError(t, s.destroy().err)
		require.Empty(t, instance.grants("app"))
	}
}

// TestApiGrantOverwrittenConcurrentlyIsWrittenAgain adds another writer that read
// the list before the provider's write and writes it back afterwards.
func TestApiGrantOverwrittenConcurrentlyIsWrittenAgain(t *testing.T) {
	t.Parallel()
	s, a, b := newStackWithTwoAPIs(t, "2.13.0")
	s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read"}})
	theirs := s.instance.api(b)["permissions"].([]any)[0].(map[string]any)["id"].(string)
	var once sync.Once
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) (answered bool) {
		if r.Method == "PUT" && strings.HasSuffix(r.URL.Path, "/api-access/app") {
			once.Do(func() {
				answered = true
				s.instance.hideResponse(w, r)
				late := httptest.NewRequest("PUT", r.URL.Path, strings.NewReader(`{"userDelegatedPermissionIds":[],"clientPermissionIds":["`+theirs+`"]}`))
				late.Header = r.Header.Clone()
				s.instance.server.ServeHTTP(httptest.NewRecorder(), late)
			})
		}
		return answered
	})
	s.mustUp()
	require.Equal(t, map[string]string{"https://a.example.com": "user: ; client: read", "https://b.example.com": "user: ; client: read"}, s.instance.grants("app"))
	s.requireNoChanges()
}

func TestLostResponseToApiGrantCreateIsResolved(t *testing.T) {
	t.Parallel()
	for version, address := range map[string]string{"2.13.0": "/api-access/app", "2.14.0": "/clients/app"} {
		s, a, _ := newStackWithTwoAPIs(t, version)
		s.instance.intercept(loseResponseOnce("PUT", address, s.instance))
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read"}})
		s.mustUp()
		require.Len(t, s.instance.grants("app"), 1)
		s.requireNoChanges()
	}
}

// TestApiGrantReportsPermissionsThatTheServerDropped deletes a permission just
// before the write. The server silently ignores it then.
func TestApiGrantReportsPermissionsThatTheServerDropped(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		s, a, _ := newStackWithTwoAPIs(t, version)
		losing := func() {
			var once sync.Once
			s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == "PUT" && strings.HasSuffix(r.URL.Path, "/app") {
					once.Do(func() {
						drop := httptest.NewRequest("PUT", "/api/apis/"+a+"/permissions", strings.NewReader(`{"permissions":[{"key":"read","name":"Read"}]}`))
						drop.Header = r.Header.Clone()
						s.instance.server.ServeHTTP(httptest.NewRecorder(), drop)
					})
				}
				return false
			})
		}
		losing()
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read", "write"}})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "no longer as written")
		require.Equal(t, []any{"read"}, s.output("grant", "clientPermissions"))
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, `has no permission "write"; it has read`)

		s.instance.mustRequest("PUT", "/api/apis/"+a+"/permissions", map[string]any{"permissions": []any{permission("read", "Read"), permission("write", "Write")}})
		s.mustUp()
		s.requireNoChanges()
		losing()
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "userDelegatedPermissions": []any{"read", "write"}})
		require.Error(t, s.up().err)
		require.Equal(t, []any{"read"}, s.output("grant", "userDelegatedPermissions"))
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "userDelegatedPermissions": []any{"read"}})
		s.mustUp()
		s.requireNoChanges()
	}
}
