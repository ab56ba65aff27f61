import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()
tenant_id = config.require("tenantId")

# A function, a container or a virtual machine with a managed identity. It requests a
# token from Azure with the app registration as the resource.
worker = pocketid.Client(
    "worker",
    name="Worker",
    callback_urls=[],  # no user signs in to this client
    create_secret=False,
)

by_managed_identity = pocketid.FederatedIdentity(
    "byManagedIdentity",
    client_id=worker.client_id,
    azure_managed_identity={
        "tenant_id": tenant_id,
        "principal_id": config.require("principalId"),
        # Add "token_version": 2 if the app registration sets requestedAccessTokenVersion to 2.
    },
    audience=config.require("appId"),
)

# A pod in AKS needs no identity in Entra ID. It uses the token of its service account,
# which can have any audience.
report = pocketid.Client(
    "report",
    name="Report",
    callback_urls=[],
    create_secret=False,
)

in_aks = pocketid.FederatedIdentity(
    "inAks",
    client_id=report.client_id,
    aks={  # or set only issuer, to the output of `az aks show --query oidcIssuerProfile.issuerUrl`
        "region": "westeurope",
        "tenant_id": tenant_id,
        "oidc_id": "11111111-1111-1111-1111-111111111111",
        "namespace": "reports",
        "service_account": "nightly",
    },
)

pulumi.export("workerClientId", worker.client_id)
pulumi.export("workerIssuer", by_managed_identity.effective_issuer)
pulumi.export("reportClientId", report.client_id)
pulumi.export("reportIssuer", in_aks.effective_issuer)
pulumi.export("reportAudience", in_aks.effective_audience)  # the audience of the projected token
