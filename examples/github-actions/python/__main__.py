import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()
owner = config.require("owner")
repository = config.require("repository")

# Pocket ID uses only the first identity per issuer of a client, so two GitHub subjects
# need two clients. Services that accept the access tokens can also tell the two clients
# apart.
main = pocketid.Client(
    "main",
    name="Builds of main",
    callback_urls=[],  # no user signs in to this client
    create_secret=False,
)

# Jobs on branch main that use no environment.
from_main = pocketid.FederatedIdentity(
    "fromMain",
    client_id=main.client_id,
    github_actions={"owner": owner, "repository": repository, "branch": "main"},
    replay_protection=True,  # each job requests its own token; requires Pocket ID 2.10 or later
)

production = pocketid.Client(
    "production",
    name="Deployments to production",
    callback_urls=[],
    create_secret=False,
)

# Jobs that use the environment production, on any branch, so protect this environment.
# The subjects of this repository contain IDs. GitHub adds them for repositories that were
# created, renamed or transferred after July 15, 2026.
from_production = pocketid.FederatedIdentity(
    "fromProduction",
    client_id=production.client_id,
    github_actions={
        "owner": owner,
        "owner_id": "123456",
        "repository": f"{repository}-deploy",
        "repository_id": "456789",
        "environment": "production",
    },
    replay_protection=True,
)

# Settings for the workflows.
pulumi.export("mainClientId", main.client_id)
pulumi.export("productionClientId", production.client_id)
pulumi.export("audience", from_main.effective_audience)  # the audience to request from GitHub

# The subjects that Pocket ID compares with the tokens. Check them if a token is refused.
pulumi.export("mainSubject", from_main.effective_subject)
pulumi.export("productionSubject", from_production.effective_subject)
