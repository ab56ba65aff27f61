import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();

// Who may use what: applications see the name in the "groups" claim.
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
    allowedUserGroups: [developers.id], // without this line everybody may sign in
});

// A single-page application cannot keep a secret: it is public, and uses PKCE.
new pocketid.Client("dashboard", {
    name: "Dashboard",
    isPublic: true,
    callbackUrls: ["https://dashboard.example.com/callback", "http://localhost:5173/callback"],
});

// A workflow signs in as itself: no user, so no callback URL, and no secret ...
const deploy = new pocketid.Client("deploy", {
    name: "Deployment",
    callbackUrls: [],
    createSecret: false,
});

// ... for it shows a token that GitHub gave it. It must ask GitHub for one whose
// audience is your Pocket ID (deployAudience below).
const deployFromMain = new pocketid.FederatedIdentity("deployFromMain", {
    clientId: deploy.clientId,
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:acme/app:ref:refs/heads/main",
    jwksUrl: "https://token.actions.githubusercontent.com/.well-known/jwks",
});

// What the wiki wants to know.
export const clientId = wiki.clientId;
export const clientSecret = wiki.clientSecret; // stays a secret
export const issuer = wiki.issuer;
export const discoveryUrl = wiki.discoveryUrl;

// What the workflow wants to know.
export const deployClientId = deploy.clientId;
export const deployAudience = deployFromMain.effectiveAudience;
