import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";

const config = new pulumi.Config();

// The stack that manages the application. Its output is secret, and stays secret in this stack.
const identity = new pulumi.StackReference(config.require("identityStack"));
const environment = identity.requireOutput("documentsEnvironment");

// A pod takes all variables with envFrom.
const kubernetesCredentials = new kubernetes.core.v1.Secret("kubernetesCredentials", {
    metadata: { namespace: "documents" },
    stringData: environment,
});

const vaultCredentials = new vault.kv.SecretV2("vaultCredentials", {
    mount: "kv",
    name: "documents/oidc",
    dataJson: pulumi.jsonStringify(environment),
});

export const kubernetesSecret = kubernetesCredentials.id;
export const vaultSecret = vaultCredentials.id;
