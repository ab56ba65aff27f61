package provider

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

const mainBranch = "repo:acme/app:ref:refs/heads/main"

func githubBranch(repository, branch string) map[string]any {
	return map[string]any{"owner": "acme", "repository": repository, "branch": branch}
}

// newStackWithPreset returns a stack with a federated identity of GitHub Actions.
func newStackWithPreset(t *testing.T) *stack {
	t.Helper()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": "ci", "callbackUrls": []any{}, "createSecret": false})
	s.declareGitHub(githubBranch("app", "main"), "https://aud.example")
	s.mustUp()
	return s
}

func (s *stack) declareGitHub(preset map[string]any, audience string, ignored ...string) {
	d := s.declare("FederatedIdentity", "it", map[string]any{"githubActions": preset, "audience": audience})
	d.from = map[string]string{"clientId": "ci.clientId"}
	d.options.IgnoreChanges = ignored
}

// The engine puts the old inputs in the place of ignored ones before the provider sees
// them. The old inputs have plain inputs in the place of a preset.
func TestIgnoredChangesOfAPresetKeepTheIdentity(t *testing.T) {
	t.Parallel()
	for _, ignored := range [][]string{
		{"githubActions"}, {"githubActions.branch"}, {`githubActions["branch"]`}, {"subject"}, {"issuer", "subject"}, {"githubActions", "subject"},
		{"githubActions.branch", "githubActions.repository"}, {"githubActions.owner"},
	} {
		for _, refreshed := range []bool{false, true} {
			s := newStackWithPreset(t)
			if refreshed {
				require.NoError(t, s.refresh().err)
			}
			s.declareGitHub(githubBranch("other", "next"), "https://aud.example", ignored...)
			for range 2 { // the first update stores its inputs
				o := s.preview()
				require.NoError(t, o.err, "%v: %s", ignored, o.messages)
				require.Empty(t, o.steps, "%v: %v", ignored, o.diffs)
				require.Empty(t, s.mustUp().steps)
			}
			s.declareGitHub(githubBranch("other", "next"), "https://new.example", ignored...)
			o := s.preview()
			require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["it"], "%v: %s", ignored, o.messages)
			require.Equal(t, []string{"audience"}, o.diffs["it"], ignored)
			s.mustUp()
			identity := s.instance.identities("ci")[0].(map[string]any)
			require.Equal(t, mainBranch, identity["subject"], ignored)
			require.Equal(t, "https://new.example", identity["audience"], ignored)
			require.Equal(t, mainBranch, s.output("it", "effectiveSubject"))
			s.requireNoChanges()
		}
	}
}

// Without an optional field a preset can mean another issuer, and the engine removes the
// field if its changes are ignored.
func TestAnIgnoredOptionalFieldOfAPresetDoesNotReplace(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": "ci", "callbackUrls": []any{}, "createSecret": false})
	azure := map[string]any{"clientId": "ci", "audience": "api://a", "azureManagedIdentity": map[string]any{"tenantId": exampleUUID, "principalId": exampleUUID, "tokenVersion": 2}}
	s.declare("FederatedIdentity", "it", azure).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	s.declare("FederatedIdentity", "it", azure).options.IgnoreChanges = []string{"azureManagedIdentity.tokenVersion"}
	require.Empty(t, s.mustUp().steps)
	require.Empty(t, s.mustUp().steps)
	s.requireNoChanges()
}

func TestIgnoredChangesKeepADriftedSubject(t *testing.T) {
	t.Parallel()
	s := newStackWithPreset(t)
	s.instance.editClient("ci", func(c map[string]any) {
		c["credentials"].(map[string]any)["federatedIdentities"].([]any)[0].(map[string]any)["subject"] = "by hand"
	})
	require.NoError(t, s.refresh().err)
	for _, ignored := range []string{"githubActions", "githubActions.branch", "subject"} {
		s.declareGitHub(githubBranch("app", "main"), "https://aud.example", ignored)
		require.Empty(t, s.mustUp().steps, ignored)
	}
	s.declareGitHub(githubBranch("app", "main"), "https://aud.example")
	require.Equal(t, []string{"subject"}, s.mustUp().diffs["it"])
}

// What would be an error of a new resource is one of an existing resource, too, unless
// its changes are ignored.
func TestWrongPresetsOfAnExistingIdentityAreErrors(t *testing.T) {
	t.Parallel()
	for message, program := range map[string]map[string]any{
		"must be set to the iss claim": {"audience": "https://aud.example"},
		"githubActions":                {"githubActions": map[string]any{"owner": "acme", "repository": "app"}},
		"must not be set together":     {"githubActions": githubBranch("other", "main"), "subject": mainBranch},
	} {
		for _, ignored := range [][]string{nil, {"audience"}} {
			s := newStackWithPreset(t)
			d := s.declare("FederatedIdentity", "it", program)
			d.options.IgnoreChanges = ignored
			for _, operation := range []func() outcome{s.preview, s.up} {
				o := operation()
				require.Error(t, o.err, message)
				require.Contains(t, o.messages, message)
			}
			require.Equal(t, mainBranch, s.instance.identities("ci")[0].(map[string]any)["subject"])
		}
	}
}
