package provider

import (
	"maps"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// inputs are plain Go values as Canonical meets them.
func inputs(m map[string]any) property.Map { return resource.FromResourcePropertyMap(said(m)) }

func with(m map[string]any, name string, value any) map[string]any {
	m = maps.Clone(m)
	m[name] = value
	return m
}

// Each part of each preset: where it is unknown, what comes of it is unknown, and
// where it is secret, what comes of it is secret; nothing else is.
func TestWhatIsDerivedIsUnknownOrSecretAsItsPartsAre(t *testing.T) {
	t.Parallel()
	derived := []string{"issuer", "subject", "jwksUrl"}
	dependency := urn.URN("urn:pulumi:s::p::a:b:C::d")
	for _, d := range documentedTokens {
		plainly, failures := expand(inputs(map[string]any{d.preset: d.block}))
		require.Empty(t, failures)
		for name, value := range d.block {
			text, ok := value.(string)
			if !ok {
				continue
			}
			touched := map[string]bool{}
			for _, another := range []string{text + "9", text[:len(text)-1] + "0", "plan", "public", "china", "cn-north-1"} {
				changed, failures := expand(inputs(map[string]any{d.preset: with(d.block, name, another)}))
				for _, field := range derived {
					touched[field] = touched[field] || len(failures) == 0 && !same(plainly.Get(field), changed.Get(field))
				}
			}
			v := property.New(text)
			block := inputs(d.block)
			unknown, failures := expand(property.NewMap(map[string]property.Value{d.preset: property.New(block.Set(name, property.New(property.Computed)))}))
			require.Empty(t, failures, "%s.%s", d.preset, name)
			secret, failures := expand(property.NewMap(map[string]property.Value{d.preset: property.New(block.Set(name, v.WithSecret(true).WithDependencies([]urn.URN{dependency})))}))
			require.Empty(t, failures, "%s.%s", d.preset, name)
			affected := 0
			for _, field := range derived {
				if plainly.Get(field).IsNull() {
					require.True(t, unknown.Get(field).IsNull())
					continue
				}
				if touched[field] {
					affected++
					require.True(t, unknown.Get(field).IsComputed(), "%s.%s -> %s", d.preset, name, field)
					require.True(t, secret.Get(field).Secret(), "%s.%s -> %s", d.preset, name, field)
					require.Equal(t, []urn.URN{dependency}, secret.Get(field).Dependencies())
				} else {
					require.False(t, unknown.Get(field).HasComputed(), "%s.%s -> %s", d.preset, name, field)
					require.False(t, secret.Get(field).HasSecrets(), "%s.%s -> %s", d.preset, name, field)
				}
				require.True(t, same(plainly.Get(field), secret.Get(field)), "a secret is derived as anything else is")
			}
			require.NotZero(t, affected, "%s.%s changes nothing", d.preset, name)
		}
	}
}

func TestABlockAsAWholeMayBeUnknownOrSecret(t *testing.T) {
	t.Parallel()
	for _, p := range presets() {
		out, failures := expand(property.NewMap(map[string]property.Value{p.block: property.New(property.Computed).WithSecret(true)}))
		require.Empty(t, failures, p.block)
		require.True(t, out.Get(p.block).IsNull(), p.block)
		for _, field := range []string{"issuer", "subject"} {
			require.True(t, out.Get(field).IsComputed() && out.Get(field).Secret(), p.block)
		}
	}
	for _, d := range documentedTokens {
		out, failures := expand(property.NewMap(map[string]property.Value{d.preset: property.New(inputs(d.block)).WithSecret(true)}))
		require.Empty(t, failures, d.preset)
		for _, field := range []string{"issuer", "subject"} {
			require.True(t, out.Get(field).Secret(), d.preset)
		}
		require.Equal(t, d.iss, text(out.Get("issuer")))
		require.Equal(t, d.sub, text(out.Get("subject")))
	}
}

// The engine's way: unknown in the preview, secret in the state, and what is
// known already is shown already.
func TestAPresetOfWhatIsNotThereYet(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	s.pocketID.knowsSubjects()
	id := named("ci")
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}, "createSecret": false})
	s.declare("FederatedIdentity", "it", map[string]any{"githubActions": map[string]any{
		"owner": "acme", "repository": unknown, "branch": resource.MakeSecret(resource.NewProperty("hidden-branch")),
	}}).from = map[string]string{"clientId": "ci.clientId"}
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.True(t, o.new["it"]["subject"].ContainsUnknowns())
	require.Equal(t, "https://token.actions.githubusercontent.com", o.new["it"]["issuer"].StringValue())
	require.NotContains(t, o.text, "hidden-branch")

	s.declare("FederatedIdentity", "it", map[string]any{"githubActions": map[string]any{
		"owner": "acme", "repository": "app", "branch": resource.MakeSecret(resource.NewProperty("hidden-branch")),
	}})
	o = s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.NotContains(t, o.text, "hidden-branch")
	for _, name := range []resource.PropertyKey{"subject", "effectiveSubject"} {
		require.True(t, s.state("it").Outputs[name].IsSecret(), name)
	}
	require.True(t, s.state("it").Inputs["subject"].IsSecret())
	require.False(t, s.state("it").Outputs["issuer"].IsSecret())
	require.Equal(t, "repo:acme/app:ref:refs/heads/hidden-branch", s.output("it", "subject"))
	s.steady()

	t.Log("a change of a part is one of what comes of it")
	s.declare("FederatedIdentity", "it", map[string]any{"githubActions": map[string]any{"owner": "acme", "repository": "app", "environment": "prod"}})
	o = s.mustUp()
	require.Equal(t, []string{"subject"}, o.diffs["it"])
	require.Equal(t, "repo:acme/app:environment:prod", s.pocketID.identities(id)[0].(map[string]any)["subject"])
	s.steady()

	t.Log("what was imported shows no change either")
	fresh := newStack(t, s.pocketID)
	require.NoError(t, fresh.importing("FederatedIdentity", "it", id+"#https://token.actions.githubusercontent.com").err)
	fresh.declare("FederatedIdentity", "it", map[string]any{"clientId": id, "githubActions": map[string]any{"owner": "acme", "repository": "app", "environment": "prod"}})
	fresh.steady()
}

func TestABadPresetIsAFailureThatNamesIt(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	github := map[string]any{"owner": "acme", "repository": "app", "branch": "main"}
	kubernetes := map[string]any{"issuer": "https://k.example", "namespace": "n", "serviceAccount": "s"}
	for _, row := range []struct {
		inputs map[string]any
		want   []string // beginnings of failures, one each
	}{
		{map[string]any{"githubActions": github}, nil},
		{map[string]any{"githubActions": github, "kubernetes": nil, "issuer": "", "subject": nil}, nil},
		{map[string]any{"githubActions": with(github, "tag", "")}, nil},
		{map[string]any{"githubActions": with(github, "pullRequest", false)}, nil},
		{map[string]any{"githubActions": github, "audience": "https://a.example", "jwksUrl": "https://k.example/keys", "replayProtection": true}, nil},
		{map[string]any{"githubActions": github, "kubernetes": kubernetes}, []string{"githubActions: must not be set together with kubernetes"}},
		{map[string]any{"githubActions": github, "issuer": "https://i.example"}, []string{"issuer: must not be set together with githubActions, which says it"}},
		{map[string]any{"githubActions": github, "subject": "repo:acme/app:ref:refs/heads/main"}, []string{"subject: must not be set together with githubActions"}},
		{map[string]any{"githubActions": map[string]any{}}, []string{"githubActions: must say exactly one of branch, tag, environment, pullRequest, says 0", "githubActions.owner: must be set", "githubActions.repository: must be set"}},
		{map[string]any{"githubActions": with(github, "owner", "")}, []string{"githubActions.owner: must be set"}},
		{map[string]any{"githubActions": with(github, "tag", "v1")}, []string{"githubActions: must say exactly one of branch, tag, environment, pullRequest, says 2"}},
		{map[string]any{"githubActions": with(github, "barnch", "v1")}, []string{"githubActions.barnch: is not known here; there are branch, enterprise,"}},
		{map[string]any{"githubActions": with(github, "owner", 7)}, []string{"githubActions.owner: must be a string"}},
		{map[string]any{"githubActions": with(github, "pullRequest", "yes")}, []string{"githubActions.pullRequest: must be true or false"}},
		{map[string]any{"azureManagedIdentity": map[string]any{"tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "principalId": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "tokenVersion": 1.5}}, []string{"azureManagedIdentity.tokenVersion: must be a whole number"}},
		{map[string]any{"githubActions": "acme/app"}, []string{"githubActions: must be an object"}},
		{map[string]any{"githubActions": []any{github}}, []string{"githubActions: must be an object"}},
		{map[string]any{"githubActions": with(github, "repository", "acme/app")}, []string{"githubActions.repository: must be the name alone, without its owner"}},
		{map[string]any{"githubActions": with(github, "branch", "refs/heads/main")}, []string{"githubActions.branch: must be the name alone"}},
		{map[string]any{"githubActions": with(github, "branch", "release/*")}, []string{"githubActions.branch: must not contain *"}},
		{map[string]any{"githubActions": with(github, "branch", " main")}, []string{"githubActions.branch: must not begin or end with space"}},
		{map[string]any{"githubActions": with(github, "ownerId", "123")}, []string{"githubActions.ownerId: must be set together with repositoryId"}},
		{map[string]any{"githubActions": with(github, "repositoryId", "123")}, []string{"githubActions.repositoryId: must be set together with ownerId"}},
		{map[string]any{"githubActions": with(with(github, "repositoryId", "app"), "ownerId", "123")}, []string{"githubActions.repositoryId: must be the numeric id"}},
		{map[string]any{"githubActions": with(github, "host", "https://github.example.com")}, []string{"githubActions.host: must be the name of a host"}},
		{map[string]any{"kubernetes": with(kubernetes, "issuer", "k.example")}, []string{"kubernetes.issuer: must be an http(s) URL"}},
		{map[string]any{"eks": map[string]any{"namespace": "n", "serviceAccount": "s"}}, []string{"eks: must say either issuer, or all of region, oidcId"}},
		{map[string]any{"eks": map[string]any{"namespace": "n", "serviceAccount": "s", "region": "r"}}, []string{"eks: must say either issuer"}},
		{map[string]any{"eks": map[string]any{"namespace": "n", "serviceAccount": "s", "region": "r", "oidcId": "X", "issuer": "https://i.example"}}, []string{"eks: must say either issuer"}},
		{map[string]any{"gke": map[string]any{"namespace": "n", "serviceAccount": "s", "project": "p", "location": "projects/p/locations/l", "cluster": "c"}}, []string{"gke.location: must be a name alone"}},
		{map[string]any{"azureManagedIdentity": map[string]any{"tenantId": "acme.onmicrosoft.com", "principalId": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb"}}, []string{"azureManagedIdentity.tenantId: must be the tenant's id"}},
		{map[string]any{"azureManagedIdentity": map[string]any{"tenantId": "AAAABBBB-0000-cccc-1111-dddd2222eeee", "principalId": "AAAAAAAA-0000-1111-2222-bbbbbbbbbbbb"}}, []string{
			"azureManagedIdentity.tenantId: must be the tenant's id, a UUID in lower case", "azureManagedIdentity.principalId: must be the object (principal) id of the identity, a UUID in lower case"}},
		{map[string]any{"azureManagedIdentity": map[string]any{"tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "principalId": "my-identity", "tokenVersion": 3, "cloud": "moon"}}, []string{
			"azureManagedIdentity.principalId: must be the object (principal) id", "azureManagedIdentity.tokenVersion: must be 1 or 2", "azureManagedIdentity.cloud: must be public, usGovernment or china"}},
		{map[string]any{"googleCloud": map[string]any{"uniqueId": "ci@acme.iam.gserviceaccount.com"}}, []string{"googleCloud.uniqueId: must be the numeric unique id of the service account, not its email"}},
		{map[string]any{"aws": map[string]any{"issuer": "https://a.tokens.sts.global.api.aws", "principalArn": "arn:aws:sts::1:assumed-role/R/s"}}, []string{"aws.principalArn: must be the ARN of an IAM role or user"}},
		{map[string]any{"spiffe": map[string]any{"issuer": "https://s.example", "spiffeId": "example.org/api"}}, []string{"spiffe.spiffeId: must be a SPIFFE ID"}},
		{map[string]any{"gitlab": map[string]any{"project": "project", "branch": "main", "tag": "v1"}}, []string{"gitlab: must say exactly one of branch, tag, says 2", "gitlab.project: must be the full path"}},
		{map[string]any{"hcpTerraform": map[string]any{"organization": "o", "project": "p", "workspace": "w", "runPhase": "destroy"}}, []string{"hcpTerraform.runPhase: must be plan or apply"}},
		{map[string]any{"buildkite": map[string]any{}}, []string{"buildkite: must say exactly one of pipelineId, clusterId, says 0"}},
		{map[string]any{"buildkite": map[string]any{"pipelineId": "my-pipeline"}}, []string{"buildkite.pipelineId: must be the pipeline's id"}},
		{map[string]any{"tailscale": map[string]any{"host": "tsiam.example.ts.net/", "node": "n"}}, []string{"tailscale.host: must be the name of a host"}},
		// What is unknown is not judged.
		{map[string]any{"githubActions": unknown}, nil},
		{map[string]any{"githubActions": with(github, "tag", unknown)}, nil},
		{map[string]any{"githubActions": map[string]any{"owner": unknown, "repository": unknown, "branch": unknown, "host": unknown}}, nil},
		{map[string]any{"eks": map[string]any{"namespace": unknown, "serviceAccount": "s", "issuer": unknown}}, nil},
		{map[string]any{"githubActions": unknown, "issuer": "https://i.example"}, []string{"issuer: must not be set together with githubActions"}},
		{map[string]any{"githubActions": github, "subject": unknown}, []string{"subject: must not be set together with githubActions"}},
	} {
		got := c.failures("FederatedIdentity", said(with(row.inputs, "clientId", "ci")))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.Condition(t, func() bool {
				for _, g := range got {
					if strings.HasPrefix(g, want) {
						return true
					}
				}
				return false
			}, "%v: no %q (%d) in %q", row.inputs, want, i, got)
		}
	}
}

func TestAFailureOfAPresetNeverRepeatsASecret(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	secret := resource.MakeSecret(resource.NewProperty("hidden*value "))
	for _, block := range []any{
		resource.MakeSecret(resource.NewProperty("hidden*value")),
		map[string]any{"owner": secret, "repository": "app", "branch": "main"},
		map[string]any{"owner": "acme", "repository": "app", "branch": secret},
		map[string]any{"owner": "acme", "repository": "app", "pullRequest": secret},
		map[string]any{"owner": "acme", "repository": "app", "typo": secret},
		map[string]any{"owner": secret},
	} {
		c.hushed("FederatedIdentity", said(map[string]any{"clientId": "ci", "githubActions": block}), "hidden")
	}
}
