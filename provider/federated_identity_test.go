package provider

import (
	"fmt"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func TestFederatedIdentityLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.instance.skipWithoutSubjects()
	id := uniqueName("ci")
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}, "createSecret": false})
	github := map[string]any{"issuer": "https://token.example", "subject": "repo:acme/app:ref:refs/heads/main", "jwksUrl": "https://token.example/keys"}
	s.declare("FederatedIdentity", "github", github).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, id+"#https://token.example", string(s.state("github").ID))
	require.Equal(t, "repo:acme/app:ref:refs/heads/main", s.output("github", "effectiveSubject"))
	require.Equal(t, s.output("ci", "issuer"), s.output("github", "effectiveAudience"), "the default must be the issuer of the instance")
	require.Equal(t, "https://token.example/keys", s.output("github", "effectiveJwksUrl"))
	s.requireNoChanges()

	github["subject"], github["audience"] = "repo:acme/app:environment:prod", "https://aud.example"
	s.declare("FederatedIdentity", "github", github)
	o := s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["github"])
	require.True(t, o.outputs["github"]["effectiveSubject"].ContainsUnknowns())
	require.False(t, o.outputs["github"]["effectiveJwksUrl"].ContainsUnknowns())
	s.mustUp()
	fi := s.instance.identities(id)[0].(map[string]any)
	require.Equal(t, "repo:acme/app:environment:prod", fi["subject"])
	require.Equal(t, "https://aud.example", fi["audience"])
	s.requireNoChanges()

	delete(github, "subject")
	delete(github, "audience")
	delete(github, "jwksUrl")
	s.declare("FederatedIdentity", "github", github)
	s.mustUp()
	require.Equal(t, id, s.output("github", "effectiveSubject"))
	require.Equal(t, "https://token.example/.well-known/jwks.json", s.output("github", "effectiveJwksUrl"))
	require.NotContains(t, s.instance.identities(id)[0], "subject")
	s.requireNoChanges()

	github["issuer"] = "https://other.example"
	s.declare("FederatedIdentity", "github", github)
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["github"])
	require.Len(t, s.instance.identities(id), 1)
	s.requireNoChanges()

	s.drop("github")
	s.mustUp()
	require.Empty(t, s.instance.identities(id))
}

// TestTwentyIdentitiesOfOneClientNeedFewRequests is not parallel: it needs the whole machine. No
// run loses an identity.
func TestTwentyIdentitiesOfOneClientNeedFewRequests(t *testing.T) {
	skipIfEngineRaces(t)
	requireFewRequests(t, 20, 12, 12, func() (requests int, took time.Duration) { return requestsForTwentyIdentities(t) })
}

// requestsForTwentyIdentities creates twenty identities and a duplicate in one
// update. Only the duplicate must fail. It returns the number of requests for the
// client, and how long the update took.
func requestsForTwentyIdentities(t *testing.T) (requests int, took time.Duration) {
	t.Helper()
	s := newStack(t, newInstance(t))
	id := uniqueName("ci")
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}, "createSecret": false})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	for n := range 20 {
		s.declare("FederatedIdentity", fmt.Sprint("fi", n), map[string]any{"clientId": id, "issuer": fmt.Sprintf("https://i%d.example", n)})
	}
	s.declare("FederatedIdentity", "again", map[string]any{"clientId": id, "issuer": "https://i7.example", "subject": "another"})
	s.options.ContinueOnError = true
	var o outcome
	began := time.Now()
	all := s.instance.requestsDuring(func() { o = s.up() })
	took = time.Since(began)
	path := "/api/oidc/clients/" + id
	requests = countRequests(all, "GET "+path) + countRequests(all, "PUT "+path)
	require.Error(t, o.err, "a second identity of an issuer is never used")
	require.Regexp(t, `FederatedIdentity "(fi7|again)" has the same issuer on the same client, and Pocket ID only uses the first federated identity of an issuer`, o.messages)
	require.Len(t, s.instance.identities(id), 20, "an identity other than the duplicate is lost")
	second := "again"
	if s.find("again") != nil {
		second = "fi7"
	}
	s.drop(second)
	s.requireNoChanges()
	return requests, took
}

func TestSecondFederatedIdentityOfAnIssuerIsRefused(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.instance.skipWithoutSubjects()
	id := uniqueName("ci")
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}, "createSecret": false})
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": id, "issuer": "https://i.example", "subject": "one"}).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })

	t.Log("declared twice in one program: refused in the preview")
	s.declare("FederatedIdentity", "again", map[string]any{"issuer": "https://i.example", "subject": "another"}).from = map[string]string{"clientId": "ci.clientId"}
	o := s.preview()
	require.Error(t, o.err, "a second identity of an issuer is never used")
	require.Contains(t, o.messages, "create another client for another subject")
	require.Error(t, s.up().err)
	require.Len(t, s.instance.identities(id), 1)
	s.drop("again")
	s.requireNoChanges()

	t.Log("created outside the program: refused before the first write")
	other := newStack(t, s.instance)
	other.declare("FederatedIdentity", "again", map[string]any{"clientId": id, "issuer": "https://i.example", "subject": "another"})
	o = other.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "has a federated identity for https://i.example already")
	require.Contains(t, o.messages, "create another client")
	require.Equal(t, "one", s.instance.identities(id)[0].(map[string]any)["subject"])
}

func TestFederatedIdentitiesOfOthersAreKept(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("ci")
	ci := map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{"https://a.example"}}
	s.declare("Client", "ci", ci)
	s.declare("FederatedIdentity", "ours", map[string]any{"issuer": "https://ours.example"}).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.instance.editClient(id, func(c map[string]any) {
		credentials := c["credentials"].(map[string]any)
		credentials["federatedIdentities"] = append(credentials["federatedIdentities"].([]any), map[string]any{"issuer": "https://theirs.example", "subject": "them"})
	})
	ci["name"] = "CI 2"
	s.declare("Client", "ci", ci)
	s.drop("ours")
	s.mustUp()
	require.Len(t, s.instance.identities(id), 1)
	require.Equal(t, "https://theirs.example", s.instance.identities(id)[0].(map[string]any)["issuer"])
	require.Equal(t, "CI 2", s.instance.client(id)["name"])
}

func TestDeleteRemovesDuplicateFederatedIdentities(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("ci")
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}})
	s.declare("FederatedIdentity", "ours", map[string]any{"issuer": "https://ours.example"}).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.instance.editClient(id, func(c map[string]any) {
		credentials := c["credentials"].(map[string]any)
		credentials["federatedIdentities"] = append(credentials["federatedIdentities"].([]any), map[string]any{"issuer": "https://ours.example", "subject": "sleeper"})
	})
	s.drop("ours")
	s.mustUp()
	require.Empty(t, s.instance.identities(id))
}

func TestImportedFederatedIdentityShowsNoDiff(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	id := uniqueName("ci")
	instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "CI", "callbackURLs": []string{}, "credentials": map[string]any{"federatedIdentities": []any{
		map[string]any{"issuer": "https://i.example/", "subject": "s", "audience": "a", "jwks": "https://i.example/keys"},
		map[string]any{"issuer": "an odd one # with spaces"},
	}}})
	t.Cleanup(func() { instance.request("DELETE", "/api/oidc/clients/"+id, nil) })
	s := newStack(t, instance)
	require.NoError(t, s.importResource("FederatedIdentity", "it", id+"#https://i.example/").err)
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": id, "issuer": "https://i.example/", "subject": "s", "audience": "a", "jwksUrl": "https://i.example/keys", "replayProtection": false})
	s.requireNoChanges()

	t.Log("an existing object that breaks a rule of the provider is kept with a warning")
	s = newStack(t, instance)
	require.NoError(t, s.importResource("FederatedIdentity", "odd", id+"#an odd one # with spaces").err)
	s.declare("FederatedIdentity", "odd", map[string]any{"clientId": id, "issuer": "an odd one # with spaces"})
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Contains(t, o.messages, "must be an http(s) URL unless jwksUrl or publicKeys is set")
	s.requireNoChanges()
}

func TestOutputsDerivedFromASecretAreSecret(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.instance.skipWithoutSubjects()
	id := uniqueName("ci")
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}})
	s.declare("FederatedIdentity", "it", map[string]any{"issuer": "https://i.example", "subject": resource.MakeSecret(resource.NewProperty("hidden subject"))}).
		from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	for range 2 {
		for _, name := range []resource.PropertyKey{"subject", "effectiveSubject"} {
			require.True(t, s.state("it").Outputs[name].IsSecret(), name)
		}
		s.requireNoChanges()
	}
	s.declare("FederatedIdentity", "it", map[string]any{"issuer": "https://i.example", "subject": resource.MakeSecret(resource.NewProperty("another"))})
	s.mustUp()
	require.True(t, s.state("it").Outputs["effectiveSubject"].IsSecret())
}

func TestFederatedIdentityDriftIsDetectedAndCorrected(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.instance.skipWithoutSubjects()
	id := uniqueName("ci")
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}})
	s.declare("FederatedIdentity", "it", map[string]any{"issuer": "https://i.example", "subject": "s"}).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.instance.editClient(id, func(c map[string]any) {
		c["credentials"].(map[string]any)["federatedIdentities"].([]any)[0].(map[string]any)["subject"] = "evil"
	})
	require.NoError(t, s.refresh().err)
	o := s.mustUp()
	require.Equal(t, []string{"subject"}, o.diffs["it"])
	require.Equal(t, "s", s.instance.identities(id)[0].(map[string]any)["subject"])
	s.requireNoChanges()
	t.Log("removed outside Pulumi, it is recreated")
	s.instance.editClient(id, func(c map[string]any) { c["credentials"] = map[string]any{} })
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.Len(t, s.instance.identities(id), 1)
	s.requireNoChanges()
}
