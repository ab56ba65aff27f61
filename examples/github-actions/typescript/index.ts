import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();
const owner = config.require("owner");
const repository = config.require("repository");

// Pocket ID uses only the first identity per issuer of a client, so two GitHub subjects
// need two clients. Services that accept the access tokens can also tell the two clients
// apart.
const main = new pocketid.Client("main", {
    name: "Builds of main",
    callbackUrls: [], // no user signs in to this client
    createSecret: false,
});

// Jobs on branch main that use no environment.
const fromMain = new pocketid.FederatedIdentity("fromMain", {
    clientId: main.clientId,
    githubActions: { owner, repository, branch: "main" },
    replayProtection: true, // each job requests its own token; requires Pocket ID 2.10 or later
});

const production = new pocketid.Client("production", {
    name: "Deployments to production",
    callbackUrls: [],
    createSecret: false,
});

// Jobs that use the environment production, on any branch, so protect this environment.
// The subjects of this repository contain IDs. GitHub adds them for repositories that
// were created, renamed or transferred after July 15, 2026.
const fromProduction = new pocketid.FederatedIdentity("fromProduction", {
    clientId: production.clientId,
    githubActions: {
        owner,
        ownerId: "123456",
        repository: `${repository}-deploy`,
        repositoryId: "456789",
        environment: "production",
    },
    replayProtection: true,
});

// Settings for the workflows.
export const mainClientId = main.clientId;
export const productionClientId = production.clientId;
export const audience = fromMain.effectiveAudience; // the audience to request from GitHub

// The subjects that Pocket ID compares with the tokens. Check them if a token is refused.
export const mainSubject = fromMain.effectiveSubject;
export const productionSubject = fromProduction.effectiveSubject;
