package provider

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
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

// cancelLimit is the time that the provider may take to stop after Ctrl-C. A request in
// flight gets five seconds to be answered, and five more to find out what it did.
const cancelLimit = 12 * time.Second

// interruptDuring runs op and presses Ctrl-C when the first request with this method and
// path arrives. The response is dropped; processed reports whether the server handles the
// request before that.
func interruptDuring(t *testing.T, s *stack, method, path string, processed bool, op func() outcome) outcome {
	t.Helper()
	var firstRequest, firstCancel sync.Once
	cancelled := make(chan struct{})
	s.onCancel = func() { firstCancel.Do(func() { close(cancelled) }) }
	ctx, ctrlC := context.WithCancel(t.Context())
	s.ctx = ctx
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != method || !strings.Contains(r.URL.Path, path) {
			return false
		}
		first := false
		firstRequest.Do(func() { first = true })
		if !first {
			return false
		}
		if processed {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			s.instance.server.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
		}
		ctrlC()
		<-cancelled
		dropConnection(w)
		return true
	})
	start := time.Now()
	o := op()
	require.Less(t, time.Since(start), cancelLimit, "%s %s", method, path)
	require.Error(t, ctx.Err(), "the provider sent no %s %s", method, path)
	s.instance.intercept(nil)
	s.ctx = context.WithoutCancel(t.Context())
	return o
}

func TestCtrlCDuringACreateStopsPromptlyAndTheNextUpdateConverges(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, request := range []struct{ method, path string }{
		{"GET", "openid-configuration"}, {"GET", "/api/user-groups"}, {"POST", "/api/user-groups"}, {"PUT", "/custom-claims"},
		{"GET", "/api/oidc/clients/"}, {"POST", "/api/oidc/clients"}, {"PUT", "/allowed-user-groups"}, {"POST", "/secret"}, {"PUT", "/api/oidc/clients/"},
		{"POST", "/api/users"}, {"PUT", "/users"}, {"PUT", "/custom-claims/user/"}, {"POST", "/api/apis"}, {"PUT", "/permissions"}, {"PUT", "/api/apis/"},
	} {
		for _, processed := range []bool{true, false} {
			t.Run(fmt.Sprint(request.method, " ", request.path, ", processed by the server: ", processed), func(t *testing.T) {
				t.Parallel()
				instance := newInstance(t)
				if strings.Contains(request.path, "/apis") || request.path == "/permissions" {
					instance = newInstanceWithAPIs(t, fake.Options{})
				}
				s := newStack(t, instance)
				prefix := uniqueName("ctrlc")
				declareOneOfEach(s, prefix, 1)
				t.Cleanup(func() { s.destroy() })
				interruptDuring(t, s, request.method, request.path, processed, s.up)
				s.mustUp()
				requireOneOfEach(t, s, prefix, 1)
				s.requireNoChanges()
			})
		}
	}
}

func TestCtrlCDuringAnUpdateStopsPromptlyAndTheNextUpdateConverges(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, request := range []struct{ method, path string }{
		{"PUT", "/api/oidc/clients/"}, {"GET", "/api/oidc/clients/"}, {"POST", "/secret"}, {"PUT", "/api/user-groups/"}, {"PUT", "/api/users/"}, {"PUT", "/custom-claims/user/"}, {"PUT", "/users"}, {"PUT", "/permissions"}, {"PUT", "/api/apis/"},
	} {
		t.Run(request.method+" "+request.path, func(t *testing.T) {
			t.Parallel()
			instance := newInstance(t)
			if strings.Contains(request.path, "/apis") || request.path == "/permissions" {
				instance = newInstanceWithAPIs(t, fake.Options{})
			}
			s := newStack(t, instance)
			prefix := uniqueName("ctrlc")
			declareOneOfEach(s, prefix, 1)
			s.mustUp()
			t.Cleanup(func() { s.destroy() })
			declareOneOfEach(s, prefix, 2)
			interruptDuring(t, s, request.method, request.path, true, s.up)
			s.mustUp()
			requireOneOfEach(t, s, prefix, 2)
			s.requireNoChanges()
		})
	}
}

func TestCtrlCStopsWaitingForTheServer(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["startupTimeout"] = "600"
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	ctx, ctrlC := context.WithCancel(t.Context())
	s.ctx = ctx
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		reply(w, http.StatusBadGateway, "text/html", "<html>502</html>")
		ctrlC()
		return true
	})
	start := time.Now()
	o := s.up()
	require.Error(t, o.err)
	require.Less(t, time.Since(start), cancelLimit)
	s.instance.intercept(nil)
	s.ctx = context.WithoutCancel(t.Context())
	s.mustUp()
}

// Both the List call of a resource and a function read all pages of a list.
func TestCtrlCStopsReadingALongList(t *testing.T) {
	t.Parallel()
	for caller, read := range map[string]func(ctx context.Context, p plugin.Provider) error{
		"list": func(ctx context.Context, p plugin.Provider) error {
			stream, err := p.List(ctx, plugin.ListRequest{Token: typeToken("Group")})
			require.NoError(t, err)
			for _, err := range stream.Items {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"function": func(ctx context.Context, p plugin.Provider) error {
			_, err := p.Invoke(ctx, plugin.InvokeRequest{Tok: tokens.ModuleMember(typeToken("getGroups"))})
			return err
		},
	} {
		t.Run(caller, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, newFake(t, fake.Options{}))
			p := s.configuredPlugin()
			var pages atomic.Int32
			s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
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
			start := time.Now()
			require.Error(t, read(t.Context(), p))
			require.Less(t, time.Since(start), cancelLimit)
			require.Less(t, pages.Load(), int32(5))
		})
	}
}

// declareOneOfEach declares one resource of each kind that needs several requests.
func declareOneOfEach(s *stack, prefix string, version int) {
	claims := map[string]any{"v": fmt.Sprint(version)}
	alice := userInputs(prefix + "-alice")
	alice["lastName"], alice["customClaims"] = fmt.Sprint("Liddell ", version), claims
	s.declare("User", "alice", alice)
	s.declare("Group", "devs", map[string]any{"name": prefix + "-devs", "friendlyName": fmt.Sprint("Developers ", version), "customClaims": claims})
	members := map[string]string{"groupId": "devs.id", "userIds[]": "alice.id"}
	if version > 1 {
		bob := userInputs(prefix + "-bob")
		s.declare("User", "bob", bob)
		members["userIds[]"] += ",bob.id"
	}
	s.declare("GroupMembers", "members", map[string]any{}).from = members
	s.declare("Client", "app", map[string]any{"name": fmt.Sprint("App ", version), "clientId": prefix + "-app", "callbackUrls": []any{"https://a.example/cb"},
		"secretRotationTriggers": claims}).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "subject": fmt.Sprint("v", version)}).from = map[string]string{"clientId": "app.clientId"}
	if s.instance.atLeastMinor(10) {
		key := fmt.Sprint("v", version)
		s.declare("Api", "api", map[string]any{"name": "API", "resource": "https://" + prefix + ".example", "permissions": map[string]any{key: map[string]any{"name": "Use"}}})
		s.declare("ApiGrant", "grant", map[string]any{"clientPermissions": []any{key}}).from = map[string]string{"apiId": "api.id", "clientId": "app.clientId"}
	}
}

// requireOneOfEach requires that the server has exactly what declareSmall declares.
func requireOneOfEach(t *testing.T, s *stack, prefix string, version int) {
	t.Helper()
	instance, v := s.instance, fmt.Sprint(version)
	users := []string{string(s.state("alice").ID)}
	if version > 1 {
		users = append(users, string(s.state("bob").ID))
	}
	require.Len(t, instance.namesWithPrefix("/api/users", "username", prefix), version)
	require.Equal(t, "Liddell "+v, instance.user(users[0])["lastName"])
	require.Equal(t, map[string]string{"v": v}, instance.userClaims(users[0]))
	require.Len(t, instance.namesWithPrefix("/api/user-groups", "name", prefix), 1)
	require.Equal(t, map[string]string{"v": v}, instance.groupClaims(string(s.state("devs").ID)))
	require.Equal(t, sortedIDs(users...), instance.members(string(s.state("devs").ID)))
	require.Len(t, instance.clientsWithPrefix(prefix), 1)
	require.Len(t, instance.identities(prefix+"-app"), 1)
	require.Equal(t, []string{string(s.state("devs").ID)}, allowedGroupIDs(instance.client(prefix+"-app")))
	require.True(t, secretWorks(t, instance, prefix+"-app", s.output("app", "clientSecret").(string)))
	if instance.atLeastMinor(14) {
		require.Equal(t, 1, secretCount(instance, prefix+"-app"), "no secret exists outside the state")
	}
	if instance.atLeastMinor(10) {
		require.Len(t, instance.namesWithPrefix("/api/apis", "resource", "https://"+prefix), 1)
		require.Contains(t, instance.grants(prefix + "-app")["https://"+prefix+".example"], "client: v"+v)
	}
}

// importCommand matches the import commands in errors and warnings.
var importCommand = regexp.MustCompile(`pulumi import pocketid:index:(\w+) (\w+) '?([^'\s]+?)'?(<|\s|$)`)

// A killed plugin cannot report what it created. At most the operations in flight leave objects
// that no state has, and the next update names each with its import command.
func TestTheNextUpdateNamesWhatAKilledPluginCreated(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newInstance(t)
	s := newStack(t, instance)
	prefix := uniqueName("killed")
	for n := range 16 {
		s.declare("Client", fmt.Sprint("app", n), map[string]any{"name": "App", "clientId": fmt.Sprint(prefix, "-", n), "callbackUrls": []any{}})
	}
	t.Cleanup(func() { instance.intercept(nil); s.destroy() })
	var created atomic.Int32
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if created.Load() >= 6 { // the plugin is killed, so no further request may reach the server
			dropConnection(w)
			return true
		}
		if r.Method == "POST" && r.URL.Path == "/api/oidc/clients" {
			instance.server.ServeHTTP(w, r)
			if created.Add(1) == 6 {
				s.kill()
			}
			return true
		}
		return false
	})
	o := s.up()
	require.Error(t, o.err)
	instance.inFlight.Wait() // the server may still process requests of the killed plugin
	instance.intercept(nil)
	known := 0
	for n := range 16 {
		if s.find(fmt.Sprint("app", n)) != nil {
			known++
		}
	}
	existing := len(instance.clientsWithPrefix(prefix))

	s.options.ContinueOnError = true
	o = s.up()
	found := map[string]bool{}
	for _, m := range importCommand.FindAllStringSubmatch(o.messages, -1) {
		found[m[2]] = true
		require.NoError(t, s.importResource(m[1], m[2], m[3]).err)
	}
	t.Logf("%d clients existed, %d of them in the state, %d named by the next update", existing, known, len(found))
	require.LessOrEqual(t, len(found), 8)
	require.Equal(t, existing-known, len(found))
	s.mustUp()
	require.Len(t, instance.clientsWithPrefix(prefix), 16)
	s.requireNoChanges()
}
