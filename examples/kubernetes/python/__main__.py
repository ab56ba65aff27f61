import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()

# People sign in to the wiki as usual. But where it would show Pocket ID a client
# secret, it shows the token of its service account.
wiki = pocketid.Client(
    "wiki",
    name="Wiki",
    callback_urls=["https://wiki.example.com/oauth/callback"],
    create_secret=False,
)

# Its pods mount a projected token with the audience below.
in_cluster = pocketid.FederatedIdentity(
    "inCluster",
    client_id=wiki.client_id,
    kubernetes={"issuer": config.require("issuer"), "namespace": "wiki", "service_account": "server"},
)

# It also runs in a cluster of Amazon's: another issuer may be on the same client.
# (`gke` and `aks` are for those of Google's and Microsoft's.)
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
pulumi.export("audience", in_cluster.effective_audience)  # for the projected tokens

# Where Pocket ID gets the clusters' keys: it must be able to reach them.
pulumi.export("keys", [in_cluster.effective_jwks_url, in_eks.effective_jwks_url])
