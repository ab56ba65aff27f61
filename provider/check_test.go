package provider

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// checker asks our gRPC server what is wrong with inputs.
type checker struct {
	t      *testing.T
	server rpc.ResourceProviderServer
}

func newChecker(t *testing.T, on *pocketID) *checker {
	server, err := NewServer(nil)
	require.NoError(t, err)
	c := &checker{t, server}
	_, err = server.Configure(t.Context(), &rpc.ConfigureRequest{
		Args: c.wire(props{"baseUrl": resource.NewProperty(on.url), "apiKey": resource.MakeSecret(resource.NewProperty(on.key))}), AcceptSecrets: true, SendsOldInputs: true, SendsOldInputsToDelete: true,
	})
	require.NoError(t, err)
	return c
}

func (c *checker) wire(m props) *structpb.Struct {
	s, err := plugin.MarshalProperties(m, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(c.t, err)
	return s
}

func (c *checker) check(typ string, inputs props) []*rpc.CheckFailure {
	c.t.Helper()
	res, err := c.server.Check(c.t.Context(), &rpc.CheckRequest{Urn: string(resource.NewURN("dev", "test", "", tokens.Type(Name+":index:"+typ), "it")), News: c.wire(inputs)})
	require.NoError(c.t, err)
	return res.Failures
}

// failures are "property: reason", sorted as they came.
func (c *checker) failures(typ string, inputs props) []string {
	c.t.Helper()
	out := []string{}
	for _, f := range c.check(typ, inputs) {
		out = append(out, strings.TrimPrefix(f.Property+": "+f.Reason, ": "))
	}
	return out
}

// hushed wants failures that make the engine print no value, and repeat none.
func (c *checker) hushed(typ string, inputs props, secret string) {
	c.t.Helper()
	failures := c.check(typ, inputs)
	require.NotEmpty(c.t, failures, "%v", inputs)
	for _, f := range failures {
		require.Empty(c.t, f.Property, "the engine prints the value of the property that %q names", f.Reason)
		require.NotContains(c.t, f.Reason, secret)
	}
}

var unknown = resource.MakeComputed(resource.NewProperty(""))

func TestBadInputIsNamedAllAtOnce(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onPocketID(t))
	client := func(more map[string]any) map[string]any {
		m := map[string]any{"name": "App", "callbackUrls": []any{"https://a.example"}}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	for _, row := range []struct {
		typ    string
		inputs map[string]any
		want   []string // beginnings of failures, one each
	}{
		{"Client", client(nil), nil},
		{"Client", client(map[string]any{"name": ""}), []string{"name: must not be empty"}},
		{"Client", client(map[string]any{"name": strings.Repeat("é", 51)}), []string{"name: must be at most 50 characters, has 51"}},
		{"Client", client(map[string]any{"name": strings.Repeat("é", 50)}), nil},
		{"Client", client(map[string]any{"name": strings.Repeat("e\u0301", 50)}), nil},
		{"Client", client(map[string]any{"name": unknown, "description": unknown, "callbackUrls": unknown, "isPublic": unknown, "clientId": unknown, "allowedUserGroups": unknown, "clientSecret": unknown}), nil},
		{"Client", client(map[string]any{"callbackUrls": []any{unknown, "not a url"}}), nil},
		{"Client", client(map[string]any{"callbackUrls": []any{"javascript:alert(1)", "data:text/html,x", "no-scheme", "https://a.example/with space", "*", "com.example.app:/cb", "com.example:opaque", "https://*.example/*", "http://localhost:*/cb"}}), []string{
			"callbackUrls[2]: must be a URL with a scheme", "callbackUrls[3]: must not have the scheme data", "callbackUrls[6]: must be a URL with a scheme", "callbackUrls[7]: must not have the scheme javascript", "callbackUrls[8]: must be a URL with a scheme"}},
		{"Client", client(map[string]any{"logoutCallbackUrls": []any{"JavaScript:x"}}), []string{"logoutCallbackUrls[0]: must not have the scheme javascript"}},
		{"Client", client(map[string]any{"clientId": "a/b"}), []string{"clientId: must consist of letters"}},
		{"Client", client(map[string]any{"clientId": ".."}), []string{"clientId: must consist of letters"}},
		{"Client", client(map[string]any{"clientId": "x"}), []string{"clientId: must have at least 2 characters, has 1"}},
		{"Client", client(map[string]any{"clientId": strings.Repeat("x", 129)}), []string{"clientId: must be at most 128 characters, has 129"}},
		{"Client", client(map[string]any{"launchUrl": "javascript:alert(1)"}), []string{"launchUrl: must not have the scheme javascript"}},
		{"Client", client(map[string]any{"isPublic": true, "pkceEnabled": false}), []string{"pkceEnabled: must not be false for a public client"}},
		{"Client", client(map[string]any{"isGroupRestricted": false, "allowedUserGroups": []any{"x"}}), []string{"isGroupRestricted: must not be false together with allowedUserGroups"}},
		{"Client", client(map[string]any{"allowedUserGroups": []any{"../users"}}), []string{"allowedUserGroups[0]: must be the id of a user group"}},
		{"Client", client(map[string]any{"isPublic": true, "createSecret": true}), []string{"createSecret: must not be true for a public client"}},
		{"Client", map[string]any{"callbackUrls": []any{"javascript:x"}, "launchUrl": "x"}, []string{"name: ", "callbackUrls[0]: must not have", "launchUrl: must be a URL"}},
		{"Client", client(map[string]any{"nmae": "x"}), []string{"nmae: "}},
		{"Client", client(map[string]any{"isPublic": "yes"}), []string{"isPublic: "}},
		{"Group", map[string]any{"name": "x", "friendlyName": strings.Repeat("x", 51)}, []string{"name: must have at least 2 characters, has 1", "friendlyName: must be at most 50 characters, has 51"}},
		{"Group", map[string]any{"name": "devs", "friendlyName": "Devs", "customClaims": map[string]any{"sub": "x", "empty": "", "fine": "y"}}, []string{`customClaims["empty"]: must not be empty`, `customClaims["sub"]: must have another name`}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "https://i.example"}, nil},
		{"FederatedIdentity", map[string]any{"clientId": unknown, "issuer": unknown, "subject": unknown, "jwksUrl": unknown}, nil},
		{"FederatedIdentity", map[string]any{"clientId": "app"}, []string{"issuer: must be set"}},
		{"FederatedIdentity", map[string]any{"clientId": "a/b", "issuer": "https://i.example"}, []string{"clientId: must be the id of a client"}},
		{"FederatedIdentity", map[string]any{"clientId": "..", "issuer": "https://i.example"}, []string{"clientId: must be the id of a client"}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "i.example"}, []string{"issuer: must be an http(s) URL unless jwksUrl"}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "https://i.example", "subject": "repo:acme/*"}, []string{"subject: must not contain *"}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "https://i.example", "subject": " s"}, []string{"subject: must not begin or end with space"}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "https://i.example", "jwksUrl": `{"keys":[]}`}, []string{"jwksUrl: must be the URL of the keys, not the keys themselves"}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "https://i.example", "jwksUrl": "i.example/keys"}, []string{"jwksUrl: must be an http(s) URL"}},
	} {
		got := c.failures(row.typ, said(row.inputs))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for _, want := range row.want {
			require.Condition(t, func() bool {
				for _, g := range got {
					if strings.HasPrefix(g, want) {
						return true
					}
				}
				return false
			}, "%v: no %q in %q", row.inputs, want, got)
		}
	}
}

func TestAFailureNeverRepeatsASecret(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onPocketID(t))
	secret := func(s string) resource.PropertyValue { return resource.MakeSecret(resource.NewProperty(s)) }
	for _, inputs := range []map[string]any{
		{"name": "App", "callbackUrls": []any{}, "clientSecret": "too-short-9"},
		{"name": "App", "callbackUrls": []any{}, "clientSecret": secret("too-short-9")},
		{"name": "App", "callbackUrls": []any{}, "clientSecret": secret("too-short-9"), "isPublic": true},
		{"name": "App", "callbackUrls": []any{}, "launchUrl": secret("too-short-9")},
		{"name": "App", "callbackUrls": []any{secret("too-short-9")}},
		{"name": "App", "callbackUrls": secret("too-short-9")},
		{"name": "App", "callbackUrls": []any{}, "clientId": secret("too-short-9/")},
		{"name": "App", "callbackUrls": []any{}, "isPublic": secret("too-short-9")},
	} {
		c.hushed("Client", said(inputs), "too-short-9")
	}
}

func TestDurationsAreInRange(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	for minutes, ok := range map[int]bool{0: false, 1: true, 525600: true, 525601: false, -5: false} {
		for _, name := range []string{"accessTokenDurationMinutes", "refreshTokenDurationMinutes"} {
			got := c.failures("Client", said(map[string]any{"name": "App", "callbackUrls": []any{}, name: minutes}))
			require.Equal(t, ok, len(got) == 0, "%s %d: %v", name, minutes, got)
		}
	}
}

func TestSecretsAreLongEnoughAndPrintable(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	for value, want := range map[string]string{"0123456789abcdef": "", "0123456789abcde": "has 15", "0123456789abcdeé": "printable ASCII", "0123456789abcdef\n": "printable ASCII"} {
		got := c.failures("Client", said(map[string]any{"name": "App", "callbackUrls": []any{}, "clientSecret": value}))
		if want == "" {
			require.Empty(t, got, "%q", value)
			continue
		}
		require.Len(t, got, 1)
		require.Contains(t, got[0], want)
	}
}

// Each gated input, on the version before the one that brought it and on that one,
// and where the check could not learn the version: then nothing is written either.
// (The settings of the instance have a test of their own, and so have images.)
func TestInputsThatAServerDoesNotKnowAreRefused(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	client := func(name string, value any) map[string]any {
		return map[string]any{"name": "App", "callbackUrls": []any{}, "createSecret": false, name: value}
	}
	identity := func(name string, value any) map[string]any {
		return map[string]any{"clientId": "app", "issuer": "https://i.example", name: value}
	}
	secretly := client("previousSecretValidFor", "7d")
	secretly["createSecret"] = true
	publicly := client("requiresPushedAuthorizationRequests", true)
	publicly["isPublic"] = true
	named := person("alice")
	named["userId"] = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	service := func(more map[string]any) map[string]any {
		more["name"], more["resource"] = "Backend", "https://api.example.com"
		return more
	}
	grant := func(more map[string]any) map[string]any {
		more["apiId"], more["clientId"] = "backend", "app"
		return more
	}
	for _, row := range []struct {
		typ           string
		inputs        map[string]any
		property      string // or what else needs a version
		before, since string
	}{
		{"FederatedIdentity", identity("subject", "anybody"), "subject", "2.3.0", "2.9.0"},
		{"Client", client("requiresPushedAuthorizationRequests", true), "requiresPushedAuthorizationRequests", "2.3.0", "2.9.0"},
		{"Client", publicly, "requiresPushedAuthorizationRequests", "2.9.0", "2.12.0"},
		{"Client", client("description", "x"), "description", "2.9.0", "2.12.0"},
		{"Client", client("skipConsent", true), "skipConsent", "2.9.0", "2.12.0"},
		{"FederatedIdentity", identity("replayProtection", true), "replayProtection", "2.9.0", "2.12.0"},
		{"Api", service(map[string]any{}), "an Api", "2.9.0", "2.12.0"},
		{"ApiGrant", grant(map[string]any{"clientPermissions": []any{"read"}}), "an ApiGrant", "2.9.0", "2.12.0"},
		{"User", named, "userId", "2.9.0", "2.12.0"},
		{"Client", client("accessTokenDurationMinutes", 5), "accessTokenDurationMinutes", "2.12.0", "2.13.0"},
		{"Client", client("refreshTokenDurationMinutes", 5), "refreshTokenDurationMinutes", "2.12.0", "2.13.0"},
		{"Client", secretly, "previousSecretValidFor", "2.13.0", "2.14.0"},
		{"ClientSecret", map[string]any{"clientId": "app"}, "a ClientSecret", "2.13.0", "2.14.0"},
		{"Api", service(map[string]any{"cimdAccess": map[string]any{"enabled": true}}), "cimdAccess", "2.13.0", "2.14.0"},
		{"ApiGrant", grant(map[string]any{"userDelegatedAccess": true}), "userDelegatedAccess", "2.13.0", "2.14.0"},
		{"ApiGrant", grant(map[string]any{"clientAccess": true}), "clientAccess", "2.13.0", "2.14.0"},
		{"FederatedIdentity", identity("publicKeys", keySetOf(t)), "publicKeys", "2.14.0", "2.15.0"},
		{"Client", client("backchannelLogoutUrl", "https://a.example/bye"), "backchannelLogoutUrl", "2.16.0", "2.17.0"},
	} {
		old := onVersion(t, row.before)
		got := newChecker(t, old).failures(row.typ, said(row.inputs))
		require.Len(t, got, 1, row.property)
		require.Contains(t, got[0], row.property)
		require.Contains(t, got[0], "this server is "+row.before)
		require.Empty(t, newChecker(t, onVersion(t, row.since)).failures(row.typ, said(row.inputs)), row.property)

		s := newStack(t, old)
		s.config["maxRetries"] = "0"
		old.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
		s.declare(row.typ, "it", row.inputs)
		old.awayForTheCheck()
		requests := old.counted(func() {
			o := s.up()
			require.Error(t, o.err, row.property)
			require.Contains(t, o.text, row.property+" needs Pocket ID ")
		})
		require.NotRegexp(t, "POST|PUT|DELETE", strings.Join(requests, "\n"), row.property)
	}

	t.Log("an own value of a client's secret is looked at when one is to be made")
	own := client("clientSecret", "an own value of it")
	delete(own, "createSecret")
	got := newChecker(t, onVersion(t, "2.9.0")).failures("Client", said(own))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "clientSecret: needs Pocket ID 2.12.0 or later; this server is 2.9.0")
	require.NotContains(t, got[0], "an own value of it")
	require.Empty(t, newChecker(t, onVersion(t, "2.12.0")).failures("Client", said(own)))
}

// onVersion is the fake of a version; of one that it does not play, its newest
// under another name.
func onVersion(t *testing.T, version string) *pocketID {
	if !slices.Contains([]string{"2.16.0", "2.17.0"}, version) {
		return onFake(t, fake.Options{Version: version})
	}
	newest := onFake(t, fake.Options{Version: "2.15.0", FutureFields: true}).server
	return front(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/version/current" {
			reply(w, http.StatusOK, "application/json", `{"currentVersion":"`+version+`"}`)
			return
		}
		newest.ServeHTTP(w, r)
	}), testKey, false)
}
