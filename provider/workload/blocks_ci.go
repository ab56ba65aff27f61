package workload

import "github.com/pulumi/pulumi-go-provider/infer"

// GitHubActionsWorkload is a workflow on GitHub.
type GitHubActionsWorkload struct {
	Owner        string  `pulumi:"owner"`
	Repository   string  `pulumi:"repository"`
	Branch       *string `pulumi:"branch,optional"`
	Tag          *string `pulumi:"tag,optional"`
	Environment  *string `pulumi:"environment,optional"`
	PullRequest  *bool   `pulumi:"pullRequest,optional"`
	OwnerID      *string `pulumi:"ownerId,optional"`
	RepositoryID *string `pulumi:"repositoryId,optional"`
	Host         *string `pulumi:"host,optional"`
	Enterprise   *string `pulumi:"enterprise,optional"`
}

func (w *GitHubActionsWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A GitHub Actions workflow. Set exactly one of `branch`, `tag`, `environment` and `pullRequest` to select jobs of the repository. "+
		"For a branch and an environment, create two clients.")
	a.Describe(&w.Owner, "User or organization that owns the repository. Case-sensitive.")
	a.Describe(&w.Repository, "Name of the repository, without its owner. Case-sensitive.")
	a.Describe(&w.Branch, "Branch whose jobs are allowed. Jobs that use an environment are not included.")
	a.Describe(&w.Tag, "Tag whose jobs are allowed. Jobs that use an environment are not included.")
	a.Describe(&w.Environment, "Environment whose jobs are allowed, on any branch. Protect the environment.")
	a.Describe(&w.PullRequest, "Whether the jobs of any pull request are allowed. Jobs that use an environment are not included.")
	a.Describe(&w.OwnerID, "Numeric ID of the owner, for a repository with immutable subjects: one that was created, renamed or moved after July 15, 2026, or that opted in. "+
		"Requires `repositoryId`. `gh api repos/<owner>/<repository> --jq '.owner.id, .id'` shows both IDs.")
	a.Describe(&w.RepositoryID, "Numeric ID of the repository. Requires `ownerId`.")
	a.Describe(&w.Host, "Host of GitHub Enterprise Server (`github.example.com`), or of GitHub Enterprise Cloud with data residency (`octocorp.ghe.com`). Defaults to `github.com`.")
	a.Describe(&w.Enterprise, "Slug of the enterprise. Set it only if the enterprise has configured its tokens to contain the slug in the issuer.")
}

// GitLabWorkload is a job on GitLab.
type GitLabWorkload struct {
	Project string  `pulumi:"project"`
	Branch  *string `pulumi:"branch,optional"`
	Tag     *string `pulumi:"tag,optional"`
	URL     *string `pulumi:"url,optional"`
}

func (w *GitLabWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A GitLab CI/CD job. Set exactly one of `branch` and `tag` to select jobs of the project.")
	a.Describe(&w.Project, "Full path of the project, such as `group/subgroup/project`.")
	a.Describe(&w.Branch, "Branch whose jobs are allowed.")
	a.Describe(&w.Tag, "Tag whose jobs are allowed.")
	a.Describe(&w.URL, "URL of a self-managed GitLab instance. Defaults to `https://gitlab.com`.")
}

// ForgejoWorkload is a workflow on Forgejo.
type ForgejoWorkload struct {
	URL          string  `pulumi:"url"`
	Owner        string  `pulumi:"owner"`
	Repository   string  `pulumi:"repository"`
	Branch       *string `pulumi:"branch,optional"`
	Tag          *string `pulumi:"tag,optional"`
	PullRequest  *bool   `pulumi:"pullRequest,optional"`
	OwnerID      *string `pulumi:"ownerId,optional"`
	RepositoryID *string `pulumi:"repositoryId,optional"`
}

func (w *ForgejoWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A Forgejo Actions workflow. Set exactly one of `branch`, `tag` and `pullRequest` to select jobs of the repository.")
	a.Describe(&w.URL, "URL of the Forgejo instance, such as `https://codeberg.org`.")
	a.Describe(&w.Owner, "User or organization that owns the repository.")
	a.Describe(&w.Repository, "Name of the repository, without its owner.")
	a.Describe(&w.Branch, "Branch whose jobs are allowed.")
	a.Describe(&w.Tag, "Tag whose jobs are allowed.")
	a.Describe(&w.PullRequest, "Whether the jobs of any pull request are allowed.")
	a.Describe(&w.OwnerID, "Numeric ID of the owner, for a newer repository, whose subjects contain IDs. Requires `repositoryId`.")
	a.Describe(&w.RepositoryID, "Numeric ID of the repository. Requires `ownerId`.")
}

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

// NomadWorkload is a task of a job.
type NomadWorkload struct {
	Issuer    string  `pulumi:"issuer"`
	Job       string  `pulumi:"job"`
	Group     string  `pulumi:"group"`
	Task      string  `pulumi:"task"`
	Identity  *string `pulumi:"identity,optional"`
	Namespace *string `pulumi:"namespace,optional"`
	Region    *string `pulumi:"region,optional"`
}

func (w *NomadWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A task of a Nomad job.")
	a.Describe(&w.Issuer, "Value of `oidc_issuer` in the configuration of the Nomad servers.")
	a.Describe(&w.Job, "Name of the job.")
	a.Describe(&w.Group, "Name of the task's group.")
	a.Describe(&w.Task, "Name of the task.")
	a.Describe(&w.Identity, "Name of the task's `identity` block. Defaults to `default`, as in Nomad.")
	a.Describe(&w.Namespace, "Namespace of the job. Defaults to `default`.")
	a.Describe(&w.Region, "Region of the job. Defaults to `global`, as in Nomad.")
}

// VaultWorkload is an entity.
type VaultWorkload struct {
	URL       string  `pulumi:"url"`
	EntityID  string  `pulumi:"entityId"`
	Namespace *string `pulumi:"namespace,optional"`
}

func (w *VaultWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "An entity of HashiCorp Vault or OpenBao.")
	a.Describe(&w.URL, "URL that Vault uses in its tokens: its `api_addr`, unless `issuer` is set in the identity engine.")
	a.Describe(&w.EntityID, "ID of the entity.")
	a.Describe(&w.Namespace, "Namespace of the entity. Defaults to the root namespace.")
}

// TailscaleWorkload is a node.
type TailscaleWorkload struct {
	Host string `pulumi:"host"`
	Node string `pulumi:"node"`
}

func (w *TailscaleWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A Tailscale node, with tokens from tsiam. Pocket ID must be able to reach tsiam, through Tailscale Funnel or in the tailnet.")
	a.Describe(&w.Host, "Host name of the tsiam service, such as `tsiam.tailnet-name.ts.net`.")
	a.Describe(&w.Node, "Stable ID of the node, or its full name if `tokens.subjectClaim` in tsiam is `name`.")
}
