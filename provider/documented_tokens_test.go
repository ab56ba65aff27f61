package provider

// documentedToken is a token as the documentation of its platform shows it, and a preset that
// must accept it.
type documentedToken struct {
	preset string
	block  map[string]any
	iss    string
	sub    string
	aud    any
	keys   string // the documented URL of the platform's keys; empty if it is the one that Pocket ID derives from the issuer
}

// documentedTokens has at least one token for each preset.
var documentedTokens = []documentedToken{
	{ // https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
		"kubernetes", map[string]any{"issuer": "https://my-cluster.example.com", "namespace": "my-namespace", "serviceAccount": "my-serviceaccount"},
		"https://my-cluster.example.com", "system:serviceaccount:my-namespace:my-serviceaccount", []string{"https://my-audience.example.com"},
		"https://my-cluster.example.com/openid/v1/jwks",
	},
	{ // https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
		"eks", map[string]any{"issuer": "https://oidc.eks.region-code.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE", "namespace": "default", "serviceAccount": "my-service-account"},
		"https://oidc.eks.region-code.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE", "system:serviceaccount:default:my-service-account", []string{"sts.amazonaws.com"},
		"https://oidc.eks.region-code.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE/keys",
	},
	{
		"eks", map[string]any{"region": "region-code", "oidcId": "EXAMPLED539D4633E53DE1B71EXAMPLE", "namespace": "default", "serviceAccount": "my-service-account"},
		"https://oidc.eks.region-code.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE", "system:serviceaccount:default:my-service-account", []string{"sts.amazonaws.com"},
		"https://oidc.eks.region-code.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE/keys",
	},
	{ // https://docs.amazonaws.cn/eks/latest/userguide/associate-service-account-role.html
		"eks", map[string]any{"region": "cn-north-1", "oidcId": "EXAMPLED539D4633E53DE1B71EXAMPLE", "namespace": "default", "serviceAccount": "my-service-account"},
		"https://oidc.eks.cn-north-1.amazonaws.com.cn/id/EXAMPLED539D4633E53DE1B71EXAMPLE", "system:serviceaccount:default:my-service-account", []string{"sts.amazonaws.com"},
		"https://oidc.eks.cn-north-1.amazonaws.com.cn/id/EXAMPLED539D4633E53DE1B71EXAMPLE/keys",
	},
	{ // https://cloud.google.com/kubernetes-engine/fleet-management/docs/reference/rest/v1/projects.locations.memberships#Authority
		"gke", map[string]any{"project": "my-project", "location": "us-west1", "cluster": "my-cluster", "namespace": "my-namespace", "serviceAccount": "my-serviceaccount"},
		"https://container.googleapis.com/v1/projects/my-project/locations/us-west1/clusters/my-cluster", "system:serviceaccount:my-namespace:my-serviceaccount", []string{"https://my-audience.example.com"},
		"https://container.googleapis.com/v1/projects/my-project/locations/us-west1/clusters/my-cluster/jwks",
	},
	{ // https://learn.microsoft.com/azure/aks/workload-identity-deploy-cluster
		"aks", map[string]any{"issuer": "https://eastus.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/", "namespace": "default", "serviceAccount": "workload-identity-sa"},
		"https://eastus.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/", "system:serviceaccount:default:workload-identity-sa", []string{"api://AzureADTokenExchange"},
		"https://eastus.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/openid/v1/jwks",
	},
	{ // users often copy the issuer without its slash
		"aks", map[string]any{"issuer": "https://eastus.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111", "namespace": "default", "serviceAccount": "workload-identity-sa"},
		"https://eastus.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/", "system:serviceaccount:default:workload-identity-sa", []string{"api://AzureADTokenExchange"},
		"https://eastus.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/openid/v1/jwks",
	},
	{
		"aks", map[string]any{"region": "eastus", "tenantId": "00000000-0000-0000-0000-000000000000", "oidcId": "11111111-1111-1111-1111-111111111111", "namespace": "default", "serviceAccount": "workload-identity-sa"},
		"https://eastus.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/", "system:serviceaccount:default:workload-identity-sa", []string{"api://AzureADTokenExchange"},
		"https://eastus.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/openid/v1/jwks",
	},
	{ // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference, https://pocket-id.org/docs/guides/oidc-client-authentication
		"azureManagedIdentity", map[string]any{"tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "principalId": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb"},
		"https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/", "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "00001111-aaaa-2222-bbbb-3333cccc4444",
		"https://login.microsoftonline.com/common/discovery/keys",
	},
	{
		"azureManagedIdentity", map[string]any{"tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "principalId": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "tokenVersion": 2},
		"https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0", "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "00001111-aaaa-2222-bbbb-3333cccc4444",
		"https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/discovery/v2.0/keys",
	},
	{ // https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
		"azureManagedIdentity", map[string]any{"tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "principalId": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "cloud": "usGovernment"},
		"https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/", "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "00001111-aaaa-2222-bbbb-3333cccc4444",
		"https://login.microsoftonline.us/common/discovery/keys",
	},
	{
		"azureManagedIdentity", map[string]any{"tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "principalId": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "cloud": "china", "tokenVersion": 2},
		"https://login.partner.microsoftonline.cn/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0", "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "00001111-aaaa-2222-bbbb-3333cccc4444",
		"https://login.partner.microsoftonline.cn/aaaabbbb-0000-cccc-1111-dddd2222eeee/discovery/v2.0/keys",
	},
	{
		"azureManagedIdentity", map[string]any{"tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "principalId": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "cloud": "china", "tokenVersion": 1},
		"https://sts.chinacloudapi.cn/aaaabbbb-0000-cccc-1111-dddd2222eeee/", "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "00001111-aaaa-2222-bbbb-3333cccc4444",
		"https://login.partner.microsoftonline.cn/common/discovery/keys",
	},
	{ // https://developers.google.com/identity/openid-connect/openid-connect
		"googleCloud", map[string]any{"uniqueId": "10769150350006150715113082367"},
		"https://accounts.google.com", "10769150350006150715113082367", "1234987819200.apps.googleusercontent.com",
		"https://www.googleapis.com/oauth2/v3/certs",
	},
	{ // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html
		"aws", map[string]any{"issuer": "https://abc123-def456-ghi789-jkl012.tokens.sts.global.api.aws", "principalArn": "arn:aws:iam::123456789012:role/DataProcessingRole"},
		"https://abc123-def456-ghi789-jkl012.tokens.sts.global.api.aws", "arn:aws:iam::123456789012:role/DataProcessingRole", "https://api.example.com",
		"",
	},
	{ // https://spiffe.io/docs/latest/keyless/oidc-federation-aws/
		"spiffe", map[string]any{"issuer": "https://oidc-discovery.example.org", "spiffeId": "spiffe://example.org/ns/default/sa/default"},
		"https://oidc-discovery.example.org", "spiffe://example.org/ns/default/sa/default", []string{"mys3"},
		"https://oidc-discovery.example.org/keys",
	},
	{ // https://docs.github.com/actions/reference/security/oidc, also for the rows below
		"githubActions", map[string]any{"owner": "octo-org", "repository": "octo-repo", "branch": "demo-branch"},
		"https://token.actions.githubusercontent.com", "repo:octo-org/octo-repo:ref:refs/heads/demo-branch", "https://github.com/octo-org",
		"https://token.actions.githubusercontent.com/.well-known/jwks",
	},
	{
		"githubActions", map[string]any{"owner": "octo-org", "repository": "octo-repo", "tag": "demo-tag"},
		"https://token.actions.githubusercontent.com", "repo:octo-org/octo-repo:ref:refs/tags/demo-tag", "https://github.com/octo-org",
		"https://token.actions.githubusercontent.com/.well-known/jwks",
	},
	{
		"githubActions", map[string]any{"owner": "octo-org", "repository": "octo-repo", "environment": "Production"},
		"https://token.actions.githubusercontent.com", "repo:octo-org/octo-repo:environment:Production", "https://github.com/octo-org",
		"https://token.actions.githubusercontent.com/.well-known/jwks",
	},
	{
		"githubActions", map[string]any{"owner": "octo-org", "repository": "octo-repo", "environment": "Production:V1"},
		"https://token.actions.githubusercontent.com", "repo:octo-org/octo-repo:environment:Production%3AV1", "https://github.com/octo-org",
		"https://token.actions.githubusercontent.com/.well-known/jwks",
	},
	{
		"githubActions", map[string]any{"owner": "octo-org", "repository": "octo-repo", "pullRequest": true},
		"https://token.actions.githubusercontent.com", "repo:octo-org/octo-repo:pull_request", "https://github.com/octo-org",
		"https://token.actions.githubusercontent.com/.well-known/jwks",
	},
	{
		"githubActions", map[string]any{"owner": "octo-org", "repository": "octo-repo", "branch": "main", "ownerId": "123456", "repositoryId": "456789"},
		"https://token.actions.githubusercontent.com", "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main", "https://github.com/octo-org",
		"https://token.actions.githubusercontent.com/.well-known/jwks",
	},
	{
		"githubActions", map[string]any{"owner": "octo-org", "repository": "octo-repo", "branch": "demo-branch", "host": "HOSTNAME"},
		"https://HOSTNAME/_services/token", "repo:octo-org/octo-repo:ref:refs/heads/demo-branch", "https://HOSTNAME/octo-org",
		"https://HOSTNAME/_services/token/.well-known/jwks",
	},
	{
		"githubActions", map[string]any{"owner": "octo-org", "repository": "octo-repo", "branch": "demo-branch", "host": "octocorp.ghe.com"},
		"https://token.actions.octocorp.ghe.com", "repo:octo-org/octo-repo:ref:refs/heads/demo-branch", "https://octocorp.ghe.com/octo-org",
		"https://token.actions.octocorp.ghe.com/.well-known/jwks",
	},
	{
		"githubActions", map[string]any{"owner": "octo-org", "repository": "octo-repo", "branch": "demo-branch", "host": "octocorp.ghe.com", "enterprise": "octocorp"},
		"https://token.actions.octocorp.ghe.com/octocorp", "repo:octo-org/octo-repo:ref:refs/heads/demo-branch", "https://octocorp.ghe.com/octo-org",
		"https://token.actions.octocorp.ghe.com/octocorp/.well-known/jwks",
	},
	{ // https://docs.gitlab.com/ci/secrets/id_token_authentication/
		"gitlab", map[string]any{"project": "my-group/my-project", "branch": "feature-branch-1", "url": "https://gitlab.example.com"},
		"https://gitlab.example.com", "project_path:my-group/my-project:ref_type:branch:ref:feature-branch-1", "https://vault.example.com",
		"https://gitlab.example.com/oauth/discovery/keys",
	},
	{ // https://docs.gitlab.com/ci/cloud_services/
		"gitlab", map[string]any{"project": "mygroup/myproject", "tag": "v1.0.0"},
		"https://gitlab.com", "project_path:mygroup/myproject:ref_type:tag:ref:v1.0.0", "https://gitlab.com",
		"https://gitlab.com/oauth/discovery/keys",
	},
	{ // https://forgejo.org/docs/next/user/actions/security-openid-connect/, and the forge's Codeberg as opkssh documents it
		"forgejo", map[string]any{"url": "https://codeberg.org", "owner": "myorg", "repository": "myrepo", "ownerId": "9", "repositoryId": "84", "branch": "main"},
		"https://codeberg.org/api/actions", "repo:myorg-9/myrepo-84:ref:refs/heads/main", "https://codeberg.org/myorg",
		"https://codeberg.org/api/actions/.well-known/keys",
	},
	{
		"forgejo", map[string]any{"url": "https://codeberg.org/", "owner": "myorg", "repository": "myrepo", "pullRequest": true},
		"https://codeberg.org/api/actions", "repo:myorg/myrepo:pull_request", "https://codeberg.org/myorg",
		"https://codeberg.org/api/actions/.well-known/keys",
	},
	{ // https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens
		"hcpTerraform", map[string]any{"organization": "my-org", "project": "Default Project", "workspace": "my-workspace", "runPhase": "apply"},
		"https://app.terraform.io", "organization:my-org:project:Default Project:workspace:my-workspace:run_phase:apply", "my-example-audience",
		"https://app.terraform.io/.well-known/jwks",
	},
	{ // https://www.pulumi.com/docs/esc/guides/configuring-oidc/custom-audience/
		"pulumiEsc", map[string]any{"organizationId": "<org-id>", "environmentId": "<environment-id>"},
		"https://api.pulumi.com/oidc/v2", "pulumi:org:<org-id>:env:<environment-id>", "https://api.cloudsmith.io",
		"https://api.pulumi.com/oidc/v2/.well-known/jwks",
	},
	{ // https://buildkite.com/docs/agent/v3/cli-oidc
		"buildkite", map[string]any{"pipelineId": "0184990a-4782-42b5-afc1-16715b10b1l0"},
		"https://agent.buildkite.com", "0184990a-4782-42b5-afc1-16715b10b1l0", "https://buildkite.com/acme-inc",
		"https://agent.buildkite.com/.well-known/jwks",
	},
	{ // https://vercel.com/docs/oidc/reference
		"vercel", map[string]any{"team": "acme", "project": "acme_website", "environment": "production"},
		"https://oidc.vercel.com/acme", "owner:acme:project:acme_website:environment:production", "https://vercel.com/acme",
		"https://oidc.vercel.com/acme/.well-known/jwks",
	},
	{
		"vercel", map[string]any{"team": "acme", "project": "acme_website", "environment": "production", "globalIssuer": true},
		"https://oidc.vercel.com", "owner:acme:project:acme_website:environment:production", "https://vercel.com/acme",
		"https://oidc.vercel.com/.well-known/jwks",
	},
	{ // https://developer.hashicorp.com/nomad/commands/acl/token/self, a token's payload; the issuer of .../configuration/server
		"nomad", map[string]any{"issuer": "https://nomad.example.com", "job": "nomad", "group": "nomad", "task": "server"},
		"https://nomad.example.com", "global:default:nomad:nomad:server:default", "nomadproject.io",
		"",
	},
	{ // https://developer.hashicorp.com/vault/docs/secrets/identity/identity-token
		"vault", map[string]any{"url": "https://10.1.1.45:8200", "entityId": "a2cd63d3-5364-406f-980e-8d71bb0692f5"},
		"https://10.1.1.45:8200/v1/identity/oidc", "a2cd63d3-5364-406f-980e-8d71bb0692f5", "SxSouteCYPBoaTFy94hFghmekos",
		"https://10.1.1.45:8200/v1/identity/oidc/.well-known/keys",
	},
	{ // https://github.com/ItalyPaleAle/tsiam
		"tailscale", map[string]any{"host": "your-tsiam", "node": "nABC123CNTRL"},
		"https://your-tsiam", "nABC123CNTRL", []string{"https://api.example.com"},
		"",
	},
}

// audience is the first audience of the token.
func (d documentedToken) audience() string {
	if list, ok := d.aud.([]string); ok {
		return list[0]
	}
	return d.aud.(string)
}
