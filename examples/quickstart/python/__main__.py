import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()

# A group of users. Applications receive its name in the "groups" claim.
developers = pocketid.Group(
    "developers",
    name=config.require("groupName"),
    friendly_name="Developers",
)

# A web application with a backend that can keep a secret.
wiki = pocketid.Client(
    "wiki",
    name="Wiki",
    callback_urls=["https://wiki.example.com/oauth/callback"],
    logout_callback_urls=["https://wiki.example.com/"],
    launch_url="https://wiki.example.com/",
    allowed_user_groups=[developers.id],  # if omitted, every user may sign in
)

# A single-page application cannot keep a secret, so it is a public client that uses PKCE.
pocketid.Client(
    "dashboard",
    name="Dashboard",
    is_public=True,
    callback_urls=["https://dashboard.example.com/callback", "http://localhost:5173/callback"],
)

# A workflow authenticates without a user and without a client secret, so it needs no
# callback URL.
deploy = pocketid.Client(
    "deploy",
    name="Deployment",
    callback_urls=[],
    create_secret=False,
)

# The workflow presents a token from GitHub instead of a client secret. It must request
# that token with Pocket ID as the audience (deployAudience below).
deploy_from_main = pocketid.FederatedIdentity(
    "deployFromMain",
    client_id=deploy.client_id,
    issuer="https://token.actions.githubusercontent.com",
    subject="repo:acme/app:ref:refs/heads/main",
    jwks_url="https://token.actions.githubusercontent.com/.well-known/jwks",
)

# Settings for the wiki.
pulumi.export("clientId", wiki.client_id)
pulumi.export("clientSecret", wiki.client_secret)  # the output is secret
pulumi.export("issuer", wiki.issuer)
pulumi.export("discoveryUrl", wiki.discovery_url)

# Settings for the workflow.
pulumi.export("deployClientId", deploy.client_id)
pulumi.export("deployAudience", deploy_from_main.effective_audience)
