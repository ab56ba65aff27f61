import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();

// A Lambda function, an ECS task or an EC2 instance with an IAM role. It requests a token
// from AWS (`aws sts get-web-identity-token`) with the audience below. The role needs the
// permission `sts:GetWebIdentityToken`.
const processing = new pocketid.Client("processing", {
    name: "Data processing",
    callbackUrls: [], // no user signs in to this client
    createSecret: false,
});

const byRole = new pocketid.FederatedIdentity("byRole", {
    clientId: processing.clientId,
    aws: { issuer: config.require("issuer"), principalArn: config.require("roleArn") },
});

export const clientId = processing.clientId;
export const audience = byRole.effectiveAudience;
export const keys = byRole.effectiveJwksUrl; // Pocket ID must be able to reach this URL
