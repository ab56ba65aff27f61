package workload

import "github.com/pulumi/pulumi-go-provider/infer"

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

func azureManagedIdentity() preset {
	return preset{
		name: "azureManagedIdentity", shape: shapeOf[AzureManagedIdentityWorkload](),
		source: "https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference",
		issuer: func(b *block) string {
			cloud := cloudOf(b)
			if b.number("tokenVersion") == 2 {
				return cloud.login + "/" + b.text("tenantId") + "/v2.0"
			}
			return cloud.sts + "/" + b.text("tenantId") + "/"
		},
		subject: field("principalId"),
		keys: func(b *block, _ func(*block) string) string {
			if b.number("tokenVersion") == 2 {
				return cloudOf(b).login + "/" + b.text("tenantId") + "/discovery/v2.0/keys"
			}
			return cloudOf(b).login + "/common/discovery/keys"
		},
		rules: []rule{
			matches("tenantId", `^[0-9a-f-]{36}$`, "must be the tenant ID, a UUID in lower case as in the tokens, and not a domain"),
			matches("principalId", `^[0-9a-f-]{36}$`, "must be the object (principal) ID of the identity, a UUID in lower case as in the tokens"),
			{"tokenVersion", func(b *block) string {
				if v := b.number("tokenVersion"); b.isSet("tokenVersion") && v != 1 && v != 2 {
					return "must be 1 or 2"
				}
				return ""
			}},
			oneOf("cloud", "public", "usGovernment", "china"),
		},
	}
}

type azureCloud struct{ login, sts string }

// cloudOf returns the addresses of an Azure cloud.
// https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
func cloudOf(b *block) azureCloud {
	switch b.text("cloud") {
	case "usGovernment": // its version 1 tokens have the issuer of the public cloud
		return azureCloud{"https://login.microsoftonline.us", "https://sts.windows.net"}
	case "china":
		return azureCloud{"https://login.partner.microsoftonline.cn", "https://sts.chinacloudapi.cn"}
	}
	return azureCloud{"https://login.microsoftonline.com", "https://sts.windows.net"}
}

// GoogleCloudWorkload is a service account of Google Cloud.
type GoogleCloudWorkload struct {
	UniqueID string `pulumi:"uniqueId"`
}

func (w *GoogleCloudWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A Google Cloud service account.")
	a.Describe(&w.UniqueID, "Numeric unique ID of the service account, as shown by `gcloud iam service-accounts describe … --format='value(uniqueId)'`. This is not its email address.")
}

func googleCloud() preset {
	return preset{
		name: "googleCloud", shape: shapeOf[GoogleCloudWorkload](),
		source:  "https://cloud.google.com/compute/docs/instances/verifying-instance-identity",
		issuer:  constant("https://accounts.google.com"),
		subject: field("uniqueId"),
		keys:    keysAt("https://www.googleapis.com/oauth2/v3/certs"),
		rules:   []rule{matches("uniqueId", `^[0-9]+$`, "must be the numeric unique ID of the service account, not its email address")},
	}
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

func aws() preset {
	return preset{
		name: "aws", shape: shapeOf[AWSWorkload](),
		source:  "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html",
		issuer:  field("issuer"),
		subject: field("principalArn"),
		rules: []rule{
			isURL("issuer"),
			matches("principalArn", `^arn:[^:]+:iam::[0-9]+:.+`, "must be the ARN of an IAM role or user (arn:aws:iam::…), not of a session"),
		},
	}
}
