import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();

// Users sign in to the wiki as usual. The wiki authenticates to Pocket ID with the token
// of its service account instead of a client secret.
const wiki = new pocketid.Client("wiki", {
    name: "Wiki",
    callbackUrls: ["https://wiki.example.com/oauth/callback"],
    createSecret: false,
});

// Its pods mount a projected service account token with the audience below.
const inCluster = new pocketid.FederatedIdentity("inCluster", {
    clientId: wiki.clientId,
    kubernetes: { issuer: config.require("issuer"), namespace: "wiki", serviceAccount: "server" },
});

// The wiki also runs in Amazon EKS. A client can have several identities if their issuers
// differ. Use `gke` and `aks` for clusters of Google and Microsoft.
const inEks = new pocketid.FederatedIdentity("inEks", {
    clientId: wiki.clientId,
    eks: {
        region: "eu-central-1",
        oidcId: "EXAMPLED539D4633E53DE1B71EXAMPLE",
        namespace: "wiki",
        serviceAccount: "server",
    },
});

export const clientId = wiki.clientId;
export const audience = inCluster.effectiveAudience; // the audience of the projected tokens

// URLs of the clusters' public keys. Pocket ID must be able to reach them.
export const keys = [inCluster.effectiveJwksUrl, inEks.effectiveJwksUrl];
