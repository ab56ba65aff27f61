import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()

# A Lambda function, an ECS task or an EC2 instance with an IAM role. It requests a token
# from AWS (`aws sts get-web-identity-token`) with the audience below. The role needs the
# permission `sts:GetWebIdentityToken`.
processing = pocketid.Client(
    "processing",
    name="Data processing",
    callback_urls=[],  # no user signs in to this client
    create_secret=False,
)

by_role = pocketid.FederatedIdentity(
    "byRole",
    client_id=processing.client_id,
    aws={"issuer": config.require("issuer"), "principal_arn": config.require("roleArn")},
)

pulumi.export("clientId", processing.client_id)
pulumi.export("audience", by_role.effective_audience)
pulumi.export("keys", by_role.effective_jwks_url)  # Pocket ID must be able to reach this URL
