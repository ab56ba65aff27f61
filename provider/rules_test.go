package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Each of these was seen to fail with the rule it holds taken out of the code.

func concealed(v string) resource.PropertyValue { return resource.MakeSecret(resource.NewProperty(v)) }

// refusing answers requests of this kind in the server's place: not today.
func (i *pocketID) refusing(method, path string) {
	i.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != method || !strings.Contains(r.URL.Path, path) {
			return false
		}
		reply(w, http.StatusForbidden, "application/json", `{"error":"Not today","code":"forbidden"}`)
		return true
	})
}

// awayForTheCheck breaks off the answer to the first question for the version.
func (i *pocketID) awayForTheCheck() {
	var back atomic.Bool
	i.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/version/current") && !back.Swap(true) {
			hijackAndClose(w)
			return true
		}
		return false
	})
}

// Rule 1. A plan may be made without the server; the verbs look for themselves.
func TestEachVerbRefusesAnotherInstance(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	id := on.ask("POST", "/api/user-groups", map[string]any{"name": "devs", "friendlyName": "Devs"})["id"].(string)
	c := newChecker(t, on)
	urn := string(resource.NewURN("dev", "test", "", tokens.Type(Name+":index:Group"), "it"))
	inputs := c.wire(props{"name": resource.NewProperty("devs"), "friendlyName": resource.NewProperty("Changed")})
	state := c.wire(props{"name": resource.NewProperty("devs"), "friendlyName": resource.NewProperty("Devs"), "issuer": resource.NewProperty("https://another.example")})
	_, update := c.server.Update(t.Context(), &rpc.UpdateRequest{Urn: urn, Id: id, Olds: state, OldInputs: inputs, News: inputs})
	_, remove := c.server.Delete(t.Context(), &rpc.DeleteRequest{Urn: urn, Id: id, Properties: state, OldInputs: inputs})
	_, read := c.server.Read(t.Context(), &rpc.ReadRequest{Urn: urn, Id: id, Properties: state, Inputs: inputs})
	_, diff := c.server.Diff(t.Context(), &rpc.DiffRequest{Urn: urn, Id: id, Olds: state, OldInputs: inputs, News: inputs})
	for verb, err := range map[string]error{"update": update, "delete": remove, "read": read, "diff": diff} {
		require.ErrorContains(t, err, "https://another.example", verb)
		require.ErrorContains(t, err, "https://id.example.com", verb)
	}
	require.Equal(t, "Devs", on.group(id)["friendlyName"])
}

// Rule 3.
func TestAPartialUpdateIsReportedAndFinishedByTheNext(t *testing.T) {
	t.Parallel()
	for _, refresh := range []bool{true, false} {
		s := newStack(t, onFake(t, fake.Options{}))
		s.config["maxRetries"] = "0"
		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}})
		s.declare("Group", "ops", map[string]any{"name": "ops", "friendlyName": "Operations"})
		s.declare("Client", "app", confidential("app")).from = map[string]string{"allowedUserGroups[]": "devs.id"}
		s.mustUp()
		devs, ops := string(s.state("devs").ID), string(s.state("ops").ID)

		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Devs", "customClaims": map[string]any{"team": "b"}})
		s.pocketID.refusing("PUT", "/custom-claims")
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "Not today")
		require.Equal(t, "Devs", s.output("devs", "friendlyName"), "what was reached is kept")
		require.Equal(t, map[string]any{"team": "a"}, s.output("devs", "customClaims"), "what was refused is not taken for done")

		s.declare("Client", "app", confidential("app")).from = map[string]string{"allowedUserGroups[]": "ops.id"}
		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Devs", "customClaims": map[string]any{"team": "a"}})
		s.pocketID.refusing("PUT", "/allowed-user-groups")
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "Not today")
		require.Equal(t, []any{devs}, s.output("app", "allowedUserGroups"))

		s.pocketID.meddling(nil)
		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Devs", "customClaims": map[string]any{"team": "b"}})
		if refresh {
			require.NoError(t, s.refresh().err)
		}
		s.mustUp()
		require.Equal(t, map[string]string{"team": "b"}, s.pocketID.claims(devs))
		require.Equal(t, []string{ops}, allowed(s.pocketID.client("app")))
		s.steady()
	}
}

// Without the issuer there is no state to keep an object in.
func TestNothingIsMadeThatCouldNotBeKept(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "theirs", "name": "Theirs", "callbackURLs": []string{}})
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare("Client", "app", confidential("app"))
	s.declare("FederatedIdentity", "ci", map[string]any{"clientId": "theirs", "issuer": "https://ci.example"})
	s.options.ContinueOnError = true
	s.pocketID.refusing("GET", "/openid-configuration")
	require.Error(t, s.up().err)
	require.Len(t, s.pocketID.everything("/api/oidc/clients"), 1)
	require.Empty(t, s.pocketID.everything("/api/user-groups"))
	require.Empty(t, s.pocketID.identities("theirs"))
}

// Rule 4.
func TestAClientThatAnInterruptedUpdateMayHaveLeftIsNamed(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	left := s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"name": "App", "callbackURLs": []string{}})["id"].(string)
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
	o := s.mustUp()
	require.Contains(t, o.text, "one is left over from an interrupted update")
	require.Contains(t, o.text, left)
	require.NotEqual(t, left, string(s.state("app").ID), "but never taken over")
}

func TestWhatStaysUndecidedIsNamedWithItsImport(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	on.ask("POST", "/api/oidc/clients", map[string]any{"id": "theirs", "name": "Theirs", "callbackURLs": []string{}})
	for typ, c := range map[string]struct {
		inputs map[string]any
		post   string
		want   string
	}{
		"Client":            {confidential("app"), "POST /api/oidc/clients", "pulumi import pocketid:index:Client it 'app'"},
		"Group":             {map[string]any{"name": "devs", "friendlyName": "Devs"}, "POST /api/user-groups", "pulumi import pocketid:index:Group it '<id>'"},
		"FederatedIdentity": {map[string]any{"clientId": "theirs", "issuer": "https://ci.example"}, "PUT /api/oidc/clients/theirs", "pulumi import pocketid:index:FederatedIdentity it 'theirs#https://ci.example'"},
	} {
		s := newStack(t, on)
		s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
		var gone atomic.Bool // after the write, nothing answers
		on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method+" "+r.URL.Path == c.post {
				gone.Store(true)
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				on.server.ServeHTTP(httptest.NewRecorder(), r)
			}
			if gone.Load() {
				hijackAndClose(w)
			}
			return gone.Load()
		})
		s.declare(typ, "it", c.inputs)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "it is unknown whether", typ)
		require.Contains(t, o.text, c.want, typ)
		on.meddling(nil)
	}
}

// The command is one that a shell takes, whatever a program calls its resources.
func TestTheImportOfAResourceIsWordedForAShell(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"app": "app", "my-app.v2": "my-app.v2", "my app": "'my app'", "$(app)": "'$(app)'", "-app": "'-app'", "it's": "<name>"} {
		urn := resource.NewURN("dev", "test", "", token("Client"), name)
		for _, err := range []error{&api.Undecided{Kind: "client", Key: "id"}, &api.Exists{Kind: "client", ID: "id"}} {
			require.Contains(t, withAdvice(urn, err).Error(), "pulumi import pocketid:index:Client "+want+" 'id'")
		}
	}
}

// Rule 8.
func TestAPreviewOfACreateInventsNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	own := confidential("own")
	own["clientSecret"] = concealed("an own value of it")
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
	s.declare("Client", "own", own)
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": concealed("Developers")})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.declare("Client", "closed", confidential("closed")).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	o := s.preview()
	require.NoError(t, o.err, o.text)
	for name, outputs := range map[string][]resource.PropertyKey{
		"app":  {"clientId", "clientSecret", "clientSecretId", "issuer", "discoveryUrl", "hasLogo"},
		"devs": {"issuer"},
		"ci":   {"effectiveSubject", "effectiveAudience", "effectiveJwksUrl", "instanceIssuer"},
	} {
		for _, output := range outputs {
			require.True(t, o.new[name][output].ContainsUnknowns(), "%s.%s is %v", name, output, o.new[name][output])
		}
	}
	require.True(t, o.new["closed"]["allowedUserGroups"].ContainsUnknowns(), "the id of a group is not known before there is one")
	require.True(t, o.new["app"]["clientSecret"].IsSecret(), "unknown and secret")
	require.True(t, o.new["own"]["clientSecret"].IsSecret())
	require.True(t, o.new["devs"]["friendlyName"].IsSecret())
	require.Empty(t, s.pocketID.everything("/api/oidc/clients"))
	require.Empty(t, s.pocketID.everything("/api/user-groups"))
}

func TestAPreviewOfAnUpdateKnowsWhatGoesAndWhatIsRenewed(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	app := confidential("app")
	app["launchUrl"], app["secretRotationTriggers"] = "https://a.example", map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	s.mustUp()

	delete(app, "launchUrl")
	s.declare("Client", "app", app)
	o := s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.NotContains(t, o.new["app"], resource.PropertyKey("launchUrl"))

	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	require.True(t, s.preview().new["app"]["clientSecretId"].ContainsUnknowns(), "a rotation makes another")

	public := confidential("app")
	public["isPublic"] = true
	s.declare("Client", "app", public)
	require.True(t, s.preview().new["app"]["clientSecretId"].ContainsUnknowns(), "and a public client has none")
}

func TestAPreviewOfWhatIsThereNeedsNoServerButNoOtherAnswerEither(t *testing.T) {
	t.Parallel()
	s, _ := settled(t, onFake(t, fake.Options{}))
	right := s.config["baseUrl"]
	var asked atomic.Int32
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		hijackAndClose(w)
	}))
	t.Cleanup(web.Close)
	s.config["baseUrl"], s.config["maxRetries"], s.options.Parallel = web.URL, "0", 1
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Empty(t, o.steps)
	require.LessOrEqual(t, asked.Load(), int32(2), "a server that is away is not asked again for each resource")

	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("<html><title>Log in</title></html>"))
	}))
	t.Cleanup(login.Close)
	s.config["baseUrl"] = login.URL
	o = s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.text, `titled "Log in"`)
	s.config["baseUrl"] = right
}

func TestAPreviewDoesNotWaitForAServerThatIsAway(t *testing.T) {
	t.Parallel()
	s, _ := settled(t, onFake(t, fake.Options{}))
	closed := httptest.NewServer(nil)
	closed.Close()
	s.config["baseUrl"], s.config["startupTimeout"] = closed.URL, "60" // of an update
	began := time.Now()
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Empty(t, o.steps)
	require.Less(t, time.Since(began), 40*time.Second)
}

// Rule 9.
func TestTwoWaysToSayTheSameAreNoDifference(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare("Group", "ops", map[string]any{"name": "ops", "friendlyName": "Operations"})
	s.mustUp()
	devs, ops := string(s.state("devs").ID), string(s.state("ops").ID)
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"https://a.example/cb", "https://b.example/cb"},
		"logoutCallbackUrls": []any{"https://a.example/out", "https://b.example/out"}, "allowedUserGroups": []any{devs, ops}})
	s.declare("Client", "bare", map[string]any{"name": "Bare", "callbackUrls": []any{}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	s.steady()
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"https://b.example/cb", "https://a.example/cb", "https://b.example/cb"},
		"logoutCallbackUrls": []any{"https://b.example/out", "https://a.example/out", "https://a.example/out"}, "allowedUserGroups": []any{ops, devs, ops}})
	s.declare("Client", "bare", map[string]any{"name": "Bare", "callbackUrls": []any{}, "clientId": "", "description": "", "launchUrl": "", "backchannelLogoutUrl": "",
		"clientSecret": "", "logoutCallbackUrls": []any{}, "allowedUserGroups": []any{}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "subject": "", "audience": "", "jwksUrl": ""})
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Empty(t, o.steps, "%v", o.diffs)
	s.mustUp()
	s.steady()

	t.Log("the server keeps them in the order they were written in")
	s.pocketID.edit("app", func(c map[string]any) {
		c["callbackURLs"] = []any{"https://b.example/cb", "https://a.example/cb"}
		c["logoutCallbackURLs"] = []any{"https://b.example/out", "https://a.example/out"}
	})
	s.pocketID.ask("PUT", "/api/oidc/clients/app/allowed-user-groups", map[string]any{"userGroupIds": []string{ops, devs}})
	s.steady()
}

func TestAnIdentityMovesWithItsClientAndTheNewOneComesFirst(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("Client", "a", map[string]any{"name": "A", "clientId": "client-a", "callbackUrls": []any{}})
	s.declare("Client", "b", map[string]any{"name": "B", "clientId": "client-b", "callbackUrls": []any{}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "a.clientId"}
	s.mustUp()
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "b.clientId"}
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["ci"])
	require.Empty(t, s.pocketID.identities("client-a"))
	require.Len(t, s.pocketID.identities("client-b"), 1)
	require.Equal(t, "client-b#https://ci.example", string(s.state("ci").ID))
	s.steady()
}

func TestWhatAnEarlierVersionDidNotKnowIsNoDifference(t *testing.T) {
	t.Parallel()
	s, _ := settled(t, onFake(t, fake.Options{}))
	for name, properties := range map[string][]resource.PropertyKey{"app": {"skipConsent", "accessTokenDurationMinutes"}, "ci": {"replayProtection"}} {
		for _, property := range properties {
			require.Contains(t, s.state(name).Outputs, property)
			delete(s.state(name).Outputs, property)
			delete(s.state(name).Inputs, property)
		}
	}
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Empty(t, o.steps, "%v", o.diffs)
}

// An update that changes nothing keeps the old outputs; what the program said
// with it is in the inputs alone.
func TestTriggersOfAnImportedSecretCountFromTheFirstUpdateOn(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	require.NoError(t, s.importing("Client", "app", "app").err)
	app := confidential("app")
	app["secretRotationTriggers"] = map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	require.Empty(t, s.mustUp().steps)
	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	require.True(t, s.preview().new["app"]["clientSecret"].ContainsUnknowns())
	s.mustUp()
	require.True(t, signsIn(t, s.pocketID, "app", s.output("app", "clientSecret").(string)))
	s.steady()
}

// Rule 10, for what only newer servers know.
func TestDriftOfEveryNewerSettingShowsAndIsMended(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{FutureFields: true}) // it stores backchannelLogoutURL, which the server knows from 2.17 on
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/version/current") {
			reply(w, http.StatusOK, "application/json", `{"currentVersion":"2.17.0"}`)
			return true
		}
		return false
	})
	s := newStack(t, on)
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.mustUp()
	devs := string(s.state("devs").ID)
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{}, "description": "What it is for", "skipConsent": true,
		"requiresPushedAuthorizationRequests": true, "accessTokenDurationMinutes": 30, "refreshTokenDurationMinutes": 600,
		"backchannelLogoutUrl": "https://a.example/bye", "logoutCallbackUrls": []any{"https://a.example/out"}, "allowedUserGroups": []any{devs}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "subject": "s", "audience": "a", "jwksUrl": "https://ci.example/keys", "replayProtection": true}).
		from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	s.steady()
	before := on.client("app")
	require.Equal(t, "https://a.example/bye", before["backchannelLogoutURL"])
	require.Equal(t, true, on.identities("app")[0].(map[string]any)["replayProtection"])
	mended := func(name, property string) {
		t.Helper()
		require.NoError(t, s.refresh().err)
		o := s.mustUp()
		require.Len(t, o.diffs[name], 1, property)
		require.True(t, strings.HasPrefix(o.diffs[name][0], property), "%s: %v", property, o.diffs[name])
		s.steady()
	}
	for property, drift := range map[string]struct {
		field string
		to    any
	}{
		"description": {"description", ""}, "skipConsent": {"skipConsent", false}, "requiresPushedAuthorizationRequests": {"requiresPushedAuthorizationRequests", false},
		"accessTokenDurationMinutes": {"accessTokenDurationMinutes", 60}, "refreshTokenDurationMinutes": {"refreshTokenDurationMinutes", 1},
		"backchannelLogoutUrl": {"backchannelLogoutURL", "https://evil.example"}, "isPublic": {"isPublic", true}, "logoutCallbackUrls": {"logoutCallbackURLs", []any{"https://a.example/out", "https://z.example"}},
	} {
		on.edit("app", func(c map[string]any) { c[drift.field] = drift.to })
		mended("app", property)
		require.Equal(t, before[drift.field], on.client("app")[drift.field], property)
	}
	on.ask("PUT", "/api/oidc/clients/app/allowed-user-groups", map[string]any{"userGroupIds": []string{}})
	mended("app", "allowedUserGroups")
	require.Equal(t, []string{devs}, allowed(on.client("app")))
	for property, drift := range map[string]struct {
		field string
		to    any
	}{
		"subject": {"subject", "evil"}, "audience": {"audience", "evil"}, "jwksUrl": {"jwks", "https://evil.example/keys"}, "replayProtection": {"replayProtection", false},
	} {
		was := on.identities("app")[0].(map[string]any)[drift.field]
		on.edit("app", func(c map[string]any) {
			c["credentials"].(map[string]any)["federatedIdentities"].([]any)[0].(map[string]any)[drift.field] = drift.to
		})
		mended("ci", property)
		require.Equal(t, was, on.identities("app")[0].(map[string]any)[drift.field], property)
	}
	t.Log("left out, they go")
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"})
	s.mustUp()
	s.steady()
	require.NotContains(t, on.client("app"), "backchannelLogoutURL")
	require.Equal(t, false, on.identities("app")[0].(map[string]any)["replayProtection"])
}

func TestALogoThatSomebodyElseSetShowsInTheOutputs(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	s := newStack(t, on)
	s.declare("Client", "app", confidential("app"))
	s.mustUp()
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "GET" || r.URL.Path != "/api/oidc/clients/app" {
			return false
		}
		answer := httptest.NewRecorder()
		on.server.ServeHTTP(answer, r)
		var client map[string]any
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &client))
		client["hasLogo"], client["hasDarkLogo"] = true, true
		body, _ := json.Marshal(client)
		reply(w, answer.Code, "application/json", string(body))
		return true
	})
	require.NoError(t, s.refresh().err)
	require.Equal(t, true, s.output("app", "hasLogo"))
	require.Equal(t, true, s.output("app", "hasDarkLogo"))
	require.Empty(t, s.preview().steps)
}

// Rule 11.
func TestSecrecyFollowsAValueWhereverItGoes(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": concealed("ci"), "callbackUrls": []any{}})
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": concealed("ci"), "issuer": "https://i.example", "audience": concealed("hidden audience"), "jwksUrl": concealed("https://hidden.example/keys")}).
		from = map[string]string{"clientId": "ci.clientId"}
	s.declare("FederatedIdentity", "derived", map[string]any{"issuer": concealed("https://hidden.example"), "subject": "s"}).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	for range 2 {
		for name, outputs := range map[string][]resource.PropertyKey{
			"ci": {"clientId", "clientSecret"}, "it": {"clientId", "audience", "jwksUrl", "effectiveSubject", "effectiveAudience", "effectiveJwksUrl"},
			"derived": {"issuer", "effectiveJwksUrl"},
		} {
			for _, output := range outputs {
				require.True(t, s.state(name).Outputs[output].IsSecret(), "%s.%s", name, output)
			}
		}
		s.steady()
	}
}

func TestWhatBecomesASecretBecomesOneInTheState(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	group := map[string]any{"name": "devs", "friendlyName": "Hidden", "customClaims": map[string]any{"team": "hidden"}}
	s.declare("Group", "devs", group)
	s.mustUp()
	require.False(t, s.state("devs").Outputs["friendlyName"].IsSecret())
	group["friendlyName"] = concealed("Hidden")
	s.declare("Group", "devs", group)
	o := s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["devs"])
	require.True(t, o.new["devs"]["friendlyName"].IsSecret())
	s.mustUp()
	require.True(t, s.state("devs").Outputs["friendlyName"].IsSecret())
	s.steady()
}

func TestTheSchemaKnowsEverySecret(t *testing.T) {
	t.Parallel()
	server, err := NewServer(nil)
	require.NoError(t, err)
	res, err := server.GetSchema(t.Context(), &rpc.GetSchemaRequest{})
	require.NoError(t, err)
	var spec struct {
		Config struct {
			Variables map[string]struct{ Secret bool }
		}
		Provider struct {
			InputProperties map[string]struct{ Secret bool }
		}
		Resources map[string]struct {
			InputProperties, Properties map[string]struct{ Secret bool }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(res.Schema), &spec))
	for _, name := range []string{"apiKey", "clientKey", "headers", "proxyUrl"} {
		require.True(t, spec.Provider.InputProperties[name].Secret, name)
		require.True(t, spec.Config.Variables[name].Secret, name)
	}
	require.True(t, spec.Resources["pocketid:index:Client"].InputProperties["clientSecret"].Secret)
	require.True(t, spec.Resources["pocketid:index:Client"].Properties["clientSecret"].Secret)
}

// Rule 12, for what is replaced on demand.
func TestReplacingWhatHasOneKeyNeedsDeleteBeforeReplace(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"devs", "ci"} {
		s, id := settled(t, onFake(t, fake.Options{}))
		s.options.ReplaceTargets = deploy.NewUrnTargets([]string{string(s.state(name).URN)})
		o := s.up()
		require.Error(t, o.err, name)
		require.Contains(t, o.text, "set the resource option deleteBeforeReplace: true", name)
		require.Contains(t, o.text, "pulumi import pocketid:index:", name)
		for i := range s.program {
			if s.program[i].name == name {
				s.program[i].options.DeleteBeforeReplace = new(bool)
				*s.program[i].options.DeleteBeforeReplace = true
			}
		}
		s.mustUp()
		s.options.ReplaceTargets = deploy.UrnTargets{}
		require.Len(t, s.pocketID.identities(id), 1)
		require.Equal(t, []string{string(s.state("devs").ID)}, allowed(s.pocketID.client(id)))
		s.steady()
	}
}

// Rule 13. Before 2.13 servers store strings as they come; no server composes URLs
// and what is compared with tokens.
func TestStringsAreComposedAndURLsAreLeftAlone(t *testing.T) {
	t.Parallel()
	const apart, whole = "Cafe\u0301", "Caf\u00e9"
	for _, version := range []string{"2.3.0", "2.12.0", "2.14.0"} {
		on := onFake(t, fake.Options{Version: version})
		s := newStack(t, on)
		group := map[string]any{"name": apart, "friendlyName": apart, "customClaims": map[string]any{apart: apart}}
		s.declare("Group", "devs", group)
		client := map[string]any{"name": apart, "clientId": "app", "callbackUrls": []any{"https://a.example/" + apart}, "launchUrl": "https://a.example/" + apart}
		if on.has(10) {
			client["description"] = apart
		}
		s.declare("Client", "app", client)
		identity := map[string]any{"clientId": "app", "issuer": "https://ci.example/" + apart, "audience": apart}
		if on.has(9) {
			identity["subject"] = apart
		}
		s.declare("FederatedIdentity", "ci", identity).from = map[string]string{"clientId": "app.clientId"}
		s.mustUp()
		s.steady()
		id := string(s.state("devs").ID)
		require.Equal(t, whole, on.group(id)["name"])
		require.Equal(t, whole, on.group(id)["friendlyName"])
		require.Equal(t, map[string]string{whole: whole}, on.claims(id))
		app := on.client("app")
		require.Equal(t, whole, app["name"])
		require.Equal(t, "https://a.example/"+apart, app["launchURL"])
		require.Equal(t, []any{"https://a.example/" + apart}, app["callbackURLs"])
		fi := on.identities("app")[0].(map[string]any)
		require.Equal(t, "https://ci.example/"+apart, fi["issuer"])
		require.Equal(t, apart, fi["audience"])

		t.Log("written apart by hand, where the server lets it: no drift")
		on.ask("PUT", "/api/user-groups/"+id, map[string]any{"name": apart, "friendlyName": apart})
		on.ask("PUT", "/api/custom-claims/user-group/"+id, []any{map[string]any{"key": apart, "value": apart}})
		on.edit("app", func(c map[string]any) {
			c["name"] = apart
			if on.has(10) {
				c["description"] = apart
			}
		})
		s.steady()
	}
}

// Rule 14. The gate before each write, where Check could not learn the version.
func TestTheGateIsShutBeforeEveryWrite(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{Version: "2.9.0"})
	s := newStack(t, on)
	s.config["maxRetries"] = "0"
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"https://a.example"}})
	s.mustUp()
	gated := func(what string) {
		t.Helper()
		on.awayForTheCheck()
		before := on.client("app")
		o := s.up()
		require.Error(t, o.err, what)
		require.Contains(t, o.text, what+" needs Pocket ID 2.10.0 or later")
		on.meddling(nil)
		require.Equal(t, before, on.client("app"), what)
	}
	s.declare("Client", "app", map[string]any{"name": "App 2", "clientId": "app", "callbackUrls": []any{"https://a.example"}, "skipConsent": true})
	gated("skipConsent")
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"https://a.example"}})
	s.declare("FederatedIdentity", "ci", map[string]any{"clientId": "app", "issuer": "https://ci.example", "replayProtection": true})
	gated("replayProtection")
	require.Empty(t, on.identities("app"))
	s.declare("FederatedIdentity", "ci", map[string]any{"clientId": "app", "issuer": "https://ci.example"})
	s.mustUp()
	s.declare("FederatedIdentity", "ci", map[string]any{"clientId": "app", "issuer": "https://ci.example", "audience": "changed", "replayProtection": true})
	gated("replayProtection")
}

// The repairs of the framework.

func TestTheEnginesOwnKeysAreNoConfiguration(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	res, err := c.server.CheckConfig(t.Context(), &rpc.CheckRequest{
		Urn:  string(resource.NewURN("dev", "test", "", "pulumi:providers:pocketid", "default")),
		News: c.wire(props{"version": resource.NewProperty("0.1.0"), "pluginDownloadURL": resource.NewProperty("https://plugins.example"), "baseUrl": resource.NewProperty("https://id.example.com")}),
	})
	require.NoError(t, err)
	require.Empty(t, res.Failures)
}

// Whatever an engine may call with what users and servers say.
func TestAPanicIsTheErrorOfOneCall(t *testing.T) {
	t.Parallel()
	urn := string(resource.NewURN("dev", "test", "", Name+":index:Group", "it"))
	none := &server{} // with nothing behind it, every call panics
	provider, ctx, left := reflect.ValueOf(none), reflect.ValueOf(t.Context()), []string{}
	for i := range provider.NumMethod() {
		name, call := provider.Type().Method(i).Name, provider.Method(i)
		if call.Type().NumIn() != 2 || call.Type().In(0) != reflect.TypeFor[context.Context]() {
			continue
		}
		if slices.Contains([]string{"Attach", "Cancel", "GetMapping", "GetMappings", "GetPluginInfo", "GetSchema", "Handshake", "Parameterize"}, name) {
			continue // which hear nothing of users or servers
		}
		req := reflect.New(call.Type().In(1).Elem())
		for field, value := range map[string]string{"Urn": urn, "Tok": Name + ":index:getIssuer", "Name": "it"} {
			if f := req.Elem().FieldByName(field); f.IsValid() && f.Kind() == reflect.String {
				f.SetString(value)
			}
		}
		left = append(left, name)
		err, _ := call.Call([]reflect.Value{ctx, req})[1].Interface().(error)
		require.ErrorContains(t, err, "a fault in the provider, please report it: ", name)
		require.Regexp(t, "while at work on ("+urn+"|"+Name+":index:getIssuer|it|the provider's configuration)\n", err.Error(), name)
	}
	require.Equal(t, []string{"Call", "Check", "CheckConfig", "Configure", "Construct", "Create", "Delete", "Diff", "DiffConfig", "Invoke", "Read", "Update"}, left)
}

func TestAPanicInAResourceNamesIt(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.meddle = func(all rpc.ResourceProviderServer) {
		outer := all.(*server)
		outer.ResourceProviderServer = panicking{outer.ResourceProviderServer}
	}
	s.declare("Group", "panics", map[string]any{"name": "panics", "friendlyName": "Panics"})
	s.declare("Group", "lives", map[string]any{"name": "lives", "friendlyName": "Lives"})
	s.options.ContinueOnError = true
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "a fault in the provider, please report it: a slip, while at work on urn:")
	require.Contains(t, o.text, "::panics")
	require.NotNil(t, s.find("lives"), "the others go on")
}

// panicking slips while it makes a resource of one name.
type panicking struct{ rpc.ResourceProviderServer }

func (p panicking) Create(ctx context.Context, req *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	if req.GetName() == "panics" {
		panic("a slip")
	}
	return p.ResourceProviderServer.Create(ctx, req)
}

// The client's own secret.

func TestAServersSecretSurvivesTheGroups(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{AutoSecret: true}))
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare("Client", "app", confidential("app")).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	requests := s.pocketID.counted(func() { s.mustUp() })
	require.NotContains(t, requests, "POST /api/oidc/clients/app/secrets", "the server has made one already")
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))
	require.True(t, signsIn(t, s.pocketID, "app", s.output("app", "clientSecret").(string)))
	s.steady()
}

func TestSecretsOfOthersAreNamedWhenOneIsMinted(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	app := confidential("app")
	app["secretRotationTriggers"] = map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	s.mustUp()
	theirs := s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", nil)
	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	o := s.mustUp()
	require.Contains(t, o.text, theirs["id"].(string))
	require.NotContains(t, o.text, theirs["secret"].(string))
	require.True(t, signsIn(t, s.pocketID, "app", theirs["secret"].(string)), "what others made is left alone")
	require.Equal(t, 2, secretsOf(s.pocketID, "app"))
}

// Pulumi writes a program from the inputs of what it imports, with secrets in the clear.
func TestAnImportPutsNoSecretIntoAProgram(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "wiki", "name": "Wiki", "callbackURLs": []string{}})
	s.pocketID.ask("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://scim.example", "token": "a token of theirs", "oidcClientId": "wiki"})
	token := func() any { return s.pocketID.ask("GET", "/api/oidc/clients/wiki/scim-service-provider", nil)["token"] }
	require.NoError(t, s.importing("ScimServiceProvider", "wiki", "wiki").err)
	require.NotContains(t, s.state("wiki").Inputs, resource.PropertyKey("token"))
	require.True(t, s.state("wiki").Outputs["token"].IsSecret(), "it is known, or its drift would not show")

	without := map[string]any{"clientId": "wiki", "endpoint": "https://scim.example"}
	with := func(token string) map[string]any {
		return map[string]any{"clientId": "wiki", "endpoint": "https://scim.example", "token": concealed(token)}
	}
	s.declare("ScimServiceProvider", "wiki", without)
	s.steady()
	without["endpoint"] = "https://scim.example/v2"
	s.declare("ScimServiceProvider", "wiki", without)
	s.mustUp()
	require.Equal(t, "a token of theirs", token(), "what the program never said is left alone")
	s.steady()

	without["endpoint"] = "https://scim.example"
	s.declare("ScimServiceProvider", "wiki", with("a token of theirs"))
	s.mustUp()
	s.steady()
	s.declare("ScimServiceProvider", "wiki", with("a token of ours"))
	s.mustUp()
	require.Equal(t, "a token of ours", token())
	s.declare("ScimServiceProvider", "wiki", without)
	o := s.mustUp()
	require.Contains(t, o.steps, "wiki", "what it said and says no longer goes")
	require.Empty(t, token())
	s.steady()
}

// Rule 11, for what a server says of a read or a removal.
func TestAnErrorOfAReadOrARemovalRepeatsNoSecret(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.declare("Client", "wiki", confidential("wiki"))
	s.declare("ScimServiceProvider", "wiki-scim", map[string]any{"endpoint": "https://scim.example", "token": concealed("a token of theirs")}).from = map[string]string{"clientId": "wiki.clientId"}
	s.mustUp()
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "scim") {
			reply(w, http.StatusBadRequest, "application/json", `{"error":"no good: a token of theirs","code":"validation_failed"}`)
			return true
		}
		return false
	})
	for what, o := range map[string]outcome{"refresh": s.refresh(), "destroy": s.destroy()} {
		require.Error(t, o.err, what)
		require.Contains(t, o.text, "no good: [secret]", what)
		require.NotContains(t, o.text, "a token of theirs", what)
	}
	s.pocketID.meddling(nil)
	require.NoError(t, s.destroy().err)
}
