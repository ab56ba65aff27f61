import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()
rotation = config.require("rotation")

# A web application whose client secret is a separate resource, so that a rotation causes
# no downtime.
wiki = pocketid.Client(
    "wiki",
    name="Wiki",
    callback_urls=["https://wiki.example.com/oauth/callback"],
    create_secret=False,
)

# A rotation creates the new secret, then updates what uses it, and then deletes the old
# secret. Requires Pocket ID 2.14 or later.
wiki_secret = pocketid.ClientSecret(
    "wikiSecret",
    client_id=wiki.client_id,
    rotation_triggers={"rotation": rotation},
    rotate_after="60d",  # the first `pulumi up` after 60 days rotates the secret, so run it daily
    expires_in="90d",  # after 90 days without a rotation the secret expires
)

# The secret that a client creates for itself can be rotated too. The old secret stays
# valid for at least one day, so that other stacks can read the new one. After that, the
# next `pulumi up` deletes the old secret.
shop = pocketid.Client(
    "shop",
    name="Shop",
    callback_urls=["https://shop.example.com/oauth/callback"],
    secret_rotation_triggers={"rotation": rotation},
    previous_secret_valid_for="1d",
)

pulumi.export("issuer", wiki.issuer)

# Settings for the wiki.
pulumi.export("clientId", wiki.client_id)
pulumi.export("clientSecret", wiki_secret.secret)  # the output is secret
pulumi.export("clientSecretExpiresAt", wiki_secret.expires_at)

# Settings for the shop.
pulumi.export("shopClientId", shop.client_id)
pulumi.export("shopClientSecret", shop.client_secret)
