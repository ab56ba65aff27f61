package workload

import (
	"slices"
	"sync"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// Presets are the blocks of which a program may set one instead of issuer, subject and
// jwksUrl. presets_*.go has the platforms.
type Presets struct {
	Kubernetes           *KubernetesWorkload           `pulumi:"kubernetes,optional"`
	EKS                  *EKSWorkload                  `pulumi:"eks,optional"`
	GKE                  *GKEWorkload                  `pulumi:"gke,optional"`
	AKS                  *AKSWorkload                  `pulumi:"aks,optional"`
	AzureManagedIdentity *AzureManagedIdentityWorkload `pulumi:"azureManagedIdentity,optional"`
	GoogleCloud          *GoogleCloudWorkload          `pulumi:"googleCloud,optional"`
	AWS                  *AWSWorkload                  `pulumi:"aws,optional"`
	SPIFFE               *SPIFFEWorkload               `pulumi:"spiffe,optional"`
	GitHubActions        *GitHubActionsWorkload        `pulumi:"githubActions,optional"`
	GitLab               *GitLabWorkload               `pulumi:"gitlab,optional"`
	Forgejo              *ForgejoWorkload              `pulumi:"forgejo,optional"`
	HCPTerraform         *HCPTerraformWorkload         `pulumi:"hcpTerraform,optional"`
	PulumiESC            *PulumiESCWorkload            `pulumi:"pulumiEsc,optional"`
	Buildkite            *BuildkiteWorkload            `pulumi:"buildkite,optional"`
	Vercel               *VercelWorkload               `pulumi:"vercel,optional"`
	Nomad                *NomadWorkload                `pulumi:"nomad,optional"`
	Vault                *VaultWorkload                `pulumi:"vault,optional"`
	Tailscale            *TailscaleWorkload            `pulumi:"tailscale,optional"`
}

// Annotate describes the blocks.
func (w *Presets) Annotate(a infer.Annotator) {
	const instead = " Use it instead of `issuer` and `subject`. `jwksUrl` then defaults to the key URL of the platform."
	a.Describe(&w.Kubernetes, "A service account of any Kubernetes cluster whose issuer Pocket ID can reach."+instead)
	a.Describe(&w.EKS, "A service account of an Amazon EKS cluster."+instead)
	a.Describe(&w.GKE, "A service account of a Google Kubernetes Engine cluster."+instead)
	a.Describe(&w.AKS, "A service account of an Azure Kubernetes Service cluster."+instead)
	a.Describe(&w.AzureManagedIdentity, "A managed identity or service principal in Microsoft Entra ID. Set `audience` too: Entra ID issues tokens only for app registrations."+instead)
	a.Describe(&w.GoogleCloud, "A Google Cloud service account, with tokens from the metadata server."+instead)
	a.Describe(&w.AWS, "An IAM role or user of an AWS account with outbound identity federation (`sts:GetWebIdentityToken`)."+instead)
	a.Describe(&w.SPIFFE, "A workload with a JWT-SVID from SPIRE or another SPIFFE implementation."+instead)
	a.Describe(&w.GitHubActions, "A GitHub Actions workflow of a branch, a tag, an environment, or pull requests."+instead)
	a.Describe(&w.GitLab, "A GitLab CI/CD job of a branch or a tag."+instead)
	a.Describe(&w.Forgejo, "A Forgejo Actions workflow of a branch, a tag, or pull requests. Requires Forgejo 15 or later."+instead)
	a.Describe(&w.HCPTerraform, "A run phase of a workspace in HCP Terraform or Terraform Enterprise."+instead)
	a.Describe(&w.PulumiESC, "A Pulumi ESC environment, with tokens from `fn::open::oidc`."+instead)
	a.Describe(&w.Buildkite, "A Buildkite pipeline or cluster, with tokens from `buildkite-agent oidc request-token --subject-claim`."+instead)
	a.Describe(&w.Vercel, "An environment of a Vercel project."+instead)
	a.Describe(&w.Nomad, "A task of a Nomad job."+instead)
	a.Describe(&w.Vault, "An entity of HashiCorp Vault or OpenBao, with its identity tokens. "+
		"Set `audience` to the `client_id` of the token's role, or set that `client_id` to the issuer URL of Pocket ID."+instead)
	a.Describe(&w.Tailscale, "A Tailscale node, with tokens from tsiam."+instead)
}

// presets lists all presets. None sets an audience: the workload requests a token for the
// audience that Pocket ID expects.
var presets = sync.OnceValue(func() []preset {
	return []preset{
		kubernetes(), eks(), gke(), aks(),
		azureManagedIdentity(), googleCloud(), aws(), spiffe(),
		githubActions(), gitlab(), forgejo(), hcpTerraform(), pulumiEsc(), buildkite(), vercel(), nomad(), vault(), tailscale(),
	}
})

// PresetNames are the inputs that are blocks of presets.
func PresetNames() []string {
	var names []string
	for _, p := range presets() {
		names = append(names, p.name)
	}
	return names
}

func presetNamed(name string) (preset, bool) {
	at := slices.IndexFunc(presets(), func(p preset) bool { return p.name == name })
	if at < 0 {
		return preset{}, false
	}
	return presets()[at], true
}
