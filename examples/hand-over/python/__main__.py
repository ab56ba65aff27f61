import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_vault as vault

config = pulumi.Config()

# The stack that manages the application. Its output is secret, and stays secret in this stack.
identity = pulumi.StackReference(config.require("identityStack"))
environment = identity.require_output("documentsEnvironment")

# A pod takes all variables with envFrom.
kubernetes_credentials = kubernetes.core.v1.Secret(
    "kubernetesCredentials",
    metadata={"namespace": "documents"},
    string_data=environment,
)

vault_credentials = vault.kv.SecretV2(
    "vaultCredentials",
    mount="kv",
    name="documents/oidc",
    data_json=pulumi.Output.json_dumps(environment),
)

pulumi.export("kubernetesSecret", kubernetes_credentials.id)
pulumi.export("vaultSecret", vault_credentials.id)
