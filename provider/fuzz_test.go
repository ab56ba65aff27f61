package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
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

// For any input, import id and response of a server, the fuzz tests require: no
// panic, no request outside the API, no existing object considered gone, and no
// secret in an error.

// fuzzTarget is the gRPC server, connected to an HTTP server whose responses a test
// chooses.
type fuzzTarget struct {
	server rpc.ResourceProviderServer

	mu      sync.Mutex
	handler http.HandlerFunc
	paths   []string
}

func newFuzzTarget(f testing.TB) *fuzzTarget {
	f.Helper()
	h := &fuzzTarget{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.paths = append(h.paths, r.URL.EscapedPath())
		answer := h.handler
		h.mu.Unlock()
		answer(w, r)
	}))
	f.Cleanup(web.Close)
	server, err := NewServer(nil)
	require.NoError(f, err)
	_, err = server.Configure(context.Background(), &rpc.ConfigureRequest{AcceptSecrets: true, SendsOldInputs: true, SendsOldInputsToDelete: true, Args: marshalProps(f, props{
		"baseUrl": resource.NewProperty(web.URL), "apiKey": resource.MakeSecret(resource.NewProperty(testKey)),
		"maxRetries": resource.NewProperty(0.0), "startupTimeout": resource.NewProperty(0.0),
	})})
	require.NoError(f, err)
	h.server = server
	return h
}

// respondWith sets the handler of all requests and clears the recorded paths.
func (h *fuzzTarget) respondWith(answer http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handler, h.paths = answer, nil
}

func (h *fuzzTarget) requestedPaths() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string{}, h.paths...)
}

func marshalProps(t testing.TB, m props) *structpb.Struct {
	t.Helper()
	s, err := plugin.MarshalProperties(m, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(t, err)
	return s
}

// resourceTypes returns the names of all resources.
func resourceTypes() (names []string) {
	for _, r := range resources(&Config{}, time.Now) {
		names = append(names, r.Name())
	}
	return names
}

// schemaInputs is the part of the provider's schema that describes inputs.
type schemaInputs struct {
	InputProperties map[string]struct {
		Type                 string
		Secret               bool
		AdditionalProperties struct{ Type string }
	}
	RequiredInputs []string
	IsComponent    bool
}

// packageSchema is the part of the provider's schema that the fuzz tests use.
type packageSchema struct {
	Resources map[string]schemaInputs
	Provider  schemaInputs
}

func providerSchema(t testing.TB) (schema packageSchema) {
	t.Helper()
	server, err := NewServer(nil)
	require.NoError(t, err)
	response, err := server.GetSchema(context.Background(), &rpc.GetSchemaRequest{})
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal([]byte(response.Schema), &schema))
	return schema
}

func urnOf(typ string) string {
	return string(resource.NewURN("dev", "test", "", tokens.Type(Name+":index:"+typ), "it"))
}

// requireSane requires that an error and other texts are fit to be shown to users:
// no internal error, no secret, valid UTF-8, not too long.
func requireSane(t *testing.T, err error, text ...string) { requireSaneOf(t, nil, err, text...) }

// requireSaneOf is requireSane for a given input. It allows secretInput in a text if
// the input contains it in a plain value, too.
func requireSaneOf(t *testing.T, input []byte, err error, text ...string) {
	t.Helper()
	if err != nil {
		text = append(text, err.Error())
	}
	for _, s := range text {
		require.NotContains(t, s, "internal error")
		require.NotContains(t, s, testKey)
		if !strings.Contains(strings.ReplaceAll(string(input), secretMark, ""), "conceal") {
			require.NotContains(t, s, secretInput)
		}
		require.True(t, utf8.ValidString(s), "%q", s)
		require.Less(t, len(s), 20000)
	}
}

// secretInput is the value of every secret input of the fuzz tests.
const secretInput = "concealed value 9"

// exampleUUID is an id for inputs that must be a UUID.
const exampleUUID = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"

// fuzzExample is what the fuzz tests need to know about a resource.
type fuzzExample struct {
	inputs   map[string]any // pass the checks of the resource
	importID string         // well-formed; empty if the resource cannot be imported
	nested   bool           // read as part of another object, which can exist without it
}

// fuzzExamples has an example of each resource. TestFuzzExamplesAreComplete names
// missing ones.
var fuzzExamples = map[string]fuzzExample{
	"Client":                   {map[string]any{"name": "App", "callbackUrls": []any{"https://a.example"}, "clientId": "my-app"}, "my-app", false},
	"ClientSecret":             {map[string]any{"clientId": "my-app", "value": secretString(secretInput)}, "my-app/s1", true},
	"Group":                    {map[string]any{"name": "devs", "friendlyName": "Developers", "customClaims": map[string]any{"a": "b"}}, "my-app", false},
	"FederatedIdentity":        {map[string]any{"clientId": "my-app", "issuer": "https://one.example", "subject": "s"}, "my-app#https://one.example", true},
	"User":                     {map[string]any{"username": "ada", "email": "ada@example.com"}, "my-app", false},
	"UserCustomClaims":         {map[string]any{"userId": exampleUUID, "claims": map[string]any{"a": "b"}}, "my-app", true},
	"GroupCustomClaims":        {map[string]any{"groupId": exampleUUID, "claims": map[string]any{"a": "b"}}, "my-app", true},
	"OneTimeAccessToken":       {map[string]any{"userId": exampleUUID}, "", false},
	"GroupMembers":             {map[string]any{"groupId": "my-app", "userIds": []any{"u1"}}, "my-app", false},
	"GroupMember":              {map[string]any{"groupId": "g1", "userId": "u1"}, "g1/u1", true},
	"ClientGroupAccess":        {map[string]any{"clientId": "my-app", "groupId": "g1"}, "my-app/g1", true},
	"Api":                      {map[string]any{"name": "Orders", "resource": "https://orders.example", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}}, "my-app", false},
	"ApiGrant":                 {map[string]any{"apiId": "a1", "clientId": "my-app", "clientPermissions": []any{"read"}}, "a1/my-app", true},
	"SignupToken":              {map[string]any{"usageLimit": 2.0}, "my-app", true},
	"ScimServiceProvider":      {map[string]any{"clientId": "my-app", "endpoint": "https://scim.example", "token": secretString(secretInput)}, "my-app", false},
	"ScimSync":                 {map[string]any{"clientId": "my-app"}, "", false},
	"LdapSync":                 {nil, "", false},
	"ApplicationConfiguration": {map[string]any{"appName": "Example", "smtpPassword": secretString(secretInput)}, "application-configuration", false},
	"ApplicationImage":         {map[string]any{"kind": "logo", "image": textAsset(circleSVG)}, "logo", true},
	"UserProfilePicture":       {map[string]any{"userId": exampleUUID, "image": textAsset("GIF89a")}, "my-app", true},
}

// TestFuzzExamplesAreComplete requires a valid example of every resource.
func TestFuzzExamplesAreComplete(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, resourceTypes(), slices.Collect(maps.Keys(fuzzExamples)))
	schema := providerSchema(t)
	c := newChecker(t, newFake(t, fake.Options{}))
	for typ, example := range fuzzExamples {
		t.Run(typ, func(t *testing.T) {
			require.Contains(t, schema.Resources, Name+":index:"+typ)
			for _, required := range schema.Resources[Name+":index:"+typ].RequiredInputs {
				require.Contains(t, example.inputs, required)
			}
			require.Empty(t, c.failures(typ, toProps(example.inputs)))
			_, err := c.server.Read(t.Context(), &rpc.ReadRequest{Id: cmp.Or(example.importID, "my-app"), Urn: urnOf(typ)})
			require.Equal(t, example.importID != "", err == nil, "importID %q: %v", example.importID, err)
		})
	}
}

// FuzzImport imports every resource with an arbitrary id.
func FuzzImport(f *testing.F) {
	for _, id := range []string{"my-app", "", ".", "..", "#", "my-app#https://one.example", "my-app#", "#https://one.example", "a/b#c", "../users#x", "my-app/s1", "my-app/../x", "/", "~bXktYXBw", "%2e%2e", "a\x00b", "é", "\xff\xfe",
		"my-app#https://one.example#two", "user-groups/../users", strings.Repeat("a", 300), "?", "my-app?x=1", " my-app ", "00000000-0000-4000-8000-000000000000", "my-app/~x", "\x1b[31m"} {
		f.Add(id)
	}
	h := newFuzzTarget(f)
	pocketID, err := fake.New(fake.Options{APIKey: testKey, Issuer: "https://id.example.com"})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, id string) {
		for _, typ := range resourceTypes() {
			h.respondWith(pocketID.ServeHTTP)
			res, err := h.server.Read(t.Context(), &rpc.ReadRequest{Id: id, Urn: urnOf(typ)})
			requireSane(t, err)
			require.Empty(t, res.GetId(), "the server is empty")
			for _, path := range h.requestedPaths() {
				require.Regexp(t, `^/(api/[a-z0-9-]+(/[^/]+)*|\.well-known/openid-configuration)$`, path, "%s %q", typ, id)
				require.NotRegexp(t, `/\.{1,2}(/|$)|/~`, path)
			}
		}
	})
}

// FuzzServer answers every request of every resource with one arbitrary response.
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
	h := newFuzzTarget(f)
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		if status < 200 || status > 599 || status == http.StatusTooManyRequests || strings.ContainsFunc(kind, unicode.IsControl) {
			return // not valid HTTP, or a response that the client waits for
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // an edit that the server does not keep is repeated for longer
		defer cancel()
		h.respondWith(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write(body)
		})
		for _, typ := range resourceTypes() {
			inputs, urn := marshalProps(t, toProps(fuzzExamples[typ].inputs)), urnOf(typ)
			id := cmp.Or(fuzzExamples[typ].importID, "my-app")
			checked, err := h.server.Check(ctx, &rpc.CheckRequest{Urn: urn, News: inputs})
			requireSane(t, err, failureTexts(checked)...)

			read, err := h.server.Read(ctx, &rpc.ReadRequest{Id: id, Urn: urn})
			requireSane(t, err)
			if err == nil && read.GetId() == "" && !fuzzExamples[typ].nested {
				require.Equal(t, 404, status, "%s is considered gone", typ)
				require.Contains(t, strings.ToLower(string(body)), "not")
			}
			if err == nil && read.GetId() != "" {
				_, err := h.server.Diff(ctx, &rpc.DiffRequest{Id: id, Urn: urn, Olds: read.GetProperties(), OldInputs: read.GetInputs(), News: inputs})
				requireSane(t, err)
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

func failureTexts(res *rpc.CheckResponse) (texts []string) {
	for _, f := range res.GetFailures() {
		texts = append(texts, f.Property+": "+f.Reason)
	}
	return texts
}
