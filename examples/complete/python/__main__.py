import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()
triggers = {"run": config.require("run")}

# Functions read objects from Pocket ID. Most of them are called at the end of this
# program.
open_id = pocketid.get_open_id_configuration_output()
platform = pocketid.get_issuer_output(
    issuer=open_id.issuer,  # this example uses Pocket ID's own issuer; usually it is a platform whose tokens Pocket ID trusts
)

# Settings of the instance. Only the settings that are set here are managed. With
# onDestroy, destroying the resource resets them to their defaults.
settings = pocketid.ApplicationConfiguration(
    "settings",
    app_name="Example",
    session_duration_minutes=120,
    accent_color="#336699",
    smtp_host="mail.example.com",
    smtp_port=587,
    smtp_from="id@example.com",
    smtp_tls="starttls",
    smtp_user="id",
    smtp_password=config.require_secret("smtpPassword"),
    ldap_enabled=True,
    ldap_url="ldaps://ldap.example.com",
    ldap_base="dc=example,dc=com",
    ldap_bind_dn="cn=id,dc=example,dc=com",
    ldap_bind_password=config.require_secret("ldapBindPassword"),
    ldap_attribute_user_unique_identifier="entryUUID",
    ldap_attribute_user_username="uid",
    ldap_attribute_user_email="mail",
    ldap_attribute_user_first_name="givenName",
    ldap_attribute_user_last_name="sn",
    ldap_attribute_group_unique_identifier="entryUUID",
    ldap_attribute_group_name="cn",
    on_destroy="reset",
)

pocketid.ApplicationImage(
    "background",
    kind="background",
    image=pulumi.FileAsset("./images/logo.svg"),
)

# Synchronizes with the LDAP server now. Pocket ID also does this every hour.
pocketid.LdapSync("ldapSync", triggers=triggers, opts=pulumi.ResourceOptions(depends_on=[settings]))

# Users and groups. developersMembers is authoritative: it removes all other members.
# bobInOperators is additive: it adds one member and keeps the others.
alice = pocketid.User(
    "alice",
    username="alice",
    email="alice@example.com",
    first_name="Alice",
    last_name="Example",
    display_name="Alice Example",
    custom_claims={"department": "development"},
)

bob = pocketid.User(
    "bob",
    username="bob",
    email="bob@example.com",
    display_name="Bob Example",
)

pocketid.UserProfilePicture(
    "alicePicture",
    user_id=alice.id,
    image=pulumi.FileAsset("./images/alice.png"),
)

bob_claims = pocketid.UserCustomClaims(
    "bobClaims",
    user_id=bob.id,
    claims={"department": "operations"},
)

developers = pocketid.Group(
    "developers",
    name="developers",
    friendly_name="Developers",
)

operators = pocketid.Group(
    "operators",
    name="operators",
    friendly_name="Operators",
)

developers_members = pocketid.GroupMembers(
    "developersMembers",
    group_id=developers.id,
    user_ids=[alice.id],
)

bob_in_operators = pocketid.GroupMember(
    "bobInOperators",
    group_id=operators.id,
    user_id=bob.id,
)

operators_claims = pocketid.GroupCustomClaims(
    "operatorsClaims",
    group_id=operators.id,
    claims={"pager": "yes"},
)

# A one-time sign-in token, with which Alice can register a passkey.
login = pocketid.OneTimeAccessToken(
    "login",
    user_id=alice.id,
    ttl="1h",
    triggers=triggers,
)

# An invitation with which five users can sign up.
invitation = pocketid.SignupToken(
    "invitation",
    ttl="7d",
    usage_limit=5,
    user_group_ids=[operators.id],
    triggers=triggers,
)

# An application with logos, restricted to one group, whose client secret is a separate
# resource.
wiki = pocketid.Client(
    "wiki",
    name="Wiki",
    callback_urls=["https://wiki.example.com/oauth/callback"],
    launch_url="https://wiki.example.com/",
    logo=pulumi.FileAsset("./images/logo.svg"),
    dark_logo=pulumi.FileAsset("./images/logo-dark.svg"),
    is_group_restricted=True,  # ClientGroupAccess adds the groups
    create_secret=False,
)

wiki_for_developers = pocketid.ClientGroupAccess(
    "wikiForDevelopers",
    client_id=wiki.client_id,
    group_id=developers.id,
)

wiki_secret = pocketid.ClientSecret(
    "wikiSecret",
    client_id=wiki.client_id,
    expires_in="90d",
)

# Provisions users and groups to the wiki with SCIM.
wiki_provisioning = pocketid.ScimServiceProvider(
    "wikiProvisioning",
    client_id=wiki.client_id,
    endpoint="https://wiki.example.com/scim/v2",
    token=config.require_secret("scimToken"),
)

pocketid.ScimSync(
    "wikiScimSync",
    client_id=wiki_provisioning.client_id,
    triggers=triggers,
)

# A workflow that authenticates with a token of its platform, and an API with the
# permission that it is granted.
deploy = pocketid.Client(
    "deploy",
    name="Deployment",
    callback_urls=[],
    create_secret=False,
)

pocketid.FederatedIdentity(
    "deployFromMain",
    client_id=deploy.client_id,
    issuer=platform.issuer,
    subject="workflow",
    jwks_url=platform.jwks_uri,
)

orders = pocketid.Api(
    "orders",
    name="Orders",
    resource="https://orders.example.com",
    permissions={
        "orders:read": {"name": "Read orders"},
        "orders:write": {"name": "Write orders", "description": "Create, change and cancel orders"},
    },
)

pocketid.ApiGrant(
    "deployReadsOrders",
    api_id=orders.id,
    client_id=deploy.client_id,
    client_permissions=["orders:read"],
)


def after(*resources: pulumi.Resource) -> pulumi.InvokeOutputOptions:
    """Makes a function wait for resources, so that its result includes them."""
    return pulumi.InvokeOutputOptions(depends_on=resources)


# Look up the instance.
pulumi.export("issuer", open_id.issuer)
pulumi.export("version", pocketid.get_server_version_output().version)
pulumi.export("currentUserIsAdmin", pocketid.get_current_user_output().is_admin)
pulumi.export("passkeys", pocketid.get_user_passkeys_output(user_id=alice.id).passkeys)
pulumi.export("apiKeys", pocketid.get_api_keys_output().api_keys)
configuration = pocketid.get_application_configuration_output(opts=after(settings))
pulumi.export("appName", configuration.app_name)

# Look up single objects by ID, or by a name, username or email address.
the_client = pocketid.get_client_output(client_id=wiki.client_id, opts=after(wiki_for_developers))
the_group = pocketid.get_group_output(name=developers.name, opts=after(developers_members))
the_user = pocketid.get_user_output(username=alice.username, opts=after(developers_members))
the_api = pocketid.get_api_output(resource=orders.resource, opts=after(orders))

pulumi.export("clientId", the_client.client_id)
pulumi.export("clientSecret", wiki_secret.secret)  # the output is secret
pulumi.export("groupMembers", the_group.user_ids)
pulumi.export("userGroups", the_user.user_groups)
pulumi.export("permissions", the_api.permission_ids)

# List all objects of a kind. Without depends_on, the first update would list only what
# existed before it.
pulumi.export("clients", pocketid.get_clients_output(opts=after(wiki, deploy)).clients)
pulumi.export("groups", pocketid.get_groups_output(opts=after(developers_members, bob_in_operators, operators_claims)).groups)
pulumi.export("users", pocketid.get_users_output(opts=after(developers_members, bob_in_operators, bob_claims)).users)
pulumi.export("apis", pocketid.get_apis_output(opts=after(orders)).apis)
pulumi.export("signupTokens", pocketid.get_signup_tokens_output(opts=after(invitation)).signup_tokens)  # the output is secret

# How an application registers, from a catalogue in the provider. This call makes no request.
photos = pocketid.get_application_output(application="immich", url="https://photos.example.com")
pulumi.export("photosCallbackUrls", photos.callback_urls)

pulumi.export("login", login.url)  # the output is secret
pulumi.export("invitation", invitation.url)  # the output is secret
