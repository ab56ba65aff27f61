import pulumi

config = pulumi.Config()

# The stack that manages the client.
identity = pulumi.StackReference(config.require("identityStack"))

client_id = identity.require_output("clientId")
client_secret = identity.require_output("clientSecret")  # still secret, and encrypted in the state of this stack too
issuer = identity.require_output("issuer")

pulumi.export("clientId", client_id)
pulumi.export("clientSecret", client_secret)
pulumi.export("issuer", issuer)

# A value that is derived from a secret is secret too.
pulumi.export(
    "environment",
    pulumi.Output.format(
        "OIDC_ISSUER={}\nOIDC_CLIENT_ID={}\nOIDC_CLIENT_SECRET={}\n", issuer, client_id, client_secret
    ),
)
