package workload

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

func spiffe() preset {
	return preset{
		name: "spiffe", shape: shapeOf[SPIFFEWorkload](),
		source:  "https://github.com/spiffe/spire/blob/main/support/oidc-discovery-provider/README.md",
		issuer:  field("issuer"),
		subject: field("spiffeId"),
		keys:    keysBelow("/keys"),
		rules:   []rule{isURL("issuer"), matches("spiffeId", `^spiffe://[^/]+`, "must be a SPIFFE ID such as spiffe://example.org/ns/prod/sa/api")},
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
