package workload

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIssuersAreIdentifiedByTheirURLOrTheirSubjects(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		issuer, subject, name, keys string
		certain                     bool
	}{
		{githubIssuer, "", "GitHub Actions", githubKeys, true},
		{githubIssuer + "/", "", "GitHub Actions", githubKeys, true},
		{githubIssuer + "/acme", "system:serviceaccount:a:b", "GitHub Actions", githubIssuer + "/acme/.well-known/jwks", true},
		{"https://github.acme.example/_services/token", "", "GitHub Enterprise Server", "https://github.acme.example/_services/token/.well-known/jwks", true},
		{"https://login.microsoftonline.us/0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11/v2.0", "", "Azure (version 2 tokens)", "https://login.microsoftonline.us/0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11/discovery/v2.0/keys", true},
		{"https://kubernetes.acme.example", "system:serviceaccount:a:b", "Kubernetes", "https://kubernetes.acme.example/openid/v1/jwks", false},
		{"https://kubernetes.acme.example/", "system:serviceaccount:a:b", "Kubernetes", "https://kubernetes.acme.example/openid/v1/jwks", false},
		{"https://gitlab.acme.example", "project_path:acme/app:ref_type:branch:ref:main", "GitLab", "https://gitlab.acme.example/oauth/discovery/keys", false},
		{"https://gitlab.com", "project_path:acme/app:ref_type:branch:ref:main", "gitlab.com", "https://gitlab.com/oauth/discovery/keys", true},
		{"https://kubernetes.acme.example", "", "", "", false},
		{"https://kubernetes.acme.example", "a system:serviceaccount:", "", "", false},
		{"http://gitlab.com", "", "", "", false},
		{"https://gitlab.com.evil.example", "", "", "", false},
		{"https://evil.example/https://gitlab.com", "", "", "", false},
		{"https://gitlab-com", "", "", "", false},
		{"", "", "", "", false},
	} {
		known, keys, certain := identify(row.issuer, row.subject)
		require.Equal(t, row.name, known.name, "%s %s", row.issuer, row.subject)
		require.Equal(t, row.keys, keys, "%s %s", row.issuer, row.subject)
		require.Equal(t, row.certain, certain, "%s %s", row.issuer, row.subject)
	}
}
