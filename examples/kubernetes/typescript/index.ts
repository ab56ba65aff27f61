import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();

// People sign in to the wiki as usual. But where it would show Pocket ID a client
// secret, it shows the token of its service account.
const wiki = new pocketid.Client("wiki", {
    name: "Wiki",
    callbackUrls: ["https://wiki.example.com/oauth/callback"],
    createSecret: false,
});

// Its pods mount a projected token with the audience below.
const inCluster = new pocketid.FederatedIdentity("inCluster", {
    clientId: wiki.clientId,
    kubernetes: { issuer: config.require("issuer"), namespace: "wiki", serviceAccount: "server" },
});

// It also runs in a cluster of Amazon's: another issuer may be on the same client.
// (`gke` and `aks` are for those of Google's and Microsoft's.)
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
export const audience = inCluster.effectiveAudience; // for the projected tokens

// Where Pocket ID gets the clusters' keys: it must be able to reach them.
export const keys = [inCluster.effectiveJwksUrl, inEks.effectiveJwksUrl];
