package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		triggers := pulumi.StringMap{"run": pulumi.String(config.Require(ctx, "run"))}
		if err := instance(ctx, triggers); err != nil {
			return err
		}
		developers, err := people(ctx, triggers)
		if err != nil {
			return err
		}
		wiki, err := application(ctx, developers, triggers)
		if err != nil {
			return err
		}
		deploy, err := workload(ctx)
		if err != nil {
			return err
		}
		ctx.Export("clients", pocketid.GetClientsOutput(ctx, pocketid.GetClientsOutputArgs{}, after(wiki, deploy)).Clients())
		return nil
	})
}

// after makes a function wait for resources, so that its result includes them. Without
// it, the first update would return only what existed before it.
func after(resources ...pulumi.Resource) pulumi.InvokeOption {
	return pulumi.DependsOn(resources)
}

// instance manages settings of the instance, but only those that are set here. With
// OnDestroy, destroying the resource resets them to their defaults.
func instance(ctx *pulumi.Context, triggers pulumi.StringMap) error {
	settings, err := pocketid.NewApplicationConfiguration(ctx, "settings", &pocketid.ApplicationConfigurationArgs{
		AppName:                            pulumi.String("Example"),
		SessionDurationMinutes:             pulumi.Int(120),
		AccentColor:                        pulumi.String("#336699"),
		SmtpHost:                           pulumi.String("mail.example.com"),
		SmtpPort:                           pulumi.Int(587),
		SmtpFrom:                           pulumi.String("id@example.com"),
		SmtpTls:                            pulumi.String("starttls"),
		SmtpUser:                           pulumi.String("id"),
		SmtpPassword:                       config.RequireSecret(ctx, "smtpPassword"),
		LdapEnabled:                        pulumi.Bool(true),
		LdapUrl:                            pulumi.String("ldaps://ldap.example.com"),
		LdapBase:                           pulumi.String("dc=example,dc=com"),
		LdapBindDn:                         pulumi.String("cn=id,dc=example,dc=com"),
		LdapBindPassword:                   config.RequireSecret(ctx, "ldapBindPassword"),
		LdapAttributeUserUniqueIdentifier:  pulumi.String("entryUUID"),
		LdapAttributeUserUsername:          pulumi.String("uid"),
		LdapAttributeUserEmail:             pulumi.String("mail"),
		LdapAttributeUserFirstName:         pulumi.String("givenName"),
		LdapAttributeUserLastName:          pulumi.String("sn"),
		LdapAttributeGroupUniqueIdentifier: pulumi.String("entryUUID"),
		LdapAttributeGroupName:             pulumi.String("cn"),
		OnDestroy:                          pulumi.String("reset"),
	})
	if err != nil {
		return err
	}
	_, err = pocketid.NewApplicationImage(ctx, "background", &pocketid.ApplicationImageArgs{
		Kind:  pulumi.String("background"),
		Image: pulumi.NewFileAsset("./images/logo.svg"),
	})
	if err != nil {
		return err
	}

	// Synchronizes with the LDAP server now. Pocket ID also does this every hour.
	_, err = pocketid.NewLdapSync(ctx, "ldapSync", &pocketid.LdapSyncArgs{
		Triggers: triggers,
	}, pulumi.DependsOn([]pulumi.Resource{settings}))
	if err != nil {
		return err
	}

	configuration := pocketid.LookupApplicationConfigurationOutput(ctx, pocketid.LookupApplicationConfigurationOutputArgs{}, after(settings))
	ctx.Export("appName", configuration.AppName())
	ctx.Export("version", pocketid.GetServerVersionOutput(ctx, pocketid.GetServerVersionOutputArgs{}).Version())
	ctx.Export("currentUserIsAdmin", pocketid.GetCurrentUserOutput(ctx, pocketid.GetCurrentUserOutputArgs{}).IsAdmin())
	ctx.Export("apiKeys", pocketid.GetApiKeysOutput(ctx, pocketid.GetApiKeysOutputArgs{}).ApiKeys())
	return nil
}

// people creates users and groups and looks them up.
func people(ctx *pulumi.Context, triggers pulumi.StringMap) (*pocketid.Group, error) {
	alice, bob, err := users(ctx)
	if err != nil {
		return nil, err
	}
	developers, operators, err := groups(ctx)
	if err != nil {
		return nil, err
	}
	members, err := memberships(ctx, alice, bob, developers, operators)
	if err != nil {
		return nil, err
	}
	claims, err := customClaims(ctx, bob, operators)
	if err != nil {
		return nil, err
	}
	if err := newUsers(ctx, alice, operators, triggers); err != nil {
		return nil, err
	}

	// Look up single objects by ID, or by a name, username or email address.
	theGroup := pocketid.LookupGroupOutput(ctx, pocketid.LookupGroupOutputArgs{Name: developers.Name}, after(members...))
	theUser := pocketid.LookupUserOutput(ctx, pocketid.LookupUserOutputArgs{Username: alice.Username}, after(members...))
	ctx.Export("groupMembers", theGroup.UserIds())
	ctx.Export("userGroups", theUser.UserGroups())
	ctx.Export("passkeys", pocketid.GetUserPasskeysOutput(ctx, pocketid.GetUserPasskeysOutputArgs{UserId: alice.ID()}).Passkeys())

	// List all objects of a kind.
	complete := append(members, claims...)
	ctx.Export("groups", pocketid.GetGroupsOutput(ctx, pocketid.GetGroupsOutputArgs{}, after(complete...)).Groups())
	ctx.Export("users", pocketid.GetUsersOutput(ctx, pocketid.GetUsersOutputArgs{}, after(complete...)).Users())
	return developers, nil
}

func users(ctx *pulumi.Context) (alice, bob *pocketid.User, err error) {
	alice, err = pocketid.NewUser(ctx, "alice", &pocketid.UserArgs{
		Username:     pulumi.String("alice"),
		Email:        pulumi.String("alice@example.com"),
		FirstName:    pulumi.String("Alice"),
		LastName:     pulumi.String("Example"),
		DisplayName:  pulumi.String("Alice Example"),
		CustomClaims: pulumi.StringMap{"department": pulumi.String("development")},
	})
	if err != nil {
		return nil, nil, err
	}
	_, err = pocketid.NewUserProfilePicture(ctx, "alicePicture", &pocketid.UserProfilePictureArgs{
		UserId: alice.ID(),
		Image:  pulumi.NewFileAsset("./images/alice.png"),
	})
	if err != nil {
		return nil, nil, err
	}
	bob, err = pocketid.NewUser(ctx, "bob", &pocketid.UserArgs{
		Username:    pulumi.String("bob"),
		Email:       pulumi.String("bob@example.com"),
		DisplayName: pulumi.String("Bob Example"),
	})
	return alice, bob, err
}

func groups(ctx *pulumi.Context) (developers, operators *pocketid.Group, err error) {
	developers, err = pocketid.NewGroup(ctx, "developers", &pocketid.GroupArgs{
		Name:         pulumi.String("developers"),
		FriendlyName: pulumi.String("Developers"),
	})
	if err != nil {
		return nil, nil, err
	}
	operators, err = pocketid.NewGroup(ctx, "operators", &pocketid.GroupArgs{
		Name:         pulumi.String("operators"),
		FriendlyName: pulumi.String("Operators"),
	})
	return developers, operators, err
}

// memberships shows the two ways to put users into groups. GroupMembers is authoritative:
// it removes all other members. GroupMember is additive: it adds one member and keeps the
// others.
func memberships(ctx *pulumi.Context, alice, bob *pocketid.User, developers, operators *pocketid.Group) ([]pulumi.Resource, error) {
	developersMembers, err := pocketid.NewGroupMembers(ctx, "developersMembers", &pocketid.GroupMembersArgs{
		GroupId: developers.ID(),
		UserIds: pulumi.StringArray{alice.ID()},
	})
	if err != nil {
		return nil, err
	}
	bobInOperators, err := pocketid.NewGroupMember(ctx, "bobInOperators", &pocketid.GroupMemberArgs{
		GroupId: operators.ID(),
		UserId:  bob.ID(),
	})
	return []pulumi.Resource{developersMembers, bobInOperators}, err
}

func customClaims(ctx *pulumi.Context, bob *pocketid.User, operators *pocketid.Group) ([]pulumi.Resource, error) {
	bobClaims, err := pocketid.NewUserCustomClaims(ctx, "bobClaims", &pocketid.UserCustomClaimsArgs{
		UserId: bob.ID(),
		Claims: pulumi.StringMap{"department": pulumi.String("operations")},
	})
	if err != nil {
		return nil, err
	}
	operatorsClaims, err := pocketid.NewGroupCustomClaims(ctx, "operatorsClaims", &pocketid.GroupCustomClaimsArgs{
		GroupId: operators.ID(),
		Claims:  pulumi.StringMap{"pager": pulumi.String("yes")},
	})
	return []pulumi.Resource{bobClaims, operatorsClaims}, err
}

// newUsers creates tokens for users who cannot sign in yet.
func newUsers(ctx *pulumi.Context, alice *pocketid.User, operators *pocketid.Group, triggers pulumi.StringMap) error {
	// A one-time sign-in token, with which Alice can register a passkey.
	login, err := pocketid.NewOneTimeAccessToken(ctx, "login", &pocketid.OneTimeAccessTokenArgs{
		UserId:   alice.ID(),
		Ttl:      pulumi.String("1h"),
		Triggers: triggers,
	})
	if err != nil {
		return err
	}

	// An invitation with which five users can sign up.
	invitation, err := pocketid.NewSignupToken(ctx, "invitation", &pocketid.SignupTokenArgs{
		Ttl:          pulumi.String("7d"),
		UsageLimit:   pulumi.Int(5),
		UserGroupIds: pulumi.StringArray{operators.ID()},
		Triggers:     triggers,
	})
	if err != nil {
		return err
	}

	signupTokens := pocketid.GetSignupTokensOutput(ctx, pocketid.GetSignupTokensOutputArgs{}, after(invitation))
	ctx.Export("login", login.Url)                          // the output is secret
	ctx.Export("invitation", invitation.Url)                // the output is secret
	ctx.Export("signupTokens", signupTokens.SignupTokens()) // the output is secret
	return nil
}

// application creates a web application with logos, restricted to one group, whose client
// secret is a separate resource.
func application(ctx *pulumi.Context, developers *pocketid.Group, triggers pulumi.StringMap) (*pocketid.Client, error) {
	wiki, err := pocketid.NewClient(ctx, "wiki", &pocketid.ClientArgs{
		Name:              pulumi.String("Wiki"),
		CallbackUrls:      pulumi.StringArray{pulumi.String("https://wiki.example.com/oauth/callback")},
		LaunchUrl:         pulumi.String("https://wiki.example.com/"),
		Logo:              pulumi.NewFileAsset("./images/logo.svg"),
		DarkLogo:          pulumi.NewFileAsset("./images/logo-dark.svg"),
		IsGroupRestricted: pulumi.Bool(true), // ClientGroupAccess adds the groups
		CreateSecret:      pulumi.Bool(false),
	})
	if err != nil {
		return nil, err
	}
	wikiForDevelopers, err := pocketid.NewClientGroupAccess(ctx, "wikiForDevelopers", &pocketid.ClientGroupAccessArgs{
		ClientId: wiki.ClientId,
		GroupId:  developers.ID(),
	})
	if err != nil {
		return nil, err
	}
	wikiSecret, err := pocketid.NewClientSecret(ctx, "wikiSecret", &pocketid.ClientSecretArgs{
		ClientId:  wiki.ClientId,
		ExpiresIn: pulumi.String("90d"),
	})
	if err != nil {
		return nil, err
	}

	// Provisions users and groups to the wiki with SCIM.
	wikiProvisioning, err := pocketid.NewScimServiceProvider(ctx, "wikiProvisioning", &pocketid.ScimServiceProviderArgs{
		ClientId: wiki.ClientId,
		Endpoint: pulumi.String("https://wiki.example.com/scim/v2"),
		Token:    config.RequireSecret(ctx, "scimToken"),
	})
	if err != nil {
		return nil, err
	}
	_, err = pocketid.NewScimSync(ctx, "wikiScimSync", &pocketid.ScimSyncArgs{
		ClientId: wikiProvisioning.ClientId,
		Triggers: triggers,
	})
	if err != nil {
		return nil, err
	}

	theClient := pocketid.LookupClientOutput(ctx, pocketid.LookupClientOutputArgs{ClientId: wiki.ClientId}, after(wikiForDevelopers))
	ctx.Export("clientId", theClient.ClientId())
	ctx.Export("clientSecret", wikiSecret.Secret) // the output is secret
	return wiki, nil
}

// workload creates a workflow that authenticates with a token of its platform, and an API
// with the permission that it is granted.
func workload(ctx *pulumi.Context) (*pocketid.Client, error) {
	openID := pocketid.GetOpenIdConfigurationOutput(ctx, pocketid.GetOpenIdConfigurationOutputArgs{})
	platform := pocketid.GetIssuerOutput(ctx, pocketid.GetIssuerOutputArgs{
		Issuer: openID.Issuer(), // this example uses Pocket ID's own issuer; usually it is a platform whose tokens Pocket ID trusts
	})
	deploy, err := pocketid.NewClient(ctx, "deploy", &pocketid.ClientArgs{
		Name:         pulumi.String("Deployment"),
		CallbackUrls: pulumi.StringArray{},
		CreateSecret: pulumi.Bool(false),
	})
	if err != nil {
		return nil, err
	}
	_, err = pocketid.NewFederatedIdentity(ctx, "deployFromMain", &pocketid.FederatedIdentityArgs{
		ClientId: deploy.ClientId,
		Issuer:   platform.Issuer(),
		Subject:  pulumi.String("workflow"),
		JwksUrl:  platform.JwksUri(),
	})
	if err != nil {
		return nil, err
	}
	orders, err := pocketid.NewApi(ctx, "orders", &pocketid.ApiArgs{
		Name:     pulumi.String("Orders"),
		Resource: pulumi.String("https://orders.example.com"),
		Permissions: pocketid.ApiPermissionMap{
			"orders:read": &pocketid.ApiPermissionArgs{
				Name: pulumi.String("Read orders"),
			},
			"orders:write": &pocketid.ApiPermissionArgs{
				Name:        pulumi.String("Write orders"),
				Description: pulumi.String("Create, change and cancel orders"),
			},
		},
	})
	if err != nil {
		return nil, err
	}
	_, err = pocketid.NewApiGrant(ctx, "deployReadsOrders", &pocketid.ApiGrantArgs{
		ApiId:             orders.ID(),
		ClientId:          deploy.ClientId,
		ClientPermissions: pulumi.StringArray{pulumi.String("orders:read")},
	})
	if err != nil {
		return nil, err
	}

	theApi := pocketid.LookupApiOutput(ctx, pocketid.LookupApiOutputArgs{Resource: orders.Resource}, after(orders))
	// How an application registers, from a catalogue in the provider. This call makes no request.
	photos := pocketid.GetApplicationOutput(ctx, pocketid.GetApplicationOutputArgs{
		Application: pulumi.String("immich"), Url: pulumi.String("https://photos.example.com"),
	})
	ctx.Export("photosCallbackUrls", photos.CallbackUrls())
	ctx.Export("issuer", openID.Issuer())
	ctx.Export("permissions", theApi.PermissionIds())
	ctx.Export("apis", pocketid.GetApisOutput(ctx, pocketid.GetApisOutputArgs{}, after(orders)).Apis())
	return deploy, nil
}
