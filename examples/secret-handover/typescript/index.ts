import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

// The stack that manages the client.
const identity = new pulumi.StackReference(config.require("identityStack"));

export const clientId = identity.requireOutput("clientId");
export const clientSecret = identity.requireOutput("clientSecret"); // still secret, and encrypted in the state of this stack too
export const issuer = identity.requireOutput("issuer");

// A value that is derived from a secret is secret too.
export const environment = pulumi.interpolate`OIDC_ISSUER=${issuer}
OIDC_CLIENT_ID=${clientId}
OIDC_CLIENT_SECRET=${clientSecret}
`;
