import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()

# Users sign in to the wiki as usual. The wiki authenticates to Pocket ID with the token
# of its service account instead of a client secret.
wiki = pocketid.Client(
    "wiki",
    name="Wiki",
    callback_urls=["https://wiki.example.com/oauth/callback"],
    create_secret=False,
)

# Its pods mount a projected service account token with the audience below.
in_cluster = pocketid.FederatedIdentity(
    "inCluster",
    client_id=wiki.client_id,
    kubernetes={"issuer": config.require("issuer"), "namespace": "wiki", "service_account": "server"},
)

# The wiki also runs in Amazon EKS. A client can have several identities if their issuers
# differ. Use `gke` and `aks` for clusters of Google and Microsoft.
in_eks = pocketid.FederatedIdentity(
    "inEks",
    client_id=wiki.client_id,
    eks={
        "region": "eu-central-1",
        "oidc_id": "EXAMPLED539D4633E53DE1B71EXAMPLE",
        "namespace": "wiki",
        "service_account": "server",
    },
)

pulumi.export("clientId", wiki.client_id)
pulumi.export("audience", in_cluster.effective_audience)  # the audience of the projected tokens

# URLs of the clusters' public keys. Pocket ID must be able to reach them.
pulumi.export("keys", [in_cluster.effective_jwks_url, in_eks.effective_jwks_url])
