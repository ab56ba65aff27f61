import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();

const family = new pocketid.Group("family", {
    name: config.get("groupName") ?? "family", // must be unique in Pocket ID
    friendlyName: "Family",
});

// Everything that the client needs is in the catalogue of the provider.
const photos = new pocketid.Application("photos", {
    application: "immich",
    url: "https://photos.example.com",
    allowedUserGroups: [family.id],
});

// Paperless-ngx takes its settings from environment variables, and the catalogue knows their
// names. Inputs of Client, such as skipConsent, have precedence over the catalogue.
const documents = new pocketid.Application("documents", {
    application: "paperless-ngx",
    url: "https://documents.example.com",
    name: "Documents",
    allowedUserGroups: [family.id],
});

// The same facts without a client. This call makes no request.
const wiki = pocketid.getApplicationOutput({ application: "outline", url: "https://wiki.example.com" });

export const photosClientId = photos.clientId;
export const photosClientSecret = photos.clientSecret; // the output is secret
export const documentsClientId = documents.clientId;
export const documentsEnvironment = documents.environment; // the output is secret
export const tokenUrl = photos.endpoints.apply((endpoints) => endpoints?.token);
export const wikiCallbackUrls = wiki.callbackUrls;
