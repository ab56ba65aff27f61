package provider

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
	a.Describe(&w, "A GitHub Actions workflow. Exactly one of `branch`, `tag`, `environment` and `pullRequest` says which jobs of the repository: "+
		"for a branch and an environment make two clients.")
	a.Describe(&w.Owner, "User or organization that owns the repository, in its exact case.")
	a.Describe(&w.Repository, "Name of the repository, without its owner, in its exact case.")
	a.Describe(&w.Branch, "Jobs of this branch that use no environment.")
	a.Describe(&w.Tag, "Jobs of this tag that use no environment.")
	a.Describe(&w.Environment, "Jobs that use this environment, of any branch. Protect the environment.")
	a.Describe(&w.PullRequest, "Jobs of any pull request that use no environment.")
	a.Describe(&w.OwnerID, "Id of the owner, for repositories with immutable subjects: those made, renamed or moved after July 15, 2026, and those that opted in. Needs `repositoryId`. "+
		"`gh api repos/<owner>/<repository> --jq '.owner.id, .id'` shows both.")
	a.Describe(&w.RepositoryID, "Id of the repository, together with `ownerId`.")
	a.Describe(&w.Host, "Host of GitHub Enterprise Server (`github.example.com`) or of GitHub Enterprise Cloud with data residency (`octocorp.ghe.com`). Default: github.com.")
	a.Describe(&w.Enterprise, "Slug of the enterprise, if it has made its tokens carry it in their issuer.")
}

// GitLabWorkload is a job on GitLab.
type GitLabWorkload struct {
	Project string  `pulumi:"project"`
	Branch  *string `pulumi:"branch,optional"`
	Tag     *string `pulumi:"tag,optional"`
	URL     *string `pulumi:"url,optional"`
}

func (w *GitLabWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A GitLab CI/CD job. Exactly one of `branch` and `tag` says which jobs of the project.")
	a.Describe(&w.Project, "Full path of the project, such as `group/subgroup/project`.")
	a.Describe(&w.Branch, "Jobs of this branch.")
	a.Describe(&w.Tag, "Jobs of this tag.")
	a.Describe(&w.URL, "Address of a GitLab of your own. Default: `https://gitlab.com`.")
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
	a.Describe(&w, "A Forgejo Actions workflow. Exactly one of `branch`, `tag` and `pullRequest` says which jobs of the repository.")
	a.Describe(&w.URL, "Address of the Forgejo instance, such as `https://codeberg.org`.")
	a.Describe(&w.Owner, "User or organization that owns the repository.")
	a.Describe(&w.Repository, "Name of the repository, without its owner.")
	a.Describe(&w.Branch, "Jobs of this branch.")
	a.Describe(&w.Tag, "Jobs of this tag.")
	a.Describe(&w.PullRequest, "Jobs of any pull request.")
	a.Describe(&w.OwnerID, "Id of the owner, for repositories whose subjects have ids in them: the newer ones. Needs `repositoryId`.")
	a.Describe(&w.RepositoryID, "Id of the repository, together with `ownerId`.")
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
	a.Describe(&w, "A run phase of a workspace in HCP Terraform or Terraform Enterprise. Plans and applies are two subjects: make a client for each.")
	a.Describe(&w.Organization, "Name of the organization.")
	a.Describe(&w.Project, "Name of the workspace's project, such as `Default Project`.")
	a.Describe(&w.Workspace, "Name of the workspace.")
	a.Describe(&w.RunPhase, "`plan` or `apply`.")
	a.Describe(&w.URL, "Address of a Terraform Enterprise, or `https://app.eu.terraform.io`. Default: `https://app.terraform.io`.")
}

// PulumiESCWorkload is an ESC environment.
type PulumiESCWorkload struct {
	OrganizationID string `pulumi:"organizationId"`
	EnvironmentID  string `pulumi:"environmentId"`
}

func (w *PulumiESCWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A Pulumi ESC environment. Pulumi Cloud shows its subject, `pulumi:org:<organizationId>:env:<environmentId>`, above its definition.")
	a.Describe(&w.OrganizationID, "Id of the organization: not its name.")
	a.Describe(&w.EnvironmentID, "Id of the environment that has the `fn::open::oidc` block: not its name.")
}

// BuildkiteWorkload is a pipeline or a cluster.
type BuildkiteWorkload struct {
	PipelineID *string `pulumi:"pipelineId,optional"`
	ClusterID  *string `pulumi:"clusterId,optional"`
}

func (w *BuildkiteWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A Buildkite pipeline or cluster: exactly one of the two. Buildkite's default subject has the commit in it, and so cannot be matched: ask for the token with `--subject-claim`.")
	a.Describe(&w.PipelineID, "Id of the pipeline, for tokens with `--subject-claim pipeline_id`.")
	a.Describe(&w.ClusterID, "Id of the cluster, for tokens with `--subject-claim cluster_id`.")
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
	a.Describe(&w.Environment, "`production`, `preview`, `development` or an environment of your own.")
	a.Describe(&w.GlobalIssuer, "Whether the project uses Vercel's global issuer in place of the team's. Default: false.")
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
	a.Describe(&w.Issuer, "`oidc_issuer` of the servers' configuration.")
	a.Describe(&w.Job, "Name of the job.")
	a.Describe(&w.Group, "Name of the task's group.")
	a.Describe(&w.Task, "Name of the task.")
	a.Describe(&w.Identity, "Name of the task's `identity` block. Default: `default`, as Nomad's.")
	a.Describe(&w.Namespace, "Namespace of the job. Default: `default`.")
	a.Describe(&w.Region, "Region of the job. Default: `global`, as Nomad's.")
}

// VaultWorkload is an entity.
type VaultWorkload struct {
	URL       string  `pulumi:"url"`
	EntityID  string  `pulumi:"entityId"`
	Namespace *string `pulumi:"namespace,optional"`
}

func (w *VaultWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "An entity of HashiCorp Vault or OpenBao.")
	a.Describe(&w.URL, "Address that Vault puts into its tokens: its `api_addr`, unless the identity engine's `issuer` is set.")
	a.Describe(&w.EntityID, "Id of the entity.")
	a.Describe(&w.Namespace, "Namespace that the entity is in. Default: the root namespace.")
}

// TailscaleWorkload is a node.
type TailscaleWorkload struct {
	Host string `pulumi:"host"`
	Node string `pulumi:"node"`
}

func (w *TailscaleWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A Tailscale node, with tokens of tsiam, which Pocket ID must reach: through Funnel, or in the tailnet.")
	a.Describe(&w.Host, "Name of the tsiam service, such as `tsiam.tailnet-name.ts.net`.")
	a.Describe(&w.Node, "The node's stable id, or its full name if tsiam's `tokens.subjectClaim` is `name`.")
}
