package workload

import "github.com/pulumi/pulumi-go-provider/infer"

// Presets are the blocks of which a program may give one, in place of issuer,
// subject and jwksUrl. presets_*.go has the platforms.
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
	const stands = " Use it instead of `issuer` and `subject`. `jwksUrl` then defaults to the key URL of the platform."
	a.Describe(&w.Kubernetes, "A service account of any Kubernetes cluster whose issuer Pocket ID can reach."+stands)
	a.Describe(&w.EKS, "A service account of an Amazon EKS cluster."+stands)
	a.Describe(&w.GKE, "A service account of a Google Kubernetes Engine cluster."+stands)
	a.Describe(&w.AKS, "A service account of an Azure Kubernetes Service cluster."+stands)
	a.Describe(&w.AzureManagedIdentity, "A managed identity or service principal in Microsoft Entra ID. Set `audience` too: Entra ID issues tokens only for app registrations."+stands)
	a.Describe(&w.GoogleCloud, "A Google Cloud service account, with tokens from the metadata server."+stands)
	a.Describe(&w.AWS, "An IAM role or user of an AWS account with outbound identity federation (`sts:GetWebIdentityToken`)."+stands)
	a.Describe(&w.SPIFFE, "A workload with a JWT-SVID from SPIRE or another SPIFFE implementation."+stands)
	a.Describe(&w.GitHubActions, "A GitHub Actions workflow of a branch, a tag, an environment, or pull requests."+stands)
	a.Describe(&w.GitLab, "A GitLab CI/CD job of a branch or a tag."+stands)
	a.Describe(&w.Forgejo, "A Forgejo Actions workflow of a branch, a tag, or pull requests. Requires Forgejo 15 or later."+stands)
	a.Describe(&w.HCPTerraform, "A run phase of a workspace in HCP Terraform or Terraform Enterprise."+stands)
	a.Describe(&w.PulumiESC, "A Pulumi ESC environment, with tokens from `fn::open::oidc`."+stands)
	a.Describe(&w.Buildkite, "A Buildkite pipeline or cluster, with tokens from `buildkite-agent oidc request-token --subject-claim`."+stands)
	a.Describe(&w.Vercel, "An environment of a Vercel project."+stands)
	a.Describe(&w.Nomad, "A task of a Nomad job."+stands)
	a.Describe(&w.Vault, "An entity of HashiCorp Vault or OpenBao, with its identity tokens. "+
		"Set `audience` to the `client_id` of the token's role, or set that `client_id` to the issuer URL of Pocket ID."+stands)
	a.Describe(&w.Tailscale, "A Tailscale node, with tokens from tsiam."+stands)
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
	a.Describe(&w.Issuer, "Issuer URL of the cluster, as shown by `kubectl get --raw /.well-known/openid-configuration`. The keys are read from `<issuer>/openid/v1/jwks`.")
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
	a.Describe(&w, "A service account of an Amazon EKS cluster. Identify the cluster by `issuer`, or by `region` and `oidcId`.")
	a.Describe(&w.Issuer, "OIDC issuer URL of the cluster, as shown by `aws eks describe-cluster --name … --query cluster.identity.oidc.issuer`.")
	a.Describe(&w.Region, "Region of the cluster, such as `eu-central-1`.")
	a.Describe(&w.OIDCID, "Part of the cluster's OIDC issuer URL after `/id/`.")
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
	a.Describe(&w.Project, "ID of the cluster's project.")
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
	a.Describe(&w, "A service account of an Azure Kubernetes Service cluster. Identify the cluster by `issuer`, or by `region`, `tenantId` and `oidcId`.")
	a.Describe(&w.Issuer, "OIDC issuer URL of the cluster, as shown by `az aks show --query oidcIssuerProfile.issuerUrl`. A missing trailing slash is added, because the tokens contain it.")
	a.Describe(&w.Region, "Region of the cluster, such as `westeurope`.")
	a.Describe(&w.TenantID, "ID of the cluster's tenant.")
	a.Describe(&w.OIDCID, "Last UUID in the cluster's OIDC issuer URL.")
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
	a.Describe(&w.TenantID, "ID of the tenant.")
	a.Describe(&w.PrincipalID, "Object (principal) ID of the identity. This is not its client ID.")
	a.Describe(&w.TokenVersion, "Version of the access tokens, 1 or 2: the value of `requestedAccessTokenVersion` of the app registration that the tokens are issued for. "+
		"Defaults to 1, as in Entra ID.")
	a.Describe(&w.Cloud, "The Azure cloud: `public`, `usGovernment` or `china`. Defaults to `public`.")
}

// GoogleCloudWorkload is a service account of Google Cloud.
type GoogleCloudWorkload struct {
	UniqueID string `pulumi:"uniqueId"`
}

func (w *GoogleCloudWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A Google Cloud service account.")
	a.Describe(&w.UniqueID, "Numeric unique ID of the service account, as shown by `gcloud iam service-accounts describe … --format='value(uniqueId)'`. This is not its email address.")
}

// AWSWorkload is an IAM principal.
type AWSWorkload struct {
	Issuer       string `pulumi:"issuer"`
	PrincipalARN string `pulumi:"principalArn"`
}

func (w *AWSWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "An IAM role or user of an AWS account.")
	a.Describe(&w.Issuer, "Issuer URL of the account, as shown by `aws iam get-outbound-web-identity-federation-info`.")
	a.Describe(&w.PrincipalARN, "ARN of the role (`arn:aws:iam::…:role/…`) or user. This is not the ARN of a role session.")
}

// SPIFFEWorkload is a workload with a SPIFFE ID.
type SPIFFEWorkload struct {
	Issuer   string `pulumi:"issuer"`
	SPIFFEID string `pulumi:"spiffeId"`
}

func (w *SPIFFEWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A workload with a SPIFFE ID.")
	a.Describe(&w.Issuer, "Value that the server uses for the `iss` claim. In SPIRE, this is `jwt_issuer`, which must be set. "+
		"The keys are read from `<issuer>/keys`, where SPIRE's OIDC discovery provider publishes them.")
	a.Describe(&w.SPIFFEID, "SPIFFE ID of the workload, such as `spiffe://example.org/ns/prod/sa/api`.")
}
