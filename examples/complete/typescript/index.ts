import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();
const triggers = { run: config.require("run") };

// Functions tell what is there. Most of them are asked at the end.
const openId = pocketid.getOpenIdConfigurationOutput();
const platform = pocketid.getIssuerOutput({
    issuer: openId.issuer, // here Pocket ID's own; mostly that of a platform whose tokens are to be trusted
});

// The instance: only what is said here is managed, and put back at the end.
const settings = new pocketid.ApplicationConfiguration("settings", {
    appName: "Example",
    sessionDurationMinutes: 120,
    accentColor: "#336699",
    smtpHost: "mail.example.com",
    smtpPort: 587,
    smtpFrom: "id@example.com",
    smtpTls: "starttls",
    smtpUser: "id",
    smtpPassword: config.requireSecret("smtpPassword"),
    ldapEnabled: true,
    ldapUrl: "ldaps://ldap.example.com",
    ldapBase: "dc=example,dc=com",
    ldapBindDn: "cn=id,dc=example,dc=com",
    ldapBindPassword: config.requireSecret("ldapBindPassword"),
    ldapAttributeUserUniqueIdentifier: "entryUUID",
    ldapAttributeUserUsername: "uid",
    ldapAttributeUserEmail: "mail",
    ldapAttributeUserFirstName: "givenName",
    ldapAttributeUserLastName: "sn",
    ldapAttributeGroupUniqueIdentifier: "entryUUID",
    ldapAttributeGroupName: "cn",
    onDestroy: "reset",
});

new pocketid.ApplicationImage("background", {
    kind: "background",
    image: new pulumi.asset.FileAsset("./images/logo.svg"),
});

// Asks the LDAP server now; by itself Pocket ID does so every hour.
new pocketid.LdapSync("directory", { triggers }, { dependsOn: settings });

// People, and the groups they are in. developersMembers says who is a member and
// nobody else is; bobOperates adds one, and leaves the others alone.
const alice = new pocketid.User("alice", {
    username: "alice",
    email: "alice@example.com",
    firstName: "Alice",
    lastName: "Example",
    displayName: "Alice Example",
    customClaims: { department: "development" },
});

const bob = new pocketid.User("bob", {
    username: "bob",
    email: "bob@example.com",
    displayName: "Bob Example",
});

new pocketid.UserProfilePicture("alicePicture", {
    userId: alice.id,
    image: new pulumi.asset.FileAsset("./images/alice.png"),
});

const bobClaims = new pocketid.UserCustomClaims("bobClaims", {
    userId: bob.id,
    claims: { department: "operations" },
});

const developers = new pocketid.Group("developers", {
    name: "developers",
    friendlyName: "Developers",
});

const operators = new pocketid.Group("operators", {
    name: "operators",
    friendlyName: "Operators",
});

const developersMembers = new pocketid.GroupMembers("developersMembers", {
    groupId: developers.id,
    userIds: [alice.id],
});

const bobOperates = new pocketid.GroupMember("bobOperates", {
    groupId: operators.id,
    userId: bob.id,
});

const operatorsClaims = new pocketid.GroupCustomClaims("operatorsClaims", {
    groupId: operators.id,
    claims: { pager: "yes" },
});

// Lets Alice in once, to register a passkey.
const loginToken = new pocketid.OneTimeAccessToken("login", {
    userId: alice.id,
    ttl: "1h",
    triggers,
});

// Lets five people sign up by themselves.
const invitationToken = new pocketid.SignupToken("invitation", {
    ttl: "7d",
    usageLimit: 5,
    userGroupIds: [operators.id],
    triggers,
});

// An application, with logos, for some groups only, and a secret of its own life.
const wiki = new pocketid.Client("wiki", {
    name: "Wiki",
    callbackUrls: ["https://wiki.example.com/oauth/callback"],
    launchUrl: "https://wiki.example.com/",
    logo: new pulumi.asset.FileAsset("./images/logo.svg"),
    darkLogo: new pulumi.asset.FileAsset("./images/logo-dark.svg"),
    isGroupRestricted: true, // the groups are added one by one
    createSecret: false,
});

const wikiForDevelopers = new pocketid.ClientGroupAccess("wikiForDevelopers", {
    clientId: wiki.clientId,
    groupId: developers.id,
});

const wikiSecret = new pocketid.ClientSecret("wikiSecret", {
    clientId: wiki.clientId,
    expiresIn: "90d",
});

// Tells the wiki who its users are.
const wikiProvisioning = new pocketid.ScimServiceProvider("wikiProvisioning", {
    clientId: wiki.clientId,
    endpoint: "https://wiki.example.com/scim/v2",
    token: config.requireSecret("scimToken"),
});

new pocketid.ScimSync("wikiProvisioned", {
    clientId: wikiProvisioning.clientId,
    triggers,
});

// A workflow that signs in with its own token, and what it may do with an API.
const deploy = new pocketid.Client("deploy", {
    name: "Deployment",
    callbackUrls: [],
    createSecret: false,
});

new pocketid.FederatedIdentity("deployFromMain", {
    clientId: deploy.clientId,
    issuer: platform.issuer,
    subject: "workflow",
    jwksUrl: platform.jwksUri,
});

const orders = new pocketid.Api("orders", {
    name: "Orders",
    resource: "https://orders.example.com",
    permissions: {
        "orders:read": { name: "Read orders" },
        "orders:write": { name: "Write orders", description: "Make, change and cancel them" },
    },
});

new pocketid.ApiGrant("deployReadsOrders", {
    apiId: orders.id,
    clientId: deploy.clientId,
    clientPermissions: ["orders:read"],
});

// Of the instance.
const configuration = pocketid.getApplicationConfigurationOutput({ dependsOn: [settings] });
export const issuer = openId.issuer;
export const version = pocketid.getServerVersionOutput().version;
export const apiKeys = pocketid.getApiKeysOutput().apiKeys;
export const appName = configuration.appName;

// Of one object, by its id; or by a name, a username, an email address ... A function
// waits for what is in dependsOn, so that it sees that, too.
const theClient = pocketid.getClientOutput({ clientId: wiki.clientId }, { dependsOn: [wikiForDevelopers] });
const theGroup = pocketid.getGroupOutput({ name: developers.name }, { dependsOn: [developersMembers] });
const theUser = pocketid.getUserOutput({ username: alice.username }, { dependsOn: [developersMembers] });
const theApi = pocketid.getApiOutput({ resource: orders.resource }, { dependsOn: [orders] });

export const clientId = theClient.clientId;
export const clientSecret = wikiSecret.secret; // stays a secret
export const groupMembers = theGroup.userIds;
export const userGroups = theUser.userGroups;
export const permissions = theApi.permissionIds;

// Of all. Without dependsOn, the first update would show what was there before.
export const clients = pocketid.getClientsOutput({ dependsOn: [wiki, deploy] }).clients;
export const groups = pocketid.getGroupsOutput({ dependsOn: [developersMembers, bobOperates, operatorsClaims] }).groups;
export const users = pocketid.getUsersOutput({ dependsOn: [developersMembers, bobOperates, bobClaims] }).users;
export const apis = pocketid.getApisOutput({ dependsOn: [orders] }).apis;
export const signupTokens = pocketid.getSignupTokensOutput({ dependsOn: [invitationToken] }).signupTokens; // stays a secret

export const login = loginToken.url; // stays a secret
export const invitation = invitationToken.url; // stays a secret
