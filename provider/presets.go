package provider

import (
	"cmp"
	"strings"
	"sync"
)

// preset is what is known of the tokens of a platform. What a program says in its
// block becomes the plain inputs before anything looks at them (expansion.go), so
// that state, diffs and imports know those only.
type preset struct {
	block  string // the input that is the block
	source string // the platform's public documentation
	shape  shape  // of the block

	issuer  func(*parts) string
	subject func(*parts) string
	// keys is where the keys of the issuer are; nil if that is where Pocket ID
	// looks by itself.
	keys func(p *parts, issuer func(*parts) string) string

	rules []rule
}

// presets has all of them. No preset says an audience: the workload asks for the
// one that Pocket ID expects.
var presets = sync.OnceValue(func() []preset {
	return []preset{
		{
			block: "kubernetes", shape: shapeOf[KubernetesWorkload](),
			source:  "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
			issuer:  part("issuer"),
			subject: serviceAccount,
			keys:    under("/openid/v1/jwks"),
			rules:   []rule{isURL("issuer")},
		},
		{
			block: "eks", shape: shapeOf[EKSWorkload](),
			source: "https://docs.aws.amazon.com/eks/latest/userguide/irsa-fetch-keys.html",
			issuer: func(p *parts) string {
				suffix := ""
				if strings.HasPrefix(p.text("region"), "cn-") {
					suffix = ".cn"
				}
				return cmp.Or(p.text("issuer"), "https://oidc.eks."+p.text("region")+".amazonaws.com"+suffix+"/id/"+p.text("oidcId"))
			},
			subject: serviceAccount,
			keys:    under("/keys"),
			rules:   []rule{isURL("issuer"), oneForm("issuer", "region", "oidcId")},
		},
		{
			block: "gke", shape: shapeOf[GKEWorkload](),
			source: "https://cloud.google.com/kubernetes-engine/fleet-management/docs/reference/rest/v1/projects.locations.memberships#Authority",
			issuer: func(p *parts) string { // "locations", even for a zone
				return "https://container.googleapis.com/v1/projects/" + p.text("project") + "/locations/" + p.text("location") + "/clusters/" + p.text("cluster")
			},
			subject: serviceAccount,
			keys:    under("/jwks"),
			rules:   []rule{noSlash("project"), noSlash("location"), noSlash("cluster")},
		},
		{
			block: "aks", shape: shapeOf[AKSWorkload](),
			source: "https://learn.microsoft.com/azure/aks/use-oidc-issuer",
			issuer: func(p *parts) string { // iss has a slash at its end
				url := cmp.Or(p.text("issuer"), "https://"+p.text("region")+".oic.prod-aks.azure.com/"+p.text("tenantId")+"/"+p.text("oidcId"))
				return strings.TrimRight(url, "/") + "/"
			},
			subject: serviceAccount,
			keys:    under("/openid/v1/jwks"),
			rules:   []rule{isURL("issuer"), oneForm("issuer", "region", "tenantId", "oidcId")},
		},
		{
			block: "azureManagedIdentity", shape: shapeOf[AzureManagedIdentityWorkload](),
			source: "https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference",
			issuer: func(p *parts) string {
				cloud := azureCloudOf(p)
				if p.number("tokenVersion") == 2 {
					return cloud.login + "/" + p.text("tenantId") + "/v2.0"
				}
				return cloud.sts + "/" + p.text("tenantId") + "/"
			},
			subject: part("principalId"),
			keys: func(p *parts, _ func(*parts) string) string {
				if p.number("tokenVersion") == 2 {
					return azureCloudOf(p).login + "/" + p.text("tenantId") + "/discovery/v2.0/keys"
				}
				return azureCloudOf(p).login + "/common/discovery/keys"
			},
			rules: []rule{
				matches("tenantId", `^[0-9a-f-]{36}$`, "must be the tenant's id, a UUID in lower case: so the tokens have it, and not a domain"),
				matches("principalId", `^[0-9a-f-]{36}$`, "must be the object (principal) id of the identity, a UUID in lower case: so the tokens have it"),
				{"tokenVersion", func(p *parts) string {
					if v := p.number("tokenVersion"); p.says("tokenVersion") && v != 1 && v != 2 {
						return "must be 1 or 2"
					}
					return ""
				}},
				oneOfThese("cloud", "public", "usGovernment", "china"),
			},
		},
		{
			block: "googleCloud", shape: shapeOf[GoogleCloudWorkload](),
			source:  "https://cloud.google.com/compute/docs/instances/verifying-instance-identity",
			issuer:  always("https://accounts.google.com"),
			subject: part("uniqueId"),
			keys:    at("https://www.googleapis.com/oauth2/v3/certs"),
			rules:   []rule{matches("uniqueId", `^[0-9]+$`, "must be the numeric unique id of the service account, not its email address")},
		},
		{
			block: "aws", shape: shapeOf[AWSWorkload](),
			source:  "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html",
			issuer:  part("issuer"),
			subject: part("principalArn"),
			rules: []rule{
				isURL("issuer"),
				matches("principalArn", `^arn:[^:]+:iam::[0-9]+:.+`, "must be the ARN of an IAM role or user (arn:aws:iam::…), not of a session of it"),
			},
		},
		{
			block: "spiffe", shape: shapeOf[SPIFFEWorkload](),
			source:  "https://github.com/spiffe/spire/blob/main/support/oidc-discovery-provider/README.md",
			issuer:  part("issuer"),
			subject: part("spiffeId"),
			keys:    under("/keys"),
			rules:   []rule{isURL("issuer"), matches("spiffeId", `^spiffe://[^/]+`, "must be a SPIFFE ID such as spiffe://example.org/ns/prod/sa/api")},
		},
		{
			block: "githubActions", shape: shapeOf[GitHubActionsWorkload](),
			source: "https://docs.github.com/actions/reference/security/oidc",
			issuer: func(p *parts) string {
				host, issuer := p.text("host"), "https://token.actions.githubusercontent.com"
				if tenant, ok := strings.CutSuffix(host, ".ghe.com"); ok {
					issuer = "https://token.actions." + tenant + ".ghe.com"
				} else if host != "" && host != "github.com" {
					issuer = "https://" + host + "/_services/token"
				}
				if p.says("enterprise") {
					issuer += "/" + p.text("enterprise")
				}
				return issuer
			},
			subject: func(p *parts) string {
				repository := p.text("owner") + "/" + p.text("repository")
				if p.says("ownerId") || p.says("repositoryId") {
					repository = p.text("owner") + "@" + p.text("ownerId") + "/" + p.text("repository") + "@" + p.text("repositoryId")
				}
				return "repo:" + repository + ":" + gitContext(p)
			},
			keys: under("/.well-known/jwks"),
			rules: append(gitRules("branch", "tag", "environment", "pullRequest"),
				isHost("host"), noSlash("enterprise")),
		},
		{
			block: "gitlab", shape: shapeOf[GitLabWorkload](),
			source: "https://docs.gitlab.com/ci/secrets/id_token_authentication/",
			issuer: baseURL("url", "https://gitlab.com"),
			subject: func(p *parts) string {
				kind, ref := "branch", p.text("branch")
				if p.says("tag") {
					kind, ref = "tag", p.text("tag")
				}
				return "project_path:" + p.text("project") + ":ref_type:" + kind + ":ref:" + ref
			},
			keys: under("/oauth/discovery/keys"),
			rules: []rule{
				isURL("url"), exactlyOne("branch", "tag"), notARef("branch"), notARef("tag"),
				matches("project", `^[^/:]+(/[^/:]+)+$`, "must be the full path of the project, such as group/project"),
			},
		},
		{
			block: "forgejo", shape: shapeOf[ForgejoWorkload](),
			source: "https://forgejo.org/docs/next/user/actions/security-openid-connect/",
			issuer: func(p *parts) string { return strings.TrimRight(p.text("url"), "/") + "/api/actions" },
			subject: func(p *parts) string {
				repository := p.text("owner") + "/" + p.text("repository")
				if p.says("ownerId") || p.says("repositoryId") {
					repository = p.text("owner") + "-" + p.text("ownerId") + "/" + p.text("repository") + "-" + p.text("repositoryId")
				}
				return "repo:" + repository + ":" + gitContext(p)
			},
			keys:  under("/.well-known/keys"),
			rules: append(gitRules("branch", "tag", "pullRequest"), isURL("url")),
		},
		{
			block: "hcpTerraform", shape: shapeOf[HCPTerraformWorkload](),
			source: "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens",
			issuer: baseURL("url", "https://app.terraform.io"),
			subject: func(p *parts) string {
				return "organization:" + p.text("organization") + ":project:" + p.text("project") + ":workspace:" + p.text("workspace") + ":run_phase:" + p.text("runPhase")
			},
			keys:  under("/.well-known/jwks"),
			rules: []rule{isURL("url"), oneOfThese("runPhase", "plan", "apply")},
		},
		{
			block: "pulumiEsc", shape: shapeOf[PulumiESCWorkload](),
			source: "https://www.pulumi.com/docs/esc/guides/configuring-oidc/custom-audience/",
			issuer: always("https://api.pulumi.com/oidc/v2"),
			subject: func(p *parts) string {
				return "pulumi:org:" + p.text("organizationId") + ":env:" + p.text("environmentId")
			},
			keys:  under("/.well-known/jwks"),
			rules: []rule{noSlash("organizationId"), noSlash("environmentId")},
		},
		{
			block: "buildkite", shape: shapeOf[BuildkiteWorkload](),
			source:  "https://buildkite.com/docs/agent/v3/cli-oidc",
			issuer:  always("https://agent.buildkite.com"),
			subject: func(p *parts) string { return cmp.Or(p.text("pipelineId"), p.text("clusterId")) },
			keys:    under("/.well-known/jwks"),
			rules: []rule{
				exactlyOne("pipelineId", "clusterId"),
				matches("pipelineId", `^[0-9a-z]+(-[0-9a-z]+){4}$`, "must be the pipeline's id, a UUID, not its slug"),
				matches("clusterId", `^[0-9a-z]+(-[0-9a-z]+){4}$`, "must be the cluster's id, a UUID, not its name"),
			},
		},
		{
			block: "vercel", shape: shapeOf[VercelWorkload](),
			source: "https://vercel.com/docs/oidc/reference",
			issuer: func(p *parts) string {
				if p.says("globalIssuer") {
					return "https://oidc.vercel.com"
				}
				return "https://oidc.vercel.com/" + p.text("team")
			},
			subject: func(p *parts) string {
				return "owner:" + p.text("team") + ":project:" + p.text("project") + ":environment:" + p.text("environment")
			},
			keys:  under("/.well-known/jwks"),
			rules: []rule{noSlash("team"), noSlash("project")},
		},
		{
			block: "nomad", shape: shapeOf[NomadWorkload](),
			source: "https://developer.hashicorp.com/nomad/docs/concepts/workload-identity",
			issuer: part("issuer"),
			subject: func(p *parts) string {
				return strings.Join([]string{cmp.Or(p.text("region"), "global"), cmp.Or(p.text("namespace"), "default"),
					p.text("job"), p.text("group"), p.text("task"), cmp.Or(p.text("identity"), "default")}, ":")
			},
			rules: []rule{isURL("issuer")},
		},
		{
			block: "vault", shape: shapeOf[VaultWorkload](),
			source: "https://developer.hashicorp.com/vault/docs/secrets/identity/identity-token",
			issuer: func(p *parts) string {
				path := "/v1/identity/oidc"
				if p.says("namespace") {
					path = "/v1/" + strings.Trim(p.text("namespace"), "/") + "/identity/oidc"
				}
				return strings.TrimRight(p.text("url"), "/") + path
			},
			subject: part("entityId"),
			keys:    under("/.well-known/keys"),
			rules:   []rule{isURL("url")},
		},
		{
			block: "tailscale", shape: shapeOf[TailscaleWorkload](),
			source:  "https://github.com/ItalyPaleAle/tsiam",
			issuer:  func(p *parts) string { return "https://" + p.text("host") },
			subject: part("node"),
			rules:   []rule{isHost("host")},
		},
	}
})

// What several platforms share.

func part(name string) func(*parts) string   { return func(p *parts) string { return p.text(name) } }
func always(text string) func(*parts) string { return func(*parts) string { return text } }

func baseURL(part, deflt string) func(*parts) string {
	return func(p *parts) string { return strings.TrimRight(cmp.Or(p.text(part), deflt), "/") }
}

func under(path string) func(*parts, func(*parts) string) string {
	return func(p *parts, issuer func(*parts) string) string { return strings.TrimRight(issuer(p), "/") + path }
}

func at(url string) func(*parts, func(*parts) string) string {
	return func(*parts, func(*parts) string) string { return url }
}

func serviceAccount(p *parts) string {
	return "system:serviceaccount:" + p.text("namespace") + ":" + p.text("serviceAccount")
}

// gitContext is the end of a subject of GitHub's and Forgejo's.
func gitContext(p *parts) string {
	switch {
	case p.says("branch"):
		return "ref:refs/heads/" + p.text("branch")
	case p.says("tag"):
		return "ref:refs/tags/" + p.text("tag")
	case p.says("environment"): // the only name in a subject that may have a colon
		return "environment:" + strings.ReplaceAll(p.text("environment"), ":", "%3A")
	}
	return "pull_request"
}

func gitRules(contexts ...string) []rule {
	return []rule{
		exactlyOne(contexts...), notARef("branch"), notARef("tag"),
		matches("owner", `^[^/:@]+$`, "must be the name alone"),
		matches("repository", `^[^/:@]+$`, "must be the name alone, without its owner"),
		matches("ownerId", `^[0-9]+$`, "must be the numeric id"),
		matches("repositoryId", `^[0-9]+$`, "must be the numeric id"),
		together("ownerId", "repositoryId"), together("repositoryId", "ownerId"),
	}
}

type azureCloud struct{ login, sts string }

// azureCloudOf has the addresses of one of the clouds.
// https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
func azureCloudOf(p *parts) azureCloud {
	switch p.text("cloud") {
	case "usGovernment": // version 1 tokens are as those of the public cloud
		return azureCloud{"https://login.microsoftonline.us", "https://sts.windows.net"}
	case "china":
		return azureCloud{"https://login.partner.microsoftonline.cn", "https://sts.chinacloudapi.cn"}
	}
	return azureCloud{"https://login.microsoftonline.com", "https://sts.windows.net"}
}
