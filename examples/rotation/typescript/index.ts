import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();
const rotation = config.require("rotation");

// A web application whose secret is a resource of its own, so that it rotates
// without a gap ...
const wiki = new pocketid.Client("wiki", {
    name: "Wiki",
    callbackUrls: ["https://wiki.example.com/oauth/callback"],
    createSecret: false,
});

// ... for a rotation makes the new secret, then updates what uses it, and only
// then deletes the old one. Needs Pocket ID 2.14 or later.
const wikiSecret = new pocketid.ClientSecret("wikiSecret", {
    clientId: wiki.clientId,
    rotationTriggers: { rotation },
    rotateAfter: "60d", // from then on, the next `pulumi up` rotates it: run it daily
    expiresIn: "90d", // the end, if nobody runs it
});

// A client's own secret rotates too. Who takes it from another stack has a day
// to get the new one; after that, the next `pulumi up` deletes the old one.
const shop = new pocketid.Client("shop", {
    name: "Shop",
    callbackUrls: ["https://shop.example.com/oauth/callback"],
    secretRotationTriggers: { rotation },
    previousSecretValidFor: "1d",
});

export const issuer = wiki.issuer;

// What the wiki wants to know.
export const clientId = wiki.clientId;
export const clientSecret = wikiSecret.secret; // stays a secret
export const clientSecretExpiresAt = wikiSecret.expiresAt;

// What the shop wants to know.
export const shopClientId = shop.clientId;
export const shopClientSecret = shop.clientSecret;
