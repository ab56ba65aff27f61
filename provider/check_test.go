package provider

import (
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

// checker calls Check of the gRPC server and collects the failures.
type checker struct {
	t      *testing.T
	server rpc.ResourceProviderServer
}

func newChecker(t *testing.T, instance *testInstance) *checker {
	server, err := NewServer(nil)
	require.NoError(t, err)
	c := &checker{t, server}
	_, err = server.Configure(t.Context(), &rpc.ConfigureRequest{
		Args: c.marshal(props{"baseUrl": resource.NewProperty(instance.url), "apiKey": resource.MakeSecret(resource.NewProperty(instance.key))}), AcceptSecrets: true, SendsOldInputs: true, SendsOldInputsToDelete: true,
	})
	require.NoError(t, err)
	return c
}

func (c *checker) marshal(m props) *structpb.Struct {
	s, err := plugin.MarshalProperties(m, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(c.t, err)
	return s
}

func (c *checker) unmarshal(s *structpb.Struct) props {
	m, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(c.t, err)
	return m
}

func (c *checker) check(typ string, inputs props) []*rpc.CheckFailure {
	c.t.Helper()
	res, err := c.server.Check(c.t.Context(), &rpc.CheckRequest{Urn: string(resource.NewURN("dev", "test", "", tokens.Type(Name+":index:"+typ), "it")), News: c.marshal(inputs)})
	require.NoError(c.t, err)
	return res.Failures
}

// failures returns the check failures as "property: reason", in the order of the
// response.
func (c *checker) failures(typ string, inputs props) []string {
	c.t.Helper()
	out := []string{}
	for _, f := range c.check(typ, inputs) {
		out = append(out, strings.TrimPrefix(f.Property+": "+f.Reason, ": "))
	}
	return out
}

// requireRedactedFailures requires failures that neither contain the secret nor name a property, as
// the engine would print its value.
func (c *checker) requireRedactedFailures(typ string, inputs props, secret string) {
	c.t.Helper()
	failures := c.check(typ, inputs)
	require.NotEmpty(c.t, failures, "%v", inputs)
	for _, f := range failures {
		require.Empty(c.t, f.Property, "the engine prints the value of the property that %q names", f.Reason)
		require.NotContains(c.t, f.Reason, secret)
	}
}

// requireFailures requires one failure for each of the prefixes, in any order.
func (c *checker) requireFailures(typ string, inputs map[string]any, prefixes []string) {
	c.t.Helper()
	got := c.failures(typ, toProps(inputs))
	require.Len(c.t, got, len(prefixes), "%v: %v", inputs, got)
	for _, prefix := range prefixes {
		require.True(c.t, slices.ContainsFunc(got, func(f string) bool { return strings.HasPrefix(f, prefix) }), "%v: no %q in %q", inputs, prefix, got)
	}
}

var unknown = resource.MakeComputed(resource.NewProperty(""))

func TestCheckReportsAllInvalidInputs(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newInstance(t))
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
		want   []string // prefixes of the expected failures, one each
	}{
		{"Client", client(nil), nil},
		{"Client", client(map[string]any{"name": ""}), []string{"name: must not be empty"}},
		{"Client", client(map[string]any{"name": strings.Repeat("é", 51)}), []string{"name: must be at most 50 characters (got 51)"}},
		{"Client", client(map[string]any{"name": strings.Repeat("é", 50)}), nil},
		{"Client", client(map[string]any{"name": strings.Repeat("e\u0301", 50)}), nil},
		{"Client", client(map[string]any{"name": unknown, "description": unknown, "callbackUrls": unknown, "isPublic": unknown, "clientId": unknown, "allowedUserGroups": unknown, "clientSecret": unknown}), nil},
		{"Client", client(map[string]any{"callbackUrls": []any{unknown, "not a url"}}), nil},
		{"Client", client(map[string]any{"callbackUrls": []any{"javascript:alert(1)", "data:text/html,x", "no-scheme", "https://a.example/with space", "*", "com.example.app:/cb", "com.example:8080/cb", "https://*.example/*", "http://localhost:*/cb"}}), []string{
			"callbackUrls[2]: must be a URL with a scheme", "callbackUrls[3]: must not have the scheme data", "callbackUrls[6]: must be a URL with a scheme", "callbackUrls[7]: must not have the scheme javascript", "callbackUrls[8]: must be a URL with a scheme"}},
		{"Client", client(map[string]any{"logoutCallbackUrls": []any{"JavaScript:x"}}), []string{"logoutCallbackUrls[0]: must not have the scheme javascript"}},
		{"Client", client(map[string]any{"clientId": "a/b"}), []string{"clientId: must consist of letters"}},
		{"Client", client(map[string]any{"clientId": ".."}), []string{"clientId: must consist of letters"}},
		{"Client", client(map[string]any{"clientId": "x"}), []string{"clientId: must have at least 2 characters (got 1)"}},
		{"Client", client(map[string]any{"clientId": strings.Repeat("x", 129)}), []string{"clientId: must be at most 128 characters (got 129)"}},
		{"Client", client(map[string]any{"launchUrl": "javascript:alert(1)"}), []string{"launchUrl: must not have the scheme javascript"}},
		{"Client", client(map[string]any{"isPublic": true, "pkceEnabled": false}), []string{"pkceEnabled: must not be false for a public client"}},
		{"Client", client(map[string]any{"isGroupRestricted": false, "allowedUserGroups": []any{"x"}}), []string{"isGroupRestricted: must not be false while allowedUserGroups has entries"}},
		{"Client", client(map[string]any{"allowedUserGroups": []any{"../users"}}), []string{"allowedUserGroups[0]: must be the ID of a user group"}},
		{"Client", client(map[string]any{"isPublic": true, "createSecret": true}), []string{"createSecret: must not be true for a public client"}},
		{"Client", map[string]any{"callbackUrls": []any{"javascript:x"}, "launchUrl": "x"}, []string{"name: ", "callbackUrls[0]: must not have", "launchUrl: must be a URL"}},
		{"Client", client(map[string]any{"nmae": "x"}), []string{"nmae: "}},
		{"Client", client(map[string]any{"isPublic": "yes"}), []string{"isPublic: "}},
		{"Client", client(map[string]any{"allowedUserGroups": []any{1}}), []string{"allowedUserGroups[0]: must be a string"}},
		{"Api", map[string]any{"name": "Orders", "resource": "https://orders.example", "permissions": map[string]any{"read": "Read"}}, []string{`permissions["read"]: must be an object, not a string`}},
		{"Group", map[string]any{"name": "x", "friendlyName": strings.Repeat("x", 51)}, []string{"name: must have at least 2 characters (got 1)", "friendlyName: must be at most 50 characters (got 51)"}},
		{"Group", map[string]any{"name": "devs", "friendlyName": "Devs", "customClaims": map[string]any{"sub": "x", "empty": "", "fine": "y"}}, []string{`customClaims["empty"]: must not be empty`, `customClaims["sub"]: must have another name`}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "https://i.example"}, nil},
		{"FederatedIdentity", map[string]any{"clientId": unknown, "issuer": unknown, "subject": unknown, "jwksUrl": unknown}, nil},
		{"FederatedIdentity", map[string]any{"clientId": "app"}, []string{"issuer: must be set"}},
		{"FederatedIdentity", map[string]any{"clientId": "a/b", "issuer": "https://i.example"}, []string{"clientId: must be the ID of a client"}},
		{"FederatedIdentity", map[string]any{"clientId": "..", "issuer": "https://i.example"}, []string{"clientId: must be the ID of a client"}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "i.example"}, []string{"issuer: must be an http(s) URL unless jwksUrl"}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "https://i.example", "subject": "repo:acme/*"}, []string{"subject: must not contain *"}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "https://i.example", "subject": " s"}, []string{"subject: must not begin or end with whitespace"}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "https://i.example", "jwksUrl": `{"keys":[]}`}, []string{"jwksUrl: must be the URL of the keys, not the keys themselves"}},
		{"FederatedIdentity", map[string]any{"clientId": "app", "issuer": "https://i.example", "jwksUrl": "i.example/keys"}, []string{"jwksUrl: must be an http(s) URL"}},
	} {
		c.requireFailures(row.typ, row.inputs, row.want)
	}
}

func TestCheckFailuresContainNoSecret(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newInstance(t))
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
		c.requireRedactedFailures("Client", toProps(inputs), "too-short-9")
	}
	for typ, inputs := range map[string]map[string]any{
		"Client": {"name": "App", "callbackUrls": []any{}, "accessTokenDurationMinutes": 987654321.5}, "SignupToken": {"usageLimit": 987654321}, "ApplicationConfiguration": {"sessionDurationMinutes": -987654321},
	} {
		all := toProps(inputs)
		for name, v := range all {
			all[name] = resource.MakeSecret(v)
		}
		c.requireRedactedFailures(typ, all, "87654321")
	}
}

func TestTokenDurationsMustBeInRange(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	for minutes, ok := range map[int]bool{0: false, 1: true, 525600: true, 525601: false, -5: false} {
		for _, name := range []string{"accessTokenDurationMinutes", "refreshTokenDurationMinutes"} {
			got := c.failures("Client", toProps(map[string]any{"name": "App", "callbackUrls": []any{}, name: minutes}))
			require.Equal(t, ok, len(got) == 0, "%s %d: %v", name, minutes, got)
		}
	}
}

func TestCustomSecretValueValidation(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	for value, want := range map[string]string{"0123456789abcdef": "", "0123456789abcde": "must have at least 16 characters (got 15)", "0123456789abcdeé": "printable ASCII", "0123456789abcdef\n": "printable ASCII"} {
		got := c.failures("Client", toProps(map[string]any{"name": "App", "callbackUrls": []any{}, "clientSecret": value}))
		if want == "" {
			require.Empty(t, got, "%q", value)
			continue
		}
		require.Len(t, got, 1)
		require.Contains(t, got[0], want)
	}
}

// versionedInput is a use of an input, or of a resource, that requires a version.
type versionedInput struct {
	typ           string
	inputs        map[string]any
	property      string // or the resource that requires a version
	before, since string // versions of the fake without and with it
}

// versionedInputs returns the inputs that require a version. Application settings
// and images have their own tests.
func versionedInputs(t *testing.T) []versionedInput {
	client := func(name string, value any) map[string]any {
		return map[string]any{"name": "App", "callbackUrls": []any{}, "createSecret": false, name: value}
	}
	identity := func(name string, value any) map[string]any {
		return map[string]any{"clientId": "app", "issuer": "https://i.example", name: value}
	}
	withSecret := client("previousSecretValidFor", "7d")
	withSecret["createSecret"] = true
	public := client("requiresPushedAuthorizationRequests", true)
	public["isPublic"] = true
	user := userInputs("alice")
	user["userId"] = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	service := func(more map[string]any) map[string]any {
		more["name"], more["resource"] = "Backend", "https://api.example.com"
		return more
	}
	grant := func(more map[string]any) map[string]any {
		more["apiId"], more["clientId"] = "backend", "app"
		return more
	}
	return []versionedInput{
		{"FederatedIdentity", identity("subject", "anybody"), "subject", "2.3.0", "2.9.0"},
		{"Client", client("requiresPushedAuthorizationRequests", true), "requiresPushedAuthorizationRequests", "2.3.0", "2.9.0"},
		{"Client", public, "requiresPushedAuthorizationRequests", "2.9.0", "2.12.0"},
		{"Client", client("description", "x"), "description", "2.9.0", "2.12.0"},
		{"Client", client("skipConsent", true), "skipConsent", "2.9.0", "2.12.0"},
		{"FederatedIdentity", identity("replayProtection", true), "replayProtection", "2.9.0", "2.12.0"},
		{"Api", service(map[string]any{}), "an Api", "2.9.0", "2.12.0"},
		{"ApiGrant", grant(map[string]any{"clientPermissions": []any{"read"}}), "an ApiGrant", "2.9.0", "2.12.0"},
		{"User", user, "userId", "2.9.0", "2.12.0"},
		{"Client", client("accessTokenDurationMinutes", 5), "accessTokenDurationMinutes", "2.12.0", "2.13.0"},
		{"Client", client("refreshTokenDurationMinutes", 5), "refreshTokenDurationMinutes", "2.12.0", "2.13.0"},
		{"Client", withSecret, "previousSecretValidFor", "2.13.0", "2.14.0"},
		{"ClientSecret", map[string]any{"clientId": "app"}, "a ClientSecret", "2.13.0", "2.14.0"},
		{"Api", service(map[string]any{"cimdAccess": map[string]any{"enabled": true}}), "cimdAccess", "2.13.0", "2.14.0"},
		{"ApiGrant", grant(map[string]any{"userDelegatedAccess": true}), "userDelegatedAccess", "2.13.0", "2.14.0"},
		{"ApiGrant", grant(map[string]any{"clientAccess": true}), "clientAccess", "2.13.0", "2.14.0"},
		{"FederatedIdentity", identity("publicKeys", publicKeySet(t)), "publicKeys", "2.14.0", "2.15.0"},
		{"Client", client("backchannelLogoutUrl", "https://a.example/bye"), "backchannelLogoutUrl", "2.16.0", "2.17.0"},
	}
}

// TestInputsOfNewerServersAreRefused checks each input that requires a version on
// the last server without it and on the first with it. It also lets Check fail to
// read the version: the update must fail before any write.
func TestInputsOfNewerServersAreRefused(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, row := range versionedInputs(t) {
		old := newFakeVersion(t, row.before)
		got := newChecker(t, old).failures(row.typ, toProps(row.inputs))
		require.Len(t, got, 1, row.property)
		require.Contains(t, got[0], row.property)
		require.Contains(t, got[0], "this server is "+row.before)
		require.Empty(t, newChecker(t, newFakeVersion(t, row.since)).failures(row.typ, toProps(row.inputs)), row.property)

		s := newStack(t, old)
		s.config["maxRetries"] = "0"
		old.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
		s.declare(row.typ, "it", row.inputs)
		old.failFirstVersionRequest()
		requests := old.requestsDuring(func() {
			o := s.up()
			require.Error(t, o.err, row.property)
			require.Contains(t, o.messages, row.property+" requires Pocket ID ")
		})
		require.NotRegexp(t, "POST|PUT|DELETE", strings.Join(requests, "\n"), row.property)
	}
}

// TestCustomSecretValueOfNewerServersIsRefused: the value requires a version only if
// the client gets a secret, so that it is not one of versionedInputs.
func TestCustomSecretValueOfNewerServersIsRefused(t *testing.T) {
	t.Parallel()
	custom := map[string]any{"name": "App", "callbackUrls": []any{}, "clientSecret": "a custom value of it"}
	got := newChecker(t, newFakeVersion(t, "2.9.0")).failures("Client", toProps(custom))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "clientSecret: requires Pocket ID 2.12.0 or later; this server is 2.9.0 and would silently ignore it")
	require.NotContains(t, got[0], "a custom value of it")
	require.Empty(t, newChecker(t, newFakeVersion(t, "2.12.0")).failures("Client", toProps(custom)))
}

// newFakeVersion returns a fake of the version.
func newFakeVersion(t *testing.T, version string) *testInstance {
	return newFake(t, fake.Options{Version: version})
}

// A null is an omitted property, at any depth. In the state it would be a difference.
func TestNullInputsAreOmitted(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{Version: "2.14.0"}))
	null := resource.NewNullProperty()
	for typ, inputs := range map[string]props{
		"Group": {"name": resource.NewProperty("developers"), "friendlyName": resource.NewProperty("Developers"), "customClaims": null},
		"Api": {"name": resource.NewProperty("API"), "resource": resource.NewProperty("https://api.example.com"), "permissions": resource.NewProperty(props{
			"read": resource.NewProperty(props{"name": resource.NewProperty("Read"), "description": null}),
		})},
	} {
		urn := string(resource.NewURN("dev", "test", "", tokens.Type(Name+":index:"+typ), "it"))
		res, err := c.server.Check(t.Context(), &rpc.CheckRequest{Urn: urn, News: c.marshal(inputs)})
		require.NoError(t, err)
		require.Empty(t, res.GetFailures())
		require.NotContains(t, res.GetInputs().String(), "null_value", typ)
	}
}

// The state has the inputs as Check returns them, and a program may have them in plain text.
func TestSecretInputsInPlainTextBecomeSecret(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	checked := 0
	for token, spec := range embeddedSchema().Resources {
		if spec.IsComponent {
			continue
		}
		for name, input := range spec.InputProperties {
			if !input.Secret {
				continue
			}
			checked++
			urn := string(resource.NewURN("dev", "test", "", tokens.Type(token), "it"))
			res, err := c.server.Check(t.Context(), &rpc.CheckRequest{Urn: urn, News: c.marshal(props{resource.PropertyKey(name): resource.NewProperty("in plain text")})})
			require.NoError(t, err)
			require.True(t, c.unmarshal(res.GetInputs())[resource.PropertyKey(name)].IsSecret(), "%s %s", token, name)
		}
	}
	require.NotZero(t, checked)
}
