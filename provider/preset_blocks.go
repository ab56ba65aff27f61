package provider

import "github.com/pulumi/pulumi-go-provider/infer"

// Presets are the blocks of which a program may give one, in place of issuer,
// subject and jwksUrl. presets.go says what becomes of each.
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
	const stands = " In place of `issuer`, `subject` and, unless it is set, `jwksUrl`."
	a.Describe(&w.Kubernetes, "A service account of any Kubernetes cluster whose issuer Pocket ID can reach."+stands)
	a.Describe(&w.EKS, "A service account of an Amazon EKS cluster."+stands)
	a.Describe(&w.GKE, "A service account of a Google Kubernetes Engine cluster."+stands)
	a.Describe(&w.AKS, "A service account of an Azure Kubernetes Service cluster."+stands)
	a.Describe(&w.AzureManagedIdentity, "A managed identity or service principal in Microsoft Entra ID. Set `audience` as well: Entra ID issues tokens for app registrations only."+stands)
	a.Describe(&w.GoogleCloud, "A service account of Google Cloud, with tokens of the metadata server."+stands)
	a.Describe(&w.AWS, "An IAM role or user of an AWS account with outbound identity federation (`sts:GetWebIdentityToken`)."+stands)
	a.Describe(&w.SPIFFE, "A workload with a JWT-SVID of SPIRE or another SPIFFE implementation."+stands)
	a.Describe(&w.GitHubActions, "A GitHub Actions workflow: of a branch, a tag, an environment, or of pull requests."+stands)
	a.Describe(&w.GitLab, "A GitLab CI/CD job: of a branch or a tag."+stands)
	a.Describe(&w.Forgejo, "A Forgejo Actions workflow (Forgejo 15 or later): of a branch, a tag, or of pull requests."+stands)
	a.Describe(&w.HCPTerraform, "A run phase of a workspace in HCP Terraform or Terraform Enterprise."+stands)
	a.Describe(&w.PulumiESC, "A Pulumi ESC environment, with tokens of `fn::open::oidc`."+stands)
	a.Describe(&w.Buildkite, "A Buildkite pipeline or cluster, with tokens of `buildkite-agent oidc request-token --subject-claim`."+stands)
	a.Describe(&w.Vercel, "An environment of a Vercel project."+stands)
	a.Describe(&w.Nomad, "A task of a Nomad job."+stands)
	a.Describe(&w.Vault, "An entity of HashiCorp Vault or OpenBao, with its identity tokens. Set `audience` to the `client_id` of the token's role, or that `client_id` to Pocket ID's issuer."+stands)
	a.Describe(&w.Tailscale, "A Tailscale node, with tokens of tsiam."+stands)
}

// KubernetesWorkload is a service account of a cluster.
type KubernetesWorkload struct {
	Issuer         string `pulumi:"issuer"`
	Namespace      string `pulumi:"namespace"`
	ServiceAccount string `pulumi:"serviceAccount"`
}

const (
	ofNamespace      = "Namespace of the service account."
	ofServiceAccount = "Name of the service account."
)

func (w *KubernetesWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A service account of a Kubernetes cluster.")
	a.Describe(&w.Issuer, "The cluster's issuer: `kubectl get --raw /.well-known/openid-configuration` shows it. The keys are taken from `<issuer>/openid/v1/jwks`.")
	a.Describe(&w.Namespace, ofNamespace)
	a.Describe(&w.ServiceAccount, ofServiceAccount)
}

// EKSWorkload is a service account of an EKS cluster.
type EKSWorkload struct {
	Issuer         *string `pulumi:"issuer,optional"`
	Region         *string `pulumi:"region,optional"`
	OIDCID         *string `pulumi:"oidcId,optional"`
	Namespace      string  `pulumi:"namespace"`
	ServiceAccount string  `pulumi:"serviceAccount"`
}

func (w *EKSWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A service account of an Amazon EKS cluster, which is named by its issuer, or by its region and OIDC id.")
	a.Describe(&w.Issuer, "The cluster's OIDC issuer URL: `aws eks describe-cluster --name … --query cluster.identity.oidc.issuer`.")
	a.Describe(&w.Region, "Region of the cluster, such as `eu-central-1`.")
	a.Describe(&w.OIDCID, "The part after `/id/` of the cluster's OIDC issuer URL.")
	a.Describe(&w.Namespace, ofNamespace)
	a.Describe(&w.ServiceAccount, ofServiceAccount)
}

// GKEWorkload is a service account of a GKE cluster.
type GKEWorkload struct {
	Project        string `pulumi:"project"`
	Location       string `pulumi:"location"`
	Cluster        string `pulumi:"cluster"`
	Namespace      string `pulumi:"namespace"`
	ServiceAccount string `pulumi:"serviceAccount"`
}

func (w *GKEWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A service account of a Google Kubernetes Engine cluster.")
	a.Describe(&w.Project, "Id of the cluster's project.")
	a.Describe(&w.Location, "Region or zone of the cluster.")
	a.Describe(&w.Cluster, "Name of the cluster.")
	a.Describe(&w.Namespace, ofNamespace)
	a.Describe(&w.ServiceAccount, ofServiceAccount)
}

// AKSWorkload is a service account of an AKS cluster.
type AKSWorkload struct {
	Issuer         *string `pulumi:"issuer,optional"`
	Region         *string `pulumi:"region,optional"`
	TenantID       *string `pulumi:"tenantId,optional"`
	OIDCID         *string `pulumi:"oidcId,optional"`
	Namespace      string  `pulumi:"namespace"`
	ServiceAccount string  `pulumi:"serviceAccount"`
}

func (w *AKSWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A service account of an Azure Kubernetes Service cluster, which is named by its issuer, or by its region, tenant and OIDC id.")
	a.Describe(&w.Issuer, "The cluster's OIDC issuer URL: `az aks show --query oidcIssuerProfile.issuerUrl`. The slash at its end is added if it is missing: the tokens have it.")
	a.Describe(&w.Region, "Region of the cluster, such as `westeurope`.")
	a.Describe(&w.TenantID, "Id of the cluster's tenant.")
	a.Describe(&w.OIDCID, "The last UUID of the cluster's OIDC issuer URL.")
	a.Describe(&w.Namespace, ofNamespace)
	a.Describe(&w.ServiceAccount, ofServiceAccount)
}

// AzureManagedIdentityWorkload is a managed identity in Entra ID.
type AzureManagedIdentityWorkload struct {
	TenantID     string  `pulumi:"tenantId"`
	PrincipalID  string  `pulumi:"principalId"`
	TokenVersion *int    `pulumi:"tokenVersion,optional"`
	Cloud        *string `pulumi:"cloud,optional"`
}

func (w *AzureManagedIdentityWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A managed identity or service principal in Microsoft Entra ID.")
	a.Describe(&w.TenantID, "Id of the tenant.")
	a.Describe(&w.PrincipalID, "Object (principal) id of the identity: not its client id.")
	a.Describe(&w.TokenVersion, "Version of the access tokens, 1 or 2, as `requestedAccessTokenVersion` of the app registration that they are for says. Default: 1, as Entra ID's.")
	a.Describe(&w.Cloud, "The Azure cloud: `public`, `usGovernment` or `china`. Default: `public`.")
}

// GoogleCloudWorkload is a service account of Google Cloud.
type GoogleCloudWorkload struct {
	UniqueID string `pulumi:"uniqueId"`
}

func (w *GoogleCloudWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A service account of Google Cloud.")
	a.Describe(&w.UniqueID, "Numeric unique id of the service account: `gcloud iam service-accounts describe … --format='value(uniqueId)'`. Not its email address.")
}

// AWSWorkload is an IAM principal.
type AWSWorkload struct {
	Issuer       string `pulumi:"issuer"`
	PrincipalARN string `pulumi:"principalArn"`
}

func (w *AWSWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "An IAM role or user of an AWS account.")
	a.Describe(&w.Issuer, "The account's issuer URL: `aws iam get-outbound-web-identity-federation-info` shows it.")
	a.Describe(&w.PrincipalARN, "ARN of the role (`arn:aws:iam::…:role/…`, not of a session of it) or user.")
}

// SPIFFEWorkload is a workload with a SPIFFE ID.
type SPIFFEWorkload struct {
	Issuer   string `pulumi:"issuer"`
	SPIFFEID string `pulumi:"spiffeId"`
}

func (w *SPIFFEWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A workload with a SPIFFE ID.")
	a.Describe(&w.Issuer, "What the server puts into `iss` (in SPIRE: `jwt_issuer`, which must be set). The keys are taken from `<issuer>/keys`, where SPIRE's OIDC discovery provider has them.")
	a.Describe(&w.SPIFFEID, "The workload's id, such as `spiffe://example.org/ns/prod/sa/api`.")
}
