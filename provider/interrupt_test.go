package provider

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// promptly is how long the provider may take after Ctrl-C: what is under way has
// five seconds to be answered, and as long again to be asked about.
const promptly = 12 * time.Second

// interrupted presses Ctrl-C as soon as a request of this kind is under way, lets
// the server act on it or not, and holds the answer back.
func interrupted(t *testing.T, s *stack, method, path string, acts bool, op func() outcome) outcome {
	t.Helper()
	var once, told sync.Once
	arrived := make(chan struct{})
	s.cancelled = func() { told.Do(func() { close(arrived) }) }
	ctx, ctrlC := context.WithCancel(t.Context())
	s.ctx = ctx
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != method || !strings.Contains(r.URL.Path, path) {
			return false
		}
		hit := false
		once.Do(func() { hit = true })
		if !hit {
			return false
		}
		if acts {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			s.pocketID.server.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
		}
		ctrlC()
		<-arrived
		hijackAndClose(w) // the answer is lost
		return true
	})
	began := time.Now()
	o := op()
	require.Less(t, time.Since(began), promptly, "%s %s", method, path)
	require.Error(t, ctx.Err(), "%s %s was never asked", method, path)
	s.pocketID.meddling(nil)
	s.ctx = context.WithoutCancel(t.Context())
	return o
}

func TestCtrlCAnywhereInAnUpdateIsPromptAndTheNextUpdateConverges(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	for _, at := range []struct{ method, path string }{
		{"GET", "openid-configuration"}, {"GET", "/api/user-groups"}, {"POST", "/api/user-groups"}, {"PUT", "/custom-claims"},
		{"GET", "/api/oidc/clients/"}, {"POST", "/api/oidc/clients"}, {"PUT", "/allowed-user-groups"}, {"POST", "/secret"}, {"PUT", "/api/oidc/clients/"},
		{"POST", "/api/users"}, {"PUT", "/users"}, {"PUT", "/custom-claims/user/"}, {"POST", "/api/apis"}, {"PUT", "/permissions"}, {"PUT", "/api/apis/"},
	} {
		for _, acts := range []bool{true, false} {
			t.Run(fmt.Sprint(at.method, " ", at.path, ", the server acts: ", acts), func(t *testing.T) {
				t.Parallel()
				on := onPocketID(t)
				if strings.Contains(at.path, "/apis") || at.path == "/permissions" {
					on = onAPIs(t, fake.Options{})
				}
				s := newStack(t, on)
				prefix := named("ctrlc")
				declareSmall(s, prefix, 1)
				t.Cleanup(func() { s.destroy() })
				interrupted(t, s, at.method, at.path, acts, s.up)
				s.mustUp()
				smallIsIntact(t, s, prefix, 1)
				s.steady()
			})
		}
	}
}

func TestCtrlCInAChangeIsPromptAndTheNextUpdateConverges(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	for _, at := range []struct{ method, path string }{
		{"PUT", "/api/oidc/clients/"}, {"GET", "/api/oidc/clients/"}, {"POST", "/secret"}, {"PUT", "/api/user-groups/"}, {"PUT", "/api/users/"}, {"PUT", "/custom-claims/user/"}, {"PUT", "/users"}, {"PUT", "/permissions"}, {"PUT", "/api/apis/"},
	} {
		t.Run(at.method+" "+at.path, func(t *testing.T) {
			t.Parallel()
			on := onPocketID(t)
			if strings.Contains(at.path, "/apis") || at.path == "/permissions" {
				on = onAPIs(t, fake.Options{})
			}
			s := newStack(t, on)
			prefix := named("ctrlc")
			declareSmall(s, prefix, 1)
			s.mustUp()
			t.Cleanup(func() { s.destroy() })
			declareSmall(s, prefix, 2)
			interrupted(t, s, at.method, at.path, true, s.up)
			s.mustUp()
			smallIsIntact(t, s, prefix, 2)
			s.steady()
		})
	}
}

func TestCtrlCEndsAWaitForTheServer(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.config["startupTimeout"] = "600"
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	ctx, ctrlC := context.WithCancel(t.Context())
	s.ctx = ctx
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		reply(w, http.StatusBadGateway, "text/html", "<html>502</html>")
		ctrlC()
		return true
	})
	began := time.Now()
	o := s.up()
	require.Error(t, o.err)
	require.Less(t, time.Since(began), promptly)
	s.pocketID.meddling(nil)
	s.ctx = context.WithoutCancel(t.Context())
	s.mustUp()
}

// Whatever of a long list is read: by a resource that is listed, or by a function.
func TestCtrlCEndsALongList(t *testing.T) {
	t.Parallel()
	for what, read := range map[string]func(ctx context.Context, p plugin.Provider) error{
		"list": func(ctx context.Context, p plugin.Provider) error {
			stream, err := p.List(ctx, plugin.ListRequest{Token: token("Group")})
			require.NoError(t, err)
			for _, err := range stream.Items {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"function": func(ctx context.Context, p plugin.Provider) error {
			_, err := p.Invoke(ctx, plugin.InvokeRequest{Tok: tokens.ModuleMember(token("getGroups"))})
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, onFake(t, fake.Options{}))
			p := s.configured()
			var pages atomic.Int32
			s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/api/user-groups" {
					return false
				}
				page := pages.Add(1)
				if page == 3 {
					require.NoError(t, p.SignalCancellation(t.Context()))
				}
				reply(w, http.StatusOK, "application/json", fmt.Sprintf(`{"data":[{"id":"g%d","name":"g%d"}],"pagination":{"totalPages":5000,"currentPage":%d}}`, page, page, page))
				return true
			})
			began := time.Now()
			require.Error(t, read(t.Context(), p))
			require.Less(t, time.Since(began), promptly)
			require.Less(t, pages.Load(), int32(5))
		})
	}
}

// declareSmall is a program with one of everything that takes several requests.
func declareSmall(s *stack, prefix string, version int) {
	claims := map[string]any{"v": fmt.Sprint(version)}
	alice := person(prefix + "-alice")
	alice["lastName"], alice["customClaims"] = fmt.Sprint("Liddell ", version), claims
	s.declare("User", "alice", alice)
	s.declare("Group", "devs", map[string]any{"name": prefix + "-devs", "friendlyName": fmt.Sprint("Developers ", version), "customClaims": claims})
	members := map[string]string{"groupId": "devs.id", "userIds[]": "alice.id"}
	if version > 1 {
		bob := person(prefix + "-bob")
		s.declare("User", "bob", bob)
		members["userIds[]"] += ",bob.id"
	}
	s.declare("GroupMembers", "members", map[string]any{}).from = members
	s.declare("Client", "app", map[string]any{"name": fmt.Sprint("App ", version), "clientId": prefix + "-app", "callbackUrls": []any{"https://a.example/cb"},
		"secretRotationTriggers": claims}).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "subject": fmt.Sprint("v", version)}).from = map[string]string{"clientId": "app.clientId"}
	if s.pocketID.has(10) {
		key := fmt.Sprint("v", version)
		s.declare("Api", "api", map[string]any{"name": "API", "resource": "https://" + prefix + ".example", "permissions": map[string]any{key: map[string]any{"name": "Use"}}})
		s.declare("ApiGrant", "grant", map[string]any{"clientPermissions": []any{key}}).from = map[string]string{"apiId": "api.id", "clientId": "app.clientId"}
	}
}

func smallIsIntact(t *testing.T, s *stack, prefix string, version int) {
	t.Helper()
	on, v := s.pocketID, fmt.Sprint(version)
	users := []string{string(s.state("alice").ID)}
	if version > 1 {
		users = append(users, string(s.state("bob").ID))
	}
	require.Len(t, on.named("/api/users", "username", prefix), version)
	require.Equal(t, "Liddell "+v, on.user(users[0])["lastName"])
	require.Equal(t, map[string]string{"v": v}, on.claimsOfUser(users[0]))
	require.Len(t, on.named("/api/user-groups", "name", prefix), 1)
	require.Equal(t, map[string]string{"v": v}, on.claims(string(s.state("devs").ID)))
	require.Equal(t, inOrder(users...), on.members(string(s.state("devs").ID)))
	require.Len(t, on.clientsWithPrefix(prefix), 1)
	require.Len(t, on.identities(prefix+"-app"), 1)
	require.Equal(t, []string{string(s.state("devs").ID)}, allowed(on.client(prefix+"-app")))
	require.True(t, signsIn(t, on, prefix+"-app", s.output("app", "clientSecret").(string)))
	if on.has(14) {
		require.Equal(t, 1, secretsOf(on, prefix+"-app"), "secrets that are in no state")
	}
	if on.has(10) {
		require.Len(t, on.named("/api/apis", "resource", "https://"+prefix), 1)
		require.Contains(t, on.grants(prefix + "-app")["https://"+prefix+".example"], "client: v"+v)
	}
}
