package workload

import (
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

const (
	githubIssuer = "https://token.actions.githubusercontent.com"
	githubKeys   = githubIssuer + "/.well-known/jwks"
	mainBranch   = "repo:acme/app:ref:refs/heads/main"
	nextBranch   = "repo:acme/app:ref:refs/heads/next"
)

type values = map[string]any

func propertyMap(m values) property.Map {
	return resource.FromResourcePropertyMap(resource.NewPropertyMapFromMap(m))
}

func githubBranch(branch string) values {
	return values{"owner": "acme", "repository": "app", "branch": branch}
}

func failedProperties(failures []p.CheckFailure) (names []string) {
	for _, f := range failures {
		names = append(names, f.Property)
	}
	return names
}

// What the engine makes of a program with ignoreChanges: it removes a block or a field of it, which the old
// inputs do not have, and adds a derived input with its old value.
func TestIgnoredInputsGetTheirOldValues(t *testing.T) {
	t.Parallel()
	old := values{"issuer": githubIssuer, "subject": mainBranch, "jwksUrl": githubKeys}
	for name, row := range map[string]struct {
		in, out  values
		ignored  []string
		failures []string
	}{
		"a preset": {
			in:  values{"githubActions": githubBranch("next")},
			out: values{"issuer": githubIssuer, "subject": nextBranch, "jwksUrl": githubKeys},
		},
		"plain inputs": {
			in:  values{"issuer": "https://other.example", "audience": "a"},
			out: values{"issuer": "https://other.example", "audience": "a"},
		},
		"an ignored block": {
			in: values{"audience": "a"}, out: values{"audience": "a", "issuer": githubIssuer, "subject": mainBranch, "jwksUrl": githubKeys},
			ignored: append(PresetNames(), "issuer"),
		},
		"an ignored block beside public keys": {
			in: values{"publicKeys": "{}"}, out: values{"publicKeys": "{}", "issuer": githubIssuer, "subject": mainBranch},
			ignored: append(PresetNames(), "issuer"),
		},
		"an ignored subject": {
			in:      values{"githubActions": githubBranch("next"), "subject": mainBranch},
			out:     values{"issuer": githubIssuer, "subject": mainBranch, "jwksUrl": githubKeys},
			ignored: []string{"subject"}, failures: []string{"subject"},
		},
		"an ignored issuer and subject": {
			in:      values{"githubActions": githubBranch("next"), "issuer": githubIssuer, "subject": mainBranch},
			out:     values{"issuer": githubIssuer, "subject": mainBranch, "jwksUrl": githubKeys},
			ignored: []string{"issuer", "subject"}, failures: []string{"issuer", "subject"},
		},
		"a subject beside a preset that is not the old one": {
			in:      values{"githubActions": githubBranch("next"), "subject": "by hand"},
			out:     values{"issuer": githubIssuer, "subject": "by hand", "jwksUrl": githubKeys},
			ignored: []string{"githubActions"}, failures: []string{"subject"},
		},
		"an ignored field that is required": {
			in:      values{"githubActions": values{"owner": "acme", "branch": "next"}},
			out:     values{"issuer": githubIssuer, "subject": mainBranch, "jwksUrl": githubKeys},
			ignored: []string{"githubActions"}, failures: []string{"githubActions.repository"},
		},
		"two presets": {
			in:      values{"githubActions": githubBranch("next"), "nomad": values{}},
			out:     values{"issuer": githubIssuer, "subject": mainBranch, "jwksUrl": githubKeys},
			ignored: []string{"githubActions", "nomad"}, failures: []string{"nomad"},
		},
	} {
		out, ignored, failures := ExpandUpdate(propertyMap(row.in), propertyMap(old))
		require.Equal(t, propertyMap(row.out), out, name)
		require.Equal(t, row.ignored, ignored, name)
		require.Equal(t, row.failures, failedProperties(failures), name)
	}
}

func TestANewIdentityHasNoOldValues(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]values{
		"nothing": {}, "a subject beside a preset": {"githubActions": githubBranch("main"), "subject": mainBranch}, "an incomplete preset": {"githubActions": values{"owner": "acme"}},
	} {
		out, ignored, failures := ExpandUpdate(propertyMap(in), property.Map{})
		require.Equal(t, propertyMap(in), out, name)
		require.Empty(t, ignored, name)
		require.Equal(t, len(in) == 0, len(failures) == 0, name) // without an issuer, the check of the resource fails
	}
}

// The state has what is in effect: a derived value may have changed since the last update, here or on the server.
func TestIgnoredChangesKeepTheDerivedInputsOfTheState(t *testing.T) {
	t.Parallel()
	in := values{"issuer": githubIssuer, "subject": nextBranch, "jwksUrl": githubKeys, "audience": "new"}
	state := values{"issuer": "https://by-hand.example", "subject": "by hand", "jwksUrl": "https://by-hand.example/keys", "audience": "old"}
	without := func(m values, name string) values {
		out := values{}
		for key, v := range m {
			if key != name {
				out[key] = v
			}
		}
		return out
	}
	kept := values{"issuer": "https://by-hand.example", "subject": "by hand", "jwksUrl": "https://by-hand.example/keys", "audience": "new"}
	subject := values{"issuer": githubIssuer, "subject": "by hand", "jwksUrl": githubKeys, "audience": "new"}
	for name, row := range map[string]struct {
		ignored           []string
		in, state, wanted values
	}{
		"nothing":               {nil, in, state, in},
		"another input":         {[]string{"audience"}, in, state, in},
		"a block":               {[]string{"githubActions"}, in, state, kept},
		"a block and a subject": {[]string{"subject", "githubActions"}, in, state, kept},
		"any block":             {[]string{"nomad"}, in, state, kept},
		"a subject":             {[]string{"subject"}, in, state, subject},
		"a state without keys":  {[]string{"githubActions"}, in, without(state, "jwksUrl"), without(kept, "jwksUrl")},
		"public keys in their place": {
			[]string{"githubActions"}, values{"issuer": githubIssuer, "publicKeys": "{}"}, state,
			values{"issuer": "https://by-hand.example", "subject": "by hand", "publicKeys": "{}"},
		},
	} {
		require.Equal(t, propertyMap(row.wanted), KeepIgnored(row.ignored, propertyMap(row.in), propertyMap(row.state)), name)
	}
}
