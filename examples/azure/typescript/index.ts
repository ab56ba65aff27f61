import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();
const tenantId = config.require("tenantId");

// A function, a container or a virtual machine with a managed identity. It asks
// Azure for a token with the app registration as its resource.
const worker = new pocketid.Client("worker", {
    name: "Worker",
    callbackUrls: [], // nobody signs in here
    createSecret: false,
});

const byManagedIdentity = new pocketid.FederatedIdentity("byManagedIdentity", {
    clientId: worker.clientId,
    azureManagedIdentity: {
        tenantId,
        principalId: config.require("principalId"),
        // tokenVersion: 2, if the app registration has requestedAccessTokenVersion: 2
    },
    audience: config.require("appId"),
});

// A pod in AKS needs no identity in Entra ID: it has the token of its service
// account, whose audience is free.
const report = new pocketid.Client("report", {
    name: "Report",
    callbackUrls: [],
    createSecret: false,
});

const inAks = new pocketid.FederatedIdentity("inAks", {
    clientId: report.clientId,
    aks: { // or issuer: what `az aks show --query oidcIssuerProfile.issuerUrl` prints
        region: "westeurope",
        tenantId,
        oidcId: "11111111-1111-1111-1111-111111111111",
        namespace: "reports",
        serviceAccount: "nightly",
    },
});

export const workerClientId = worker.clientId;
export const workerIssuer = byManagedIdentity.effectiveIssuer;
export const reportClientId = report.clientId;
export const reportIssuer = inAks.effectiveIssuer;
export const reportAudience = inAks.effectiveAudience; // for the projected token
