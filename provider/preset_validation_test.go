package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

var (
	githubPreset     = map[string]any{"owner": "acme", "repository": "app", "branch": "main"}
	kubernetesPreset = map[string]any{"issuer": "https://k.example", "namespace": "n", "serviceAccount": "s"}
)

// presetFailures are the validation errors that inputs with a preset must cause.
type presetFailures struct {
	inputs map[string]any
	want   []string // the beginning of each error, in any order
}

func requirePresetFailures(t *testing.T, rows []presetFailures) {
	t.Helper()
	c := newChecker(t, newFake(t, fake.Options{}))
	for _, row := range rows {
		got := c.failures("FederatedIdentity", toProps(withValue(row.inputs, "clientId", "ci")))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for _, want := range row.want {
			require.True(t, slices.ContainsFunc(got, func(failure string) bool { return strings.HasPrefix(failure, want) }), "%v: no %q in %q", row.inputs, want, got)
		}
	}
}

func TestAnInvalidPresetIsReported(t *testing.T) {
	t.Parallel()
	requirePresetFailures(t, []presetFailures{
		{map[string]any{"githubActions": githubPreset}, nil},
		{map[string]any{"githubActions": githubPreset, "kubernetes": nil, "issuer": "", "subject": nil}, nil},
		{map[string]any{"githubActions": withValue(githubPreset, "tag", "")}, nil},
		{map[string]any{"githubActions": withValue(githubPreset, "pullRequest", false)}, nil},
		{map[string]any{"githubActions": githubPreset, "audience": "https://a.example", "jwksUrl": "https://k.example/keys", "replayProtection": true}, nil},
		{map[string]any{"githubActions": githubPreset, "kubernetes": kubernetesPreset}, []string{"githubActions: must not be set together with kubernetes"}},
		{map[string]any{"githubActions": githubPreset, "issuer": "https://i.example"}, []string{"issuer: must not be set together with githubActions, which determines it"}},
		{map[string]any{"githubActions": githubPreset, "subject": "repo:acme/app:ref:refs/heads/main"}, []string{"subject: must not be set together with githubActions"}},
		{map[string]any{"githubActions": map[string]any{}}, []string{"githubActions: must set exactly one of branch, tag, environment, pullRequest (got 0)", "githubActions.owner: is required", "githubActions.repository: is required"}},
		{map[string]any{"githubActions": withValue(githubPreset, "owner", "")}, []string{"githubActions.owner: is required"}},
		{map[string]any{"githubActions": withValue(githubPreset, "tag", "v1")}, []string{"githubActions: must set exactly one of branch, tag, environment, pullRequest (got 2)"}},
		{map[string]any{"githubActions": withValue(githubPreset, "barnch", "v1")}, []string{"githubActions.barnch: is not a field of this block; the fields are branch, enterprise,"}},
		{map[string]any{"githubActions": withValue(githubPreset, "owner", 7)}, []string{"githubActions.owner: must be a string"}},
		{map[string]any{"githubActions": withValue(githubPreset, "pullRequest", "yes")}, []string{"githubActions.pullRequest: must be true or false"}},
		{map[string]any{"azureManagedIdentity": map[string]any{"tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "principalId": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "tokenVersion": 1.5}}, []string{"azureManagedIdentity.tokenVersion: must be an integer"}},
		{map[string]any{"githubActions": "acme/app"}, []string{"githubActions: must be an object"}},
		{map[string]any{"githubActions": []any{githubPreset}}, []string{"githubActions: must be an object"}},
	})
}

func TestInvalidPresetFieldsAreReported(t *testing.T) {
	t.Parallel()
	requirePresetFailures(t, []presetFailures{
		{map[string]any{"githubActions": withValue(githubPreset, "repository", "acme/app")}, []string{"githubActions.repository: must be the name of the repository only, without its owner"}},
		{map[string]any{"githubActions": withValue(githubPreset, "branch", "refs/heads/main")}, []string{"githubActions.branch: must be the name without refs/heads/ or refs/tags/"}},
		{map[string]any{"githubActions": withValue(githubPreset, "branch", "release/*")}, []string{"githubActions.branch: must not contain *"}},
		{map[string]any{"githubActions": withValue(githubPreset, "branch", " main")}, []string{"githubActions.branch: must not begin or end with whitespace"}},
		{map[string]any{"githubActions": withValue(githubPreset, "ownerId", "123")}, []string{"githubActions.ownerId: must be set together with repositoryId"}},
		{map[string]any{"githubActions": withValue(githubPreset, "repositoryId", "123")}, []string{"githubActions.repositoryId: must be set together with ownerId"}},
		{map[string]any{"githubActions": withValue(withValue(githubPreset, "repositoryId", "app"), "ownerId", "123")}, []string{"githubActions.repositoryId: must be the numeric ID"}},
		{map[string]any{"githubActions": withValue(githubPreset, "host", "https://github.example.com")}, []string{"githubActions.host: must be a host name"}},
		{map[string]any{"kubernetes": withValue(kubernetesPreset, "issuer", "k.example")}, []string{"kubernetes.issuer: must be an http(s) URL"}},
		{map[string]any{"eks": map[string]any{"namespace": "n", "serviceAccount": "s"}}, []string{"eks: must set either issuer, or all of region, oidcId"}},
		{map[string]any{"eks": map[string]any{"namespace": "n", "serviceAccount": "s", "region": "r"}}, []string{"eks: must set either issuer"}},
		{map[string]any{"eks": map[string]any{"namespace": "n", "serviceAccount": "s", "region": "r", "oidcId": "X", "issuer": "https://i.example"}}, []string{"eks: must set either issuer"}},
		{map[string]any{"gke": map[string]any{"namespace": "n", "serviceAccount": "s", "project": "p", "location": "projects/p/locations/l", "cluster": "c"}}, []string{"gke.location: must be a name without a slash"}},
		{map[string]any{"azureManagedIdentity": map[string]any{"tenantId": "acme.onmicrosoft.com", "principalId": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb"}}, []string{"azureManagedIdentity.tenantId: must be the tenant ID"}},
		{map[string]any{"azureManagedIdentity": map[string]any{"tenantId": "AAAABBBB-0000-cccc-1111-dddd2222eeee", "principalId": "AAAAAAAA-0000-1111-2222-bbbbbbbbbbbb"}}, []string{
			"azureManagedIdentity.tenantId: must be the tenant ID, a UUID in lower case", "azureManagedIdentity.principalId: must be the object (principal) ID of the identity, a UUID in lower case"}},
		{map[string]any{"azureManagedIdentity": map[string]any{"tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "principalId": "my-identity", "tokenVersion": 3, "cloud": "moon"}}, []string{
			"azureManagedIdentity.principalId: must be the object (principal) ID", "azureManagedIdentity.tokenVersion: must be 1 or 2", "azureManagedIdentity.cloud: must be public, usGovernment or china"}},
		{map[string]any{"googleCloud": map[string]any{"uniqueId": "ci@acme.iam.gserviceaccount.com"}}, []string{"googleCloud.uniqueId: must be the numeric unique ID of the service account, not its email"}},
		{map[string]any{"aws": map[string]any{"issuer": "https://a.tokens.sts.global.api.aws", "principalArn": "arn:aws:sts::1:assumed-role/R/s"}}, []string{"aws.principalArn: must be the ARN of an IAM role or user"}},
		{map[string]any{"spiffe": map[string]any{"issuer": "https://s.example", "spiffeId": "example.org/api"}}, []string{"spiffe.spiffeId: must be a SPIFFE ID"}},
		{map[string]any{"gitlab": map[string]any{"project": "project", "branch": "main", "tag": "v1"}}, []string{"gitlab: must set exactly one of branch, tag (got 2)", "gitlab.project: must be the full path"}},
		{map[string]any{"hcpTerraform": map[string]any{"organization": "o", "project": "p", "workspace": "w", "runPhase": "destroy"}}, []string{"hcpTerraform.runPhase: must be plan or apply"}},
		{map[string]any{"buildkite": map[string]any{}}, []string{"buildkite: must set exactly one of pipelineId, clusterId (got 0)"}},
		{map[string]any{"buildkite": map[string]any{"pipelineId": "my-pipeline"}}, []string{"buildkite.pipelineId: must be the pipeline ID"}},
		{map[string]any{"tailscale": map[string]any{"host": "tsiam.example.ts.net/", "node": "n"}}, []string{"tailscale.host: must be a host name"}},
	})
}

func TestUnknownPresetFieldsAreNotValidated(t *testing.T) {
	t.Parallel()
	requirePresetFailures(t, []presetFailures{
		{map[string]any{"githubActions": unknown}, nil},
		{map[string]any{"githubActions": withValue(githubPreset, "tag", unknown)}, nil},
		{map[string]any{"githubActions": map[string]any{"owner": unknown, "repository": unknown, "branch": unknown, "host": unknown}}, nil},
		{map[string]any{"eks": map[string]any{"namespace": unknown, "serviceAccount": "s", "issuer": unknown}}, nil},
		{map[string]any{"githubActions": unknown, "issuer": "https://i.example"}, []string{"issuer: must not be set together with githubActions"}},
		{map[string]any{"githubActions": githubPreset, "subject": unknown}, []string{"subject: must not be set together with githubActions"}},
	})
}

func TestPresetFailuresDoNotContainSecrets(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	secret := resource.MakeSecret(resource.NewProperty("hidden*value "))
	for _, block := range []any{
		resource.MakeSecret(resource.NewProperty("hidden*value")),
		map[string]any{"owner": secret, "repository": "app", "branch": "main"},
		map[string]any{"owner": "acme", "repository": "app", "branch": secret},
		map[string]any{"owner": "acme", "repository": "app", "pullRequest": secret},
		map[string]any{"owner": "acme", "repository": "app", "typo": secret},
		map[string]any{"owner": secret},
	} {
		c.requireRedactedFailures("FederatedIdentity", toProps(map[string]any{"clientId": "ci", "githubActions": block}), "hidden")
	}
}
