package workload

import (
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
)

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
	a.Describe(&w.Environment, "Environment whose jobs are allowed. Restrict its branches in GitHub: otherwise, a job on any branch can use it.")
	a.Describe(&w.PullRequest, "Whether the jobs of any pull request are allowed. Jobs that use an environment are not included.")
	a.Describe(&w.OwnerID, "Numeric ID of the owner, for a repository with immutable subjects: one that was created, renamed or moved after July 15, 2026, or that opted in. "+
		"Requires `repositoryId`. `gh api repos/<owner>/<repository> --jq '.owner.id, .id'` shows both IDs.")
	a.Describe(&w.RepositoryID, "Numeric ID of the repository. Requires `ownerId`.")
	a.Describe(&w.Host, "Host of GitHub Enterprise Server (`github.example.com`), or of GitHub Enterprise Cloud with data residency (`octocorp.ghe.com`). Defaults to `github.com`.")
	a.Describe(&w.Enterprise, "Slug of the enterprise. Set it only if the enterprise has configured its tokens to contain the slug in the issuer.")
}

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
		subject: gitSubject("@"),
		keys:    keysBelow("/.well-known/jwks"),
		rules: append(gitRules("branch", "tag", "environment", "pullRequest"),
			isHost("host"), noSlash("enterprise")),
	}
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

func forgejo() preset {
	return preset{
		name: "forgejo", shape: shapeOf[ForgejoWorkload](),
		source:  "https://forgejo.org/docs/next/user/actions/security-openid-connect/",
		issuer:  func(b *block) string { return strings.TrimRight(b.text("url"), "/") + "/api/actions" },
		subject: gitSubject("-"),
		keys:    keysBelow("/.well-known/keys"),
		rules:   append(gitRules("branch", "tag", "pullRequest"), isURL("url")),
	}
}

// gitSubject returns the subjects of GitHub and Forgejo: the repository, then what a workflow
// runs for. In immutable subjects, the IDs of owner and repository follow the names, after a
// separator.
func gitSubject(separator string) func(*block) string {
	return func(b *block) string {
		owner, repository := b.text("owner"), b.text("repository")
		if b.isSet("ownerId") || b.isSet("repositoryId") {
			owner += separator + b.text("ownerId")
			repository += separator + b.text("repositoryId")
		}
		return "repo:" + owner + "/" + repository + ":" + gitRef(b)
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
