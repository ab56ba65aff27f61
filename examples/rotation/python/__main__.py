import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()
rotation = config.require("rotation")

# A web application whose secret is a resource of its own, so that it rotates
# without a gap ...
wiki = pocketid.Client(
    "wiki",
    name="Wiki",
    callback_urls=["https://wiki.example.com/oauth/callback"],
    create_secret=False,
)

# ... for a rotation makes the new secret, then updates what uses it, and only
# then deletes the old one. Needs Pocket ID 2.14 or later.
wiki_secret = pocketid.ClientSecret(
    "wikiSecret",
    client_id=wiki.client_id,
    rotation_triggers={"rotation": rotation},
    rotate_after="60d",  # from then on, the next `pulumi up` rotates it: run it daily
    expires_in="90d",  # the end, if nobody runs it
)

# A client's own secret rotates too. Who takes it from another stack has a day
# to get the new one; after that, the next `pulumi up` deletes the old one.
shop = pocketid.Client(
    "shop",
    name="Shop",
    callback_urls=["https://shop.example.com/oauth/callback"],
    secret_rotation_triggers={"rotation": rotation},
    previous_secret_valid_for="1d",
)

pulumi.export("issuer", wiki.issuer)

# What the wiki wants to know.
pulumi.export("clientId", wiki.client_id)
pulumi.export("clientSecret", wiki_secret.secret)  # stays a secret
pulumi.export("clientSecretExpiresAt", wiki_secret.expires_at)

# What the shop wants to know.
pulumi.export("shopClientId", shop.client_id)
pulumi.export("shopClientSecret", shop.client_secret)
