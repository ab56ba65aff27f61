import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

// The stack that made the client.
const identity = new pulumi.StackReference(config.require("identityStack"));

export const clientId = identity.requireOutput("clientId");
export const clientSecret = identity.requireOutput("clientSecret"); // still a secret, and encrypted here too
export const issuer = identity.requireOutput("issuer");

// What is made of a secret is one too.
export const environment = pulumi.interpolate`OIDC_ISSUER=${issuer}
OIDC_CLIENT_ID=${clientId}
OIDC_CLIENT_SECRET=${clientSecret}
`;
