package provider

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Whatever a program, a person's import or a server says: no panic, no request
// outside of the API, nothing taken for gone that is not, no secret in an error.

// hostile is our gRPC server before a server that answers as it likes.
type hostile struct {
	server rpc.ResourceProviderServer

	mu     sync.Mutex
	answer http.HandlerFunc
	asked  []string
}

func newHostile(f testing.TB) *hostile {
	f.Helper()
	h := &hostile{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked = append(h.asked, r.URL.EscapedPath())
		answer := h.answer
		h.mu.Unlock()
		answer(w, r)
	}))
	f.Cleanup(web.Close)
	server, err := NewServer(nil)
	require.NoError(f, err)
	_, err = server.Configure(context.Background(), &rpc.ConfigureRequest{AcceptSecrets: true, SendsOldInputs: true, SendsOldInputsToDelete: true, Args: wired(f, props{
		"baseUrl": resource.NewProperty(web.URL), "apiKey": resource.MakeSecret(resource.NewProperty(testKey)),
		"maxRetries": resource.NewProperty(0.0), "startupTimeout": resource.NewProperty(0.0),
	})})
	require.NoError(f, err)
	h.server = server
	return h
}

// answering sets what is said to all requests, and forgets the ones before.
func (h *hostile) answering(answer http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer, h.asked = answer, nil
}

func (h *hostile) seen() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string{}, h.asked...)
}

func wired(t testing.TB, m props) *structpb.Struct {
	t.Helper()
	s, err := plugin.MarshalProperties(m, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(t, err)
	return s
}

// kinds are the names of all resources there are.
func kinds() (names []string) {
	for _, r := range resources(&Config{}, time.Now) {
		names = append(names, reflect.TypeOf(r.written).Elem().Name())
	}
	return names
}

func urnOf(typ string) string {
	return string(resource.NewURN("dev", "test", "", tokens.Type(Name+":index:"+typ), "it"))
}

// requireSane wants an error of the engine's to be fit for people.
func requireSane(t *testing.T, err error, text ...string) { requireSaneOf(t, nil, err, text...) }

// requireSaneOf is requireSane where what is secret in the input may be said in
// plain elsewhere in it.
func requireSaneOf(t *testing.T, input []byte, err error, text ...string) {
	t.Helper()
	if err != nil {
		text = append(text, err.Error())
	}
	for _, s := range text {
		require.NotContains(t, s, "a fault in the provider")
		require.NotContains(t, s, testKey)
		if !strings.Contains(strings.ReplaceAll(string(input), secretMark, ""), "conceal") {
			require.NotContains(t, s, concealedValue)
		}
		require.True(t, utf8.ValidString(s), "%q", s)
		require.Less(t, len(s), 20000)
	}
}

// concealedValue is the value of everything secret here.
const concealedValue = "concealed value 9"

// valid are inputs of each resource that are fine.
var valid = map[string]map[string]any{
	"Client": {"name": "App", "callbackUrls": []any{"https://a.example"}, "clientId": "my-app"},
	"ClientSecret": {
		"clientId": "my-app", "value": resource.MakeSecret(resource.NewProperty(concealedValue)),
	},
	"Group":                    {"name": "devs", "friendlyName": "Developers", "customClaims": map[string]any{"a": "b"}},
	"FederatedIdentity":        {"clientId": "my-app", "issuer": "https://one.example", "subject": "s"},
	"User":                     {"username": "ada", "email": "ada@example.com"},
	"UserCustomClaims":         {"userId": "my-app", "claims": map[string]any{"a": "b"}},
	"GroupCustomClaims":        {"groupId": "my-app", "claims": map[string]any{"a": "b"}},
	"OneTimeAccessToken":       {"userId": "my-app"},
	"GroupMembers":             {"groupId": "my-app", "userIds": []any{"u1"}},
	"GroupMember":              {"groupId": "g1", "userId": "u1"},
	"ClientGroupAccess":        {"clientId": "my-app", "groupId": "g1"},
	"Api":                      {"name": "Orders", "resource": "https://orders.example", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}},
	"ApiGrant":                 {"apiId": "a1", "clientId": "my-app", "clientPermissions": []any{"read"}},
	"SignupToken":              {"usageLimit": 2.0},
	"ScimServiceProvider":      {"clientId": "my-app", "endpoint": "https://scim.example", "token": resource.MakeSecret(resource.NewProperty(concealedValue))},
	"ScimSync":                 {"clientId": "my-app"},
	"ApplicationConfiguration": {"appName": "Example", "smtpPassword": resource.MakeSecret(resource.NewProperty(concealedValue))},
	"ApplicationImage":         {"kind": "logo"},
	"UserProfilePicture":       {"userId": "my-app"},
}

// imported are ids as an import takes them, of kinds that have not just any.
var imported = map[string]string{
	"FederatedIdentity": "my-app#https://one.example", "ClientSecret": "my-app/s1", "GroupMember": "g1/u1", "ClientGroupAccess": "my-app/g1",
	"ApiGrant": "a1/my-app", "ApplicationConfiguration": "application-configuration", "ApplicationImage": "logo",
}

// withinOthers are read as parts of others, which may be there without them.
var withinOthers = map[string]bool{
	"FederatedIdentity": true, "ClientSecret": true, "GroupMember": true, "ClientGroupAccess": true, "ApiGrant": true,
	"SignupToken": true, "ApplicationImage": true, "UserProfilePicture": true, "UserCustomClaims": true, "GroupCustomClaims": true,
}

// FuzzImport: the id of an import, for each resource.
func FuzzImport(f *testing.F) {
	for _, id := range []string{"my-app", "", ".", "..", "#", "my-app#https://one.example", "my-app#", "#https://one.example", "a/b#c", "../users#x", "my-app/s1", "my-app/../x", "/", "~bXktYXBw", "%2e%2e", "a\x00b", "é", "\xff\xfe",
		"my-app#https://one.example#two", "user-groups/../users", strings.Repeat("a", 300), "?", "my-app?x=1", " my-app ", "00000000-0000-4000-8000-000000000000", "my-app/~x", "\x1b[31m"} {
		f.Add(id)
	}
	h := newHostile(f)
	pocketID, err := fake.New(fake.Options{APIKey: testKey, Issuer: "https://id.example.com"})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, id string) {
		for _, typ := range kinds() {
			h.answering(pocketID.ServeHTTP)
			res, err := h.server.Read(t.Context(), &rpc.ReadRequest{Id: id, Urn: urnOf(typ)})
			requireSane(t, err)
			require.Empty(t, res.GetId(), "the server is empty")
			for _, path := range h.seen() {
				require.Regexp(t, `^/(api/[a-z0-9-]+(/[^/]+)*|\.well-known/openid-configuration)$`, path, "%s %q", typ, id)
				require.NotRegexp(t, `/\.{1,2}(/|$)|/~`, path)
			}
		}
	})
}

// FuzzServer: one answer to everything that each resource asks.
func FuzzServer(f *testing.F) {
	client := `{"id":"my-app","name":"App","callbackURLs":["https://a.example"],"logoutCallbackURLs":[],"launchURL":null,"isPublic":false,"pkceEnabled":true,"credentials":{"federatedIdentities":[{"issuer":"https://one.example"}],"secrets":[{"id":"s1","prefix":"conc","expiresAt":null,"isActive":true}]},"allowedUserGroups":[]}`
	for _, body := range []string{``, `null`, `{}`, `[]`, `{"error":"Record not found"}`, `{"error":"API endpoint not found"}`, `{"error":"x","code":"not_found","request_id":"\u001b[31m"}`, `<html>`, client,
		strings.Replace(client, `[]`, `[{"id":null}]`, 1), strings.Replace(client, `"App"`, `"\u001b]0;x\u0007"`, 1), strings.Replace(client, `null`, `17`, 1), strings.Replace(client, `"s1"`, `{}`, 1),
		`{"issuer":"https://id.example.com","currentVersion":"2.14.0","id":"my-app","name":"devs","data":[],"pagination":{"totalPages":1}}`,
		`{"issuer":"https://other.example","currentVersion":"development","id":"my-app","data":[{"id":"g1","name":"devs"}],"pagination":{"totalPages":1}}`,
		`{"issuer":"https://id.example.com","currentVersion":"2.13.0","id":"my-app","secret":"s","active":true,"customClaims":[{"key":"a","value":"b"}],"name":"devs","friendlyName":"Developers"}`,
		`[{"id":"s1","prefix":"conc","expiresAt":"2020-01-01T00:00:00Z"}]`} {
		for _, status := range []int{200, 404, 400, 500} {
			f.Add(status, "application/json", []byte(body))
		}
	}
	f.Add(302, "text/html", []byte(`<a href="/login">`))
	h := newHostile(f)
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		if status < 200 || status > 599 || status == http.StatusTooManyRequests || strings.ContainsFunc(kind, unicode.IsControl) {
			return // not HTTP, or to be waited for
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // an edit that never stays is tried for longer
		defer cancel()
		h.answering(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write(body)
		})
		for _, typ := range kinds() {
			inputs, urn := wired(t, said(valid[typ])), urnOf(typ)
			id := cmp.Or(imported[typ], "my-app")
			checked, err := h.server.Check(ctx, &rpc.CheckRequest{Urn: urn, News: inputs})
			requireSane(t, err, failuresOf(checked)...)

			read, err := h.server.Read(ctx, &rpc.ReadRequest{Id: id, Urn: urn})
			requireSane(t, err)
			if err == nil && read.GetId() == "" && !withinOthers[typ] {
				require.Equal(t, 404, status, "%s is taken for gone", typ)
				require.Contains(t, strings.ToLower(string(body)), "not")
			}
			if err == nil && read.GetId() != "" {
				diff, err := h.server.Diff(ctx, &rpc.DiffRequest{Id: id, Urn: urn, Olds: read.GetProperties(), OldInputs: read.GetInputs(), News: inputs})
				requireSane(t, err)
				_ = diff
				_, err = h.server.Update(ctx, &rpc.UpdateRequest{Id: id, Urn: urn, Olds: read.GetProperties(), OldInputs: read.GetInputs(), News: inputs})
				requireSane(t, err)
				_, err = h.server.Delete(ctx, &rpc.DeleteRequest{Id: id, Urn: urn, Properties: read.GetProperties(), OldInputs: read.GetInputs()})
				requireSane(t, err)
				again, err := h.server.Read(ctx, &rpc.ReadRequest{Id: id, Urn: urn, Properties: read.GetProperties(), Inputs: read.GetInputs()})
				requireSane(t, err)
				if err == nil {
					require.Equal(t, read.GetInputs().AsMap(), again.GetInputs().AsMap(), "a refresh after an import changes the inputs of %s", typ)
				}
			}
			_, err = h.server.Create(ctx, &rpc.CreateRequest{Urn: urn, Properties: inputs})
			requireSane(t, err)
		}
	})
}

func failuresOf(res *rpc.CheckResponse) (texts []string) {
	for _, f := range res.GetFailures() {
		texts = append(texts, f.Property+": "+f.Reason)
	}
	return texts
}

const (
	unknownMark = plugin.UnknownStringValue
	secretMark  = `{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270","value":"` + concealedValue + `"}`
)

// inputSeeds are property maps as JSON, from fine to absurd.
func inputSeeds(f *testing.F) (seeds []string) {
	server, err := NewServer(nil)
	require.NoError(f, err)
	schema, err := server.GetSchema(context.Background(), &rpc.GetSchemaRequest{})
	require.NoError(f, err)
	var spec struct {
		Resources map[string]struct {
			InputProperties map[string]struct{ Type string }
		}
		Provider struct {
			InputProperties map[string]struct{ Type string }
		}
	}
	require.NoError(f, json.Unmarshal([]byte(schema.Schema), &spec))
	all := map[string]bool{}
	for _, r := range spec.Resources {
		for name := range r.InputProperties {
			all[name] = true
		}
	}
	for name := range spec.Provider.InputProperties {
		all[name] = true
	}
	for _, value := range []string{`null`, `""`, `"x"`, `true`, `0`, `-1.5`, `1e300`, `[]`, `[null]`, `["x","x"]`, `[{}]`, `[[[]]]`, `{}`, `{"":null}`, `{"x":{"y":[1]}}`, `"` + unknownMark + `"`, secretMark, `[` + secretMark + `]`, `{"x":"` + unknownMark + `"}`,
		`"\u0000"`, `"\ud800"`, `"e\u0301"`, `"https://one.example"`, `"../.."`, `"` + strings.Repeat("é", 300) + `"`} {
		fields := []string{}
		for _, name := range sortedKeys(all) {
			fields = append(fields, fmt.Sprintf("%q:%s", name, value))
		}
		seeds = append(seeds, "{"+strings.Join(fields, ",")+"}")
	}
	for _, typ := range kinds() {
		raw, err := wired(f, said(valid[typ])).MarshalJSON()
		require.NoError(f, err)
		seeds = append(seeds, string(raw))
	}
	return append(seeds, `{}`, `{"__defaults":[],"version":"0.1.0"}`, `{"name":{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270"}}`, `{"github":{"owner":"acme","repository":"app"}}`)
}

// FuzzInputs: any property map as the inputs and the state of any resource.
func FuzzInputs(f *testing.F) {
	seeds := inputSeeds(f)
	for i, seed := range seeds {
		f.Add([]byte(seed), []byte(seeds[(i+7)%len(seeds)]))
	}
	h := newHostile(f)
	pocketID, err := fake.New(fake.Options{APIKey: testKey, Issuer: "https://id.example.com"})
	require.NoError(f, err)
	h.answering(pocketID.ServeHTTP)
	f.Fuzz(func(t *testing.T, news, olds []byte) {
		inputs, state := &structpb.Struct{}, &structpb.Struct{}
		if inputs.UnmarshalJSON(news) != nil || state.UnmarshalJSON(olds) != nil || !sound(inputs) || !sound(state) {
			return // the engine sends no such thing
		}
		both := append(append([]byte{}, news...), olds...)
		same := &structpb.Struct{Fields: maps.Clone(inputs.Fields)} // as a state
		for _, s := range []*structpb.Struct{same, state} {
			for _, home := range []string{"issuer", "instanceIssuer"} { // which a server says, and nobody conceals
				if _, plain := s.Fields[home].GetKind().(*structpb.Value_StringValue); !plain {
					delete(s.Fields, home)
				}
			}
		}
		for _, typ := range kinds() {
			urn := urnOf(typ)
			checked, err := h.server.Check(t.Context(), &rpc.CheckRequest{Urn: urn, Olds: state, News: inputs, RandomSeed: make([]byte, 32)})
			requireSaneOf(t, both, err, failuresOf(checked)...)
			require.NoError(t, err, "what is wrong with inputs is a failure of theirs")
			for _, old := range []*structpb.Struct{state, same} {
				diff, err := h.server.Diff(t.Context(), &rpc.DiffRequest{Id: "my-app", Urn: urn, Olds: old, OldInputs: state, News: inputs})
				requireSaneOf(t, both, err)
				if err == nil && old == same {
					require.NotEqual(t, rpc.DiffResponse_DIFF_UNKNOWN, diff.GetChanges())
				}
				_, err = h.server.Update(t.Context(), &rpc.UpdateRequest{Id: "my-app", Urn: urn, Olds: old, OldInputs: state, News: inputs, Preview: true})
				requireSaneOf(t, both, err)
			}
			_, err = h.server.Create(t.Context(), &rpc.CreateRequest{Urn: urn, Properties: inputs, Preview: true})
			requireSaneOf(t, both, err)
			if again := checked.GetInputs(); len(checked.GetFailures()) == 0 && again != nil {
				twice, err := h.server.Check(t.Context(), &rpc.CheckRequest{Urn: urn, Olds: again, News: again})
				require.NoError(t, err)
				require.Empty(t, twice.GetFailures(), "%s: what passed a check fails the next", typ)
				require.Equal(t, again.AsMap(), twice.GetInputs().AsMap(), "%s: a second check changes what passed the first", typ)
			}
		}
	})
}

// sound tells whether the engine's own wire format can be read.
func sound(s *structpb.Struct) bool {
	_, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true})
	return err == nil
}

// FuzzConfiguration: any property map as the provider's configuration.
func FuzzConfiguration(f *testing.F) {
	for _, seed := range inputSeeds(f) {
		f.Add([]byte(seed), []byte(`{}`))
	}
	f.Add([]byte(`{"baseUrl":"https://id.example.com","apiKey":`+secretMark+`,"headers":"{\"X-Extra\":\"`+concealedValue+`\"}","maxRetries":"3"}`), []byte(`{"headers":{"X":"y"},"requestTimeout":30}`))
	f.Add([]byte(`{"baseUrl":"https://u:`+concealedValue+`@id.example.com"}`), []byte(`{"proxyUrl":`+secretMark+`}`))
	f.Add([]byte(`{"headers":{"a b":`+secretMark+`},"clientKey":`+secretMark+`,"clientCertificate":"x"}`), []byte(`{"headers":`+secretMark+`}`))
	f.Add([]byte(`{"requestTimeout":"{","insecureSkipVerify":"yes","headers":"[1]","maxRetries":"1e99"}`), []byte(`{}`))
	urn := string(resource.NewURN("dev", "test", "", "pulumi:providers:pocketid", "default"))
	empty := f.TempDir()
	f.Fuzz(func(t *testing.T, news, olds []byte) {
		inputs, state := &structpb.Struct{}, &structpb.Struct{}
		if bytes.Contains(news, []byte("dev")) || inputs.UnmarshalJSON(news) != nil || state.UnmarshalJSON(olds) != nil || !sound(inputs) || !sound(state) {
			return
		}
		both := append(append([]byte{}, news...), olds...)
		t.Chdir(empty) // for what is taken for a path
		server, err := NewServer(nil)
		require.NoError(t, err)
		checked, err := server.CheckConfig(t.Context(), &rpc.CheckRequest{Urn: urn, Olds: state, News: inputs})
		requireSaneOf(t, both, err, failuresOf(checked)...)
		_, err = server.DiffConfig(t.Context(), &rpc.DiffRequest{Urn: urn, Olds: state, OldInputs: state, News: inputs})
		requireSaneOf(t, both, err)
		_, err = server.Configure(t.Context(), &rpc.ConfigureRequest{Args: inputs, AcceptSecrets: true})
		requireSaneOf(t, both, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // what it is connected to is nobody's
		_, err = server.Read(ctx, &rpc.ReadRequest{Id: "my-app", Urn: urnOf("Client")})
		require.Error(t, err)
		requireSaneOf(t, both, err)
	})
}

// FuzzIssuer: what an issuer of tokens says of itself.
func FuzzIssuer(f *testing.F) {
	for _, body := range []string{``, `null`, `{}`, `{"issuer":"ISSUER","jwks_uri":"ISSUER/keys","keys":[{"kid":"1"}]}`, `{"issuer":"ISSUER","jwks_uri":"ISSUER/keys","keys":[null,{"kid":7},{"kid":"\u001b"}],"id_token_signing_alg_values_supported":[null]}`, `{"issuer":"https://other.example"}`,
		`{"issuer":"ISSUER","jwks_uri":"file:///etc/passwd"}`, `{"issuer":"ISSUER","jwks_uri":""}`, `<html>`, `{"issuer":"ISSUER","jwks_uri":"ISSUER/keys","keys":{}}`} {
		f.Add(200, "application/json", body)
	}
	f.Add(404, "text/html", `<html>`)
	f.Add(301, "text/html", ``)
	var say http.HandlerFunc
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { say(w, r) }))
	f.Cleanup(web.Close)
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		if status < 200 || status > 599 || strings.Contains(body, "http") || strings.ContainsFunc(kind, unicode.IsControl) {
			return // it would lead elsewhere
		}
		say = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, strings.ReplaceAll(body, "ISSUER", web.URL))
		}
		server, err := NewServer(nil)
		require.NoError(t, err)
		res, err := server.Invoke(t.Context(), &rpc.InvokeRequest{Tok: Name + ":index:getIssuer", Args: wired(t, props{"issuer": resource.NewProperty(web.URL)})})
		requireSane(t, err, func() (texts []string) {
			for _, f := range res.GetFailures() {
				texts = append(texts, f.Reason)
			}
			return texts
		}()...)
	})
}
