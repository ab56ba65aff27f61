import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();
const owner = config.require("owner");
const repository = config.require("repository");

// Pocket ID only ever uses the first identity of an issuer that a client has: two
// subjects of GitHub's need two clients. So whoever takes their tokens can tell
// them apart, too.
const main = new pocketid.Client("main", {
    name: "Builds of main",
    callbackUrls: [], // nobody signs in here
    createSecret: false,
});

// Jobs of the branch main that use no environment.
const fromMain = new pocketid.FederatedIdentity("fromMain", {
    clientId: main.clientId,
    githubActions: { owner, repository, branch: "main" },
    replayProtection: true, // a job asks for a token of its own; needs Pocket ID 2.10
});

const production = new pocketid.Client("production", {
    name: "Deployments to production",
    callbackUrls: [],
    createSecret: false,
});

// Jobs that use the environment production, whatever their branch: protect it.
// This repository is one with ids in its subjects, as all are that were made,
// renamed or moved after July 15, 2026.
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

// What the workflows want to know.
export const mainClientId = main.clientId;
export const productionClientId = production.clientId;
export const audience = fromMain.effectiveAudience; // to ask GitHub for

// What Pocket ID compares the tokens with: to look at when one is refused.
export const mainSubject = fromMain.effectiveSubject;
export const productionSubject = fromProduction.effectiveSubject;
