import pulumi

config = pulumi.Config()

# The stack that made the client.
identity = pulumi.StackReference(config.require("identityStack"))

client_id = identity.require_output("clientId")
client_secret = identity.require_output("clientSecret")  # still a secret, and encrypted here too
issuer = identity.require_output("issuer")

pulumi.export("clientId", client_id)
pulumi.export("clientSecret", client_secret)
pulumi.export("issuer", issuer)

# What is made of a secret is one too.
pulumi.export(
    "environment",
    pulumi.Output.format(
        "OIDC_ISSUER={}\nOIDC_CLIENT_ID={}\nOIDC_CLIENT_SECRET={}\n", issuer, client_id, client_secret
    ),
)
