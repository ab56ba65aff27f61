import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()

# Who may use what: applications see the name in the "groups" claim.
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
    allowed_user_groups=[developers.id],  # without this line everybody may sign in
)

# A single-page application cannot keep a secret: it is public, and uses PKCE.
pocketid.Client(
    "dashboard",
    name="Dashboard",
    is_public=True,
    callback_urls=["https://dashboard.example.com/callback", "http://localhost:5173/callback"],
)

# A workflow signs in as itself: no user, so no callback URL, and no secret ...
deploy = pocketid.Client(
    "deploy",
    name="Deployment",
    callback_urls=[],
    create_secret=False,
)

# ... for it shows a token that GitHub gave it. It must ask GitHub for one whose
# audience is your Pocket ID (deployAudience below).
deploy_from_main = pocketid.FederatedIdentity(
    "deployFromMain",
    client_id=deploy.client_id,
    issuer="https://token.actions.githubusercontent.com",
    subject="repo:acme/app:ref:refs/heads/main",
    jwks_url="https://token.actions.githubusercontent.com/.well-known/jwks",
)

# What the wiki wants to know.
pulumi.export("clientId", wiki.client_id)
pulumi.export("clientSecret", wiki.client_secret)  # stays a secret
pulumi.export("issuer", wiki.issuer)
pulumi.export("discoveryUrl", wiki.discovery_url)

# What the workflow wants to know.
pulumi.export("deployClientId", deploy.client_id)
pulumi.export("deployAudience", deploy_from_main.effective_audience)
