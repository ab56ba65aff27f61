package workload

import (
	"cmp"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// HCPTerraformWorkload is a run phase of a workspace.
type HCPTerraformWorkload struct {
	Organization string  `pulumi:"organization"`
	Project      string  `pulumi:"project"`
	Workspace    string  `pulumi:"workspace"`
	RunPhase     string  `pulumi:"runPhase"`
	URL          *string `pulumi:"url,optional"`
}

func (w *HCPTerraformWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A run phase of a workspace in HCP Terraform or Terraform Enterprise. Plans and applies have different subjects: create a client for each.")
	a.Describe(&w.Organization, "Name of the organization.")
	a.Describe(&w.Project, "Name of the workspace's project, such as `Default Project`.")
	a.Describe(&w.Workspace, "Name of the workspace.")
	a.Describe(&w.RunPhase, "Run phase: `plan` or `apply`.")
	a.Describe(&w.URL, "URL of a Terraform Enterprise instance, or `https://app.eu.terraform.io`. Defaults to `https://app.terraform.io`.")
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

// PulumiESCWorkload is an ESC environment.
type PulumiESCWorkload struct {
	OrganizationID string `pulumi:"organizationId"`
	EnvironmentID  string `pulumi:"environmentId"`
}

func (w *PulumiESCWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A Pulumi ESC environment. Pulumi Cloud shows its subject, `pulumi:org:<organizationId>:env:<environmentId>`, above the definition of the environment.")
	a.Describe(&w.OrganizationID, "ID of the organization. This is not its name.")
	a.Describe(&w.EnvironmentID, "ID of the environment that contains the `fn::open::oidc` block. This is not its name.")
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

// BuildkiteWorkload is a pipeline or a cluster.
type BuildkiteWorkload struct {
	PipelineID *string `pulumi:"pipelineId,optional"`
	ClusterID  *string `pulumi:"clusterId,optional"`
}

func (w *BuildkiteWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A Buildkite pipeline or cluster. Set exactly one of `pipelineId` and `clusterId`. Buildkite's default subject contains the commit and cannot be matched: "+
		"request the token with `--subject-claim`.")
	a.Describe(&w.PipelineID, "ID of the pipeline, for tokens that are requested with `--subject-claim pipeline_id`.")
	a.Describe(&w.ClusterID, "ID of the cluster, for tokens that are requested with `--subject-claim cluster_id`.")
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

// VercelWorkload is an environment of a project.
type VercelWorkload struct {
	Team         string `pulumi:"team"`
	Project      string `pulumi:"project"`
	Environment  string `pulumi:"environment"`
	GlobalIssuer *bool  `pulumi:"globalIssuer,optional"`
}

func (w *VercelWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "An environment of a Vercel project.")
	a.Describe(&w.Team, "Slug of the team.")
	a.Describe(&w.Project, "Name of the project.")
	a.Describe(&w.Environment, "The environment: `production`, `preview`, `development` or a custom environment.")
	a.Describe(&w.GlobalIssuer, "Whether the project uses Vercel's global issuer instead of the team's. Defaults to `false`.")
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
