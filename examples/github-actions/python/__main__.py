import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()
owner = config.require("owner")
repository = config.require("repository")

# Pocket ID only ever uses the first identity of an issuer that a client has: two
# subjects of GitHub's need two clients. So whoever takes their tokens can tell
# them apart, too.
main = pocketid.Client(
    "main",
    name="Builds of main",
    callback_urls=[],  # nobody signs in here
    create_secret=False,
)

# Jobs of the branch main that use no environment.
from_main = pocketid.FederatedIdentity(
    "fromMain",
    client_id=main.client_id,
    github_actions={"owner": owner, "repository": repository, "branch": "main"},
    replay_protection=True,  # a job asks for a token of its own; needs Pocket ID 2.10
)

production = pocketid.Client(
    "production",
    name="Deployments to production",
    callback_urls=[],
    create_secret=False,
)

# Jobs that use the environment production, whatever their branch: protect it.
# This repository is one with ids in its subjects, as all are that were made,
# renamed or moved after July 15, 2026.
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

# What the workflows want to know.
pulumi.export("mainClientId", main.client_id)
pulumi.export("productionClientId", production.client_id)
pulumi.export("audience", from_main.effective_audience)  # to ask GitHub for

# What Pocket ID compares the tokens with: to look at when one is refused.
pulumi.export("mainSubject", from_main.effective_subject)
pulumi.export("productionSubject", from_production.effective_subject)
