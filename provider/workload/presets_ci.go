package workload

import (
	"cmp"
	"strings"
)

func githubActions() preset {
	return preset{
		name: "githubActions", shape: shapeOf[GitHubActionsWorkload](),
		source: "https://docs.github.com/actions/reference/security/oidc",
		issuer: func(b *block) string {
			host, issuer := b.text("host"), "https://token.actions.githubusercontent.com"
			if tenant, ok := strings.CutSuffix(host, ".ghe.com"); ok {
				issuer = "https://token.actions." + tenant + ".ghe.com"
			} else if host != "" && host != "github.com" {
				issuer = "https://" + host + "/_services/token"
			}
			if b.isSet("enterprise") {
				issuer += "/" + b.text("enterprise")
			}
			return issuer
		},
		subject: func(b *block) string {
			repository := b.text("owner") + "/" + b.text("repository")
			if b.isSet("ownerId") || b.isSet("repositoryId") {
				repository = b.text("owner") + "@" + b.text("ownerId") + "/" + b.text("repository") + "@" + b.text("repositoryId")
			}
			return "repo:" + repository + ":" + gitRef(b)
		},
		keys: keysBelow("/.well-known/jwks"),
		rules: append(gitRules("branch", "tag", "environment", "pullRequest"),
			isHost("host"), noSlash("enterprise")),
	}
}

func gitlab() preset {
	return preset{
		name: "gitlab", shape: shapeOf[GitLabWorkload](),
		source: "https://docs.gitlab.com/ci/secrets/id_token_authentication/",
		issuer: baseURL("url", "https://gitlab.com"),
		subject: func(b *block) string {
			kind, ref := "branch", b.text("branch")
			if b.isSet("tag") {
				kind, ref = "tag", b.text("tag")
			}
			return "project_path:" + b.text("project") + ":ref_type:" + kind + ":ref:" + ref
		},
		keys: keysBelow("/oauth/discovery/keys"),
		rules: []rule{
			isURL("url"), exactlyOne("branch", "tag"), notARef("branch"), notARef("tag"),
			matches("project", `^[^/:]+(/[^/:]+)+$`, "must be the full path of the project, such as group/project"),
		},
	}
}

func forgejo() preset {
	return preset{
		name: "forgejo", shape: shapeOf[ForgejoWorkload](),
		source: "https://forgejo.org/docs/next/user/actions/security-openid-connect/",
		issuer: func(b *block) string { return strings.TrimRight(b.text("url"), "/") + "/api/actions" },
		subject: func(b *block) string {
			repository := b.text("owner") + "/" + b.text("repository")
			if b.isSet("ownerId") || b.isSet("repositoryId") {
				repository = b.text("owner") + "-" + b.text("ownerId") + "/" + b.text("repository") + "-" + b.text("repositoryId")
			}
			return "repo:" + repository + ":" + gitRef(b)
		},
		keys:  keysBelow("/.well-known/keys"),
		rules: append(gitRules("branch", "tag", "pullRequest"), isURL("url")),
	}
}

func hcpTerraform() preset {
	return preset{
		name: "hcpTerraform", shape: shapeOf[HCPTerraformWorkload](),
		source: "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens",
		issuer: baseURL("url", "https://app.terraform.io"),
		subject: func(b *block) string {
			return "organization:" + b.text("organization") + ":project:" + b.text("project") + ":workspace:" + b.text("workspace") + ":run_phase:" + b.text("runPhase")
		},
		keys:  keysBelow("/.well-known/jwks"),
		rules: []rule{isURL("url"), oneOf("runPhase", "plan", "apply")},
	}
}

func pulumiEsc() preset {
	return preset{
		name: "pulumiEsc", shape: shapeOf[PulumiESCWorkload](),
		source: "https://www.pulumi.com/docs/esc/guides/configuring-oidc/custom-audience/",
		issuer: constant("https://api.pulumi.com/oidc/v2"),
		subject: func(b *block) string {
			return "pulumi:org:" + b.text("organizationId") + ":env:" + b.text("environmentId")
		},
		keys:  keysBelow("/.well-known/jwks"),
		rules: []rule{noSlash("organizationId"), noSlash("environmentId")},
	}
}

func buildkite() preset {
	return preset{
		name: "buildkite", shape: shapeOf[BuildkiteWorkload](),
		source:  "https://buildkite.com/docs/agent/v3/cli-oidc",
		issuer:  constant("https://agent.buildkite.com"),
		subject: func(b *block) string { return cmp.Or(b.text("pipelineId"), b.text("clusterId")) },
		keys:    keysBelow("/.well-known/jwks"),
		rules: []rule{
			exactlyOne("pipelineId", "clusterId"),
			matches("pipelineId", `^[0-9a-z]+(-[0-9a-z]+){4}$`, "must be the pipeline ID, a UUID, not its slug"),
			matches("clusterId", `^[0-9a-z]+(-[0-9a-z]+){4}$`, "must be the cluster ID, a UUID, not its name"),
		},
	}
}

func vercel() preset {
	return preset{
		name: "vercel", shape: shapeOf[VercelWorkload](),
		source: "https://vercel.com/docs/oidc/reference",
		issuer: func(b *block) string {
			if b.isSet("globalIssuer") {
				return "https://oidc.vercel.com"
			}
			return "https://oidc.vercel.com/" + b.text("team")
		},
		subject: func(b *block) string {
			return "owner:" + b.text("team") + ":project:" + b.text("project") + ":environment:" + b.text("environment")
		},
		keys:  keysBelow("/.well-known/jwks"),
		rules: []rule{noSlash("team"), noSlash("project")},
	}
}

func nomad() preset {
	return preset{
		name: "nomad", shape: shapeOf[NomadWorkload](),
		source: "https://developer.hashicorp.com/nomad/docs/concepts/workload-identity",
		issuer: field("issuer"),
		subject: func(b *block) string {
			return strings.Join([]string{cmp.Or(b.text("region"), "global"), cmp.Or(b.text("namespace"), "default"),
				b.text("job"), b.text("group"), b.text("task"), cmp.Or(b.text("identity"), "default")}, ":")
		},
		rules: []rule{isURL("issuer")},
	}
}

func vault() preset {
	return preset{
		name: "vault", shape: shapeOf[VaultWorkload](),
		source: "https://developer.hashicorp.com/vault/docs/secrets/identity/identity-token",
		issuer: func(b *block) string {
			path := "/v1/identity/oidc"
			if b.isSet("namespace") {
				path = "/v1/" + strings.Trim(b.text("namespace"), "/") + "/identity/oidc"
			}
			return strings.TrimRight(b.text("url"), "/") + path
		},
		subject: field("entityId"),
		keys:    keysBelow("/.well-known/keys"),
		rules:   []rule{isURL("url")},
	}
}

func tailscale() preset {
	return preset{
		name: "tailscale", shape: shapeOf[TailscaleWorkload](),
		source:  "https://github.com/ItalyPaleAle/tsiam",
		issuer:  func(b *block) string { return "https://" + b.text("host") },
		subject: field("node"),
		rules:   []rule{isHost("host")},
	}
}

// gitRef is the end of the subjects of GitHub and Forgejo.
func gitRef(b *block) string {
	switch {
	case b.isSet("branch"):
		return "ref:refs/heads/" + b.text("branch")
	case b.isSet("tag"):
		return "ref:refs/tags/" + b.text("tag")
	case b.isSet("environment"): // the only name in a subject that may contain a colon
		return "environment:" + strings.ReplaceAll(b.text("environment"), ":", "%3A")
	}
	return "pull_request"
}

func gitRules(refs ...string) []rule {
	return []rule{
		exactlyOne(refs...), notARef("branch"), notARef("tag"),
		matches("owner", `^[^/:@]+$`, "must be the name of the owner only"),
		matches("repository", `^[^/:@]+$`, "must be the name of the repository only, without its owner"),
		matches("ownerId", `^[0-9]+$`, "must be the numeric ID"),
		matches("repositoryId", `^[0-9]+$`, "must be the numeric ID"),
		together("ownerId", "repositoryId"), together("repositoryId", "ownerId"),
	}
}
