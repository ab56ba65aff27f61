import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";

const config = new pulumi.Config();
const triggers = { run: config.require("run") };

// Functions read objects from Pocket ID. Most of them are called at the end of this
// program.
const openId = pocketid.getOpenIdConfigurationOutput();
const platform = pocketid.getIssuerOutput({
    issuer: openId.issuer, // this example uses Pocket ID's own issuer; usually it is a platform whose tokens Pocket ID trusts
});

// Settings of the instance. Only the settings that are set here are managed. With
// onDestroy, destroying the resource resets them to their defaults.
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

// Synchronizes with the LDAP server now. Pocket ID also does this every hour.
new pocketid.LdapSync("ldapSync", { triggers }, { dependsOn: settings });

// Users and groups. developersMembers is authoritative: it removes all other members.
// bobInOperators is additive: it adds one member and keeps the others.
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

const bobInOperators = new pocketid.GroupMember("bobInOperators", {
    groupId: operators.id,
    userId: bob.id,
});

const operatorsClaims = new pocketid.GroupCustomClaims("operatorsClaims", {
    groupId: operators.id,
    claims: { pager: "yes" },
});

// A one-time sign-in token, with which Alice can register a passkey.
const loginToken = new pocketid.OneTimeAccessToken("login", {
    userId: alice.id,
    ttl: "1h",
    triggers,
});

// An invitation with which five users can sign up.
const invitationToken = new pocketid.SignupToken("invitation", {
    ttl: "7d",
    usageLimit: 5,
    userGroupIds: [operators.id],
    triggers,
});

// An application with logos, restricted to one group, whose client secret is a separate
// resource.
const wiki = new pocketid.Client("wiki", {
    name: "Wiki",
    callbackUrls: ["https://wiki.example.com/oauth/callback"],
    launchUrl: "https://wiki.example.com/",
    logo: new pulumi.asset.FileAsset("./images/logo.svg"),
    darkLogo: new pulumi.asset.FileAsset("./images/logo-dark.svg"),
    isGroupRestricted: true, // ClientGroupAccess adds the groups
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

// Provisions users and groups to the wiki with SCIM.
const wikiProvisioning = new pocketid.ScimServiceProvider("wikiProvisioning", {
    clientId: wiki.clientId,
    endpoint: "https://wiki.example.com/scim/v2",
    token: config.requireSecret("scimToken"),
});

new pocketid.ScimSync("wikiScimSync", {
    clientId: wikiProvisioning.clientId,
    triggers,
});

// A workflow that authenticates with a token of its platform, and an API with the
// permission that it is granted.
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
        "orders:write": { name: "Write orders", description: "Create, change and cancel orders" },
    },
});

new pocketid.ApiGrant("deployReadsOrders", {
    apiId: orders.id,
    clientId: deploy.clientId,
    clientPermissions: ["orders:read"],
});

// Look up the instance.
const configuration = pocketid.getApplicationConfigurationOutput({ dependsOn: [settings] });
export const issuer = openId.issuer;
export const version = pocketid.getServerVersionOutput().version;
export const currentUserIsAdmin = pocketid.getCurrentUserOutput().isAdmin;
export const passkeys = pocketid.getUserPasskeysOutput({ userId: alice.id }).passkeys;
export const apiKeys = pocketid.getApiKeysOutput().apiKeys;
export const appName = configuration.appName;

// Look up single objects by ID, or by a name, username or email address. A function with
// dependsOn waits for these resources, so that its result includes them.
const theClient = pocketid.getClientOutput({ clientId: wiki.clientId }, { dependsOn: [wikiForDevelopers] });
const theGroup = pocketid.getGroupOutput({ name: developers.name }, { dependsOn: [developersMembers] });
const theUser = pocketid.getUserOutput({ username: alice.username }, { dependsOn: [developersMembers] });
const theApi = pocketid.getApiOutput({ resource: orders.resource }, { dependsOn: [orders] });

export const clientId = theClient.clientId;
export const clientSecret = wikiSecret.secret; // the output is secret
export const groupMembers = theGroup.userIds;
export const userGroups = theUser.userGroups;
export const permissions = theApi.permissionIds;

// List all objects of a kind. Without dependsOn, the first update would list only what
// existed before it.
export const clients = pocketid.getClientsOutput({ dependsOn: [wiki, deploy] }).clients;
export const groups = pocketid.getGroupsOutput({ dependsOn: [developersMembers, bobInOperators, operatorsClaims] }).groups;
export const users = pocketid.getUsersOutput({ dependsOn: [developersMembers, bobInOperators, bobClaims] }).users;
export const apis = pocketid.getApisOutput({ dependsOn: [orders] }).apis;
export const signupTokens = pocketid.getSignupTokensOutput({ dependsOn: [invitationToken] }).signupTokens; // the output is secret

// How an application registers, from a catalogue in the provider. This call makes no request.
export const photosCallbackUrls = pocketid.getApplicationOutput({ application: "immich", url: "https://photos.example.com" }).callbackUrls;

export const login = loginToken.url; // the output is secret
export const invitation = invitationToken.url; // the output is secret
