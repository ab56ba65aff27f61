import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();
const tenantId = config.require("tenantId");

// A function, a container or a virtual machine with a managed identity. It requests a
// token from Azure with the app registration as the resource.
const worker = new pocketid.Client("worker", {
    name: "Worker",
    callbackUrls: [], // no user signs in to this client
    createSecret: false,
});

const byManagedIdentity = new pocketid.FederatedIdentity("byManagedIdentity", {
    clientId: worker.clientId,
    azureManagedIdentity: {
        tenantId,
        principalId: config.require("principalId"),
        // Add tokenVersion: 2 if the app registration sets requestedAccessTokenVersion to 2.
    },
    audience: config.require("appId"),
});

// A pod in AKS needs no identity in Entra ID. It uses the token of its service account,
// which can have any audience.
const report = new pocketid.Client("report", {
    name: "Report",
    callbackUrls: [],
    createSecret: false,
});

const inAks = new pocketid.FederatedIdentity("inAks", {
    clientId: report.clientId,
    aks: { // or set only issuer, to the output of `az aks show --query oidcIssuerProfile.issuerUrl`
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
export const reportAudience = inAks.effectiveAudience; // the audience of the projected token
