import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();
const rotation = config.require("rotation");

// A web application whose client secret is a separate resource, so that a rotation causes
// no downtime.
const wiki = new pocketid.Client("wiki", {
    name: "Wiki",
    callbackUrls: ["https://wiki.example.com/oauth/callback"],
    createSecret: false,
});

// A rotation creates the new secret, then updates what uses it, and then deletes the old
// secret. Requires Pocket ID 2.14 or later.
const wikiSecret = new pocketid.ClientSecret("wikiSecret", {
    clientId: wiki.clientId,
    rotationTriggers: { rotation },
    rotateAfter: "60d", // the first `pulumi up` after 60 days rotates the secret, so run it daily
    expiresIn: "90d", // after 90 days without a rotation the secret expires
});

// The secret that a client creates for itself can be rotated too. The old secret stays
// valid for at least one day, so that other stacks can read the new one. After that, the
// next `pulumi up` deletes the old secret.
const shop = new pocketid.Client("shop", {
    name: "Shop",
    callbackUrls: ["https://shop.example.com/oauth/callback"],
    secretRotationTriggers: { rotation },
    previousSecretValidFor: "1d",
});

export const issuer = wiki.issuer;

// Settings for the wiki.
export const clientId = wiki.clientId;
export const clientSecret = wikiSecret.secret; // the output is secret
export const clientSecretExpiresAt = wikiSecret.expiresAt;

// Settings for the shop.
export const shopClientId = shop.clientId;
export const shopClientSecret = shop.clientSecret;
