import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();

// A group of users. Applications receive its name in the "groups" claim.
const developers = new pocketid.Group("developers", {
    name: config.require("groupName"),
    friendlyName: "Developers",
});

// A web application with a backend that can keep a secret.
const wiki = new pocketid.Client("wiki", {
    name: "Wiki",
    callbackUrls: ["https://wiki.example.com/oauth/callback"],
    logoutCallbackUrls: ["https://wiki.example.com/"],
    launchUrl: "https://wiki.example.com/",
    allowedUserGroups: [developers.id], // if omitted, every user may sign in
});

// A single-page application cannot keep a secret, so it is a public client that uses
// PKCE.
new pocketid.Client("dashboard", {
    name: "Dashboard",
    isPublic: true,
    callbackUrls: ["https://dashboard.example.com/callback", "http://localhost:5173/callback"],
});

// A workflow authenticates without a user and without a client secret, so it needs no
// callback URL.
const deploy = new pocketid.Client("deploy", {
    name: "Deployment",
    callbackUrls: [],
    createSecret: false,
});

// The workflow presents a token from GitHub instead of a client secret. It must request
// that token with Pocket ID as the audience (deployAudience below).
const deployFromMain = new pocketid.FederatedIdentity("deployFromMain", {
    clientId: deploy.clientId,
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:acme/app:ref:refs/heads/main",
    jwksUrl: "https://token.actions.githubusercontent.com/.well-known/jwks",
});

// Settings for the wiki.
export const clientId = wiki.clientId;
export const clientSecret = wiki.clientSecret; // the output is secret
export const issuer = wiki.issuer;
export const discoveryUrl = wiki.discoveryUrl;

// Settings for the workflow.
export const deployClientId = deploy.clientId;
export const deployAudience = deployFromMain.effectiveAudience;
