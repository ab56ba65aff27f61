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

// after lets a function wait for resources, so that it sees them. Without it, the
// first update would show what was there before.
func after(resources ...pulumi.Resource) pulumi.InvokeOption {
	return pulumi.DependsOn(resources)
}

// The instance: only what is said here is managed, and put back at the end.
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

	// Asks the LDAP server now; by itself Pocket ID does so every hour.
	_, err = pocketid.NewLdapSync(ctx, "directory", &pocketid.LdapSyncArgs{
		Triggers: triggers,
	}, pulumi.DependsOn([]pulumi.Resource{settings}))
	if err != nil {
		return err
	}

	configuration := pocketid.LookupApplicationConfigurationOutput(ctx, pocketid.LookupApplicationConfigurationOutputArgs{}, after(settings))
	ctx.Export("appName", configuration.AppName())
	ctx.Export("version", pocketid.GetServerVersionOutput(ctx, pocketid.GetServerVersionOutputArgs{}).Version())
	ctx.Export("apiKeys", pocketid.GetApiKeysOutput(ctx, pocketid.GetApiKeysOutputArgs{}).ApiKeys())
	return nil
}

// People, and the groups they are in. developersMembers says who is a member and
// nobody else is; bobOperates adds one, and leaves the others alone.
func people(ctx *pulumi.Context, triggers pulumi.StringMap) (*pocketid.Group, error) {
	alice, err := pocketid.NewUser(ctx, "alice", &pocketid.UserArgs{
		Username:     pulumi.String("alice"),
		Email:        pulumi.String("alice@example.com"),
		FirstName:    pulumi.String("Alice"),
		LastName:     pulumi.String("Example"),
		DisplayName:  pulumi.String("Alice Example"),
		CustomClaims: pulumi.StringMap{"department": pulumi.String("development")},
	})
	if err != nil {
		return nil, err
	}
	bob, err := pocketid.NewUser(ctx, "bob", &pocketid.UserArgs{
		Username:    pulumi.String("bob"),
		Email:       pulumi.String("bob@example.com"),
		DisplayName: pulumi.String("Bob Example"),
	})
	if err != nil {
		return nil, err
	}
	_, err = pocketid.NewUserProfilePicture(ctx, "alicePicture", &pocketid.UserProfilePictureArgs{
		UserId: alice.ID(),
		Image:  pulumi.NewFileAsset("./images/alice.png"),
	})
	if err != nil {
		return nil, err
	}
	bobClaims, err := pocketid.NewUserCustomClaims(ctx, "bobClaims", &pocketid.UserCustomClaimsArgs{
		UserId: bob.ID(),
		Claims: pulumi.StringMap{"department": pulumi.String("operations")},
	})
	if err != nil {
		return nil, err
	}
	developers, err := pocketid.NewGroup(ctx, "developers", &pocketid.GroupArgs{
		Name:         pulumi.String("developers"),
		FriendlyName: pulumi.String("Developers"),
	})
	if err != nil {
		return nil, err
	}
	operators, err := pocketid.NewGroup(ctx, "operators", &pocketid.GroupArgs{
		Name:         pulumi.String("operators"),
		FriendlyName: pulumi.String("Operators"),
	})
	if err != nil {
		return nil, err
	}
	developersMembers, err := pocketid.NewGroupMembers(ctx, "developersMembers", &pocketid.GroupMembersArgs{
		GroupId: developers.ID(),
		UserIds: pulumi.StringArray{alice.ID()},
	})
	if err != nil {
		return nil, err
	}
	bobOperates, err := pocketid.NewGroupMember(ctx, "bobOperates", &pocketid.GroupMemberArgs{
		GroupId: operators.ID(),
		UserId:  bob.ID(),
	})
	if err != nil {
		return nil, err
	}
	operatorsClaims, err := pocketid.NewGroupCustomClaims(ctx, "operatorsClaims", &pocketid.GroupCustomClaimsArgs{
		GroupId: operators.ID(),
		Claims:  pulumi.StringMap{"pager": pulumi.String("yes")},
	})
	if err != nil {
		return nil, err
	}

	if err := newcomers(ctx, alice, operators, triggers); err != nil {
		return nil, err
	}

	// Of one object, by its id; or by a name, a username, an email address ...
	theGroup := pocketid.LookupGroupOutput(ctx, pocketid.LookupGroupOutputArgs{Name: developers.Name}, after(developersMembers))
	theUser := pocketid.LookupUserOutput(ctx, pocketid.LookupUserOutputArgs{Username: alice.Username}, after(developersMembers))
	ctx.Export("groupMembers", theGroup.UserIds())
	ctx.Export("userGroups", theUser.UserGroups())

	// Of all.
	groups := pocketid.GetGroupsOutput(ctx, pocketid.GetGroupsOutputArgs{}, after(developersMembers, bobOperates, operatorsClaims))
	users := pocketid.GetUsersOutput(ctx, pocketid.GetUsersOutputArgs{}, after(developersMembers, bobOperates, bobClaims))
	ctx.Export("groups", groups.Groups())
	ctx.Export("users", users.Users())
	return developers, nil
}

// Those who cannot sign in yet.
func newcomers(ctx *pulumi.Context, alice *pocketid.User, operators *pocketid.Group, triggers pulumi.StringMap) error {
	// Lets Alice in once, to register a passkey.
	login, err := pocketid.NewOneTimeAccessToken(ctx, "login", &pocketid.OneTimeAccessTokenArgs{
		UserId:   alice.ID(),
		Ttl:      pulumi.String("1h"),
		Triggers: triggers,
	})
	if err != nil {
		return err
	}

	// Lets five people sign up by themselves.
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
	ctx.Export("login", login.Url)                          // stays a secret
	ctx.Export("invitation", invitation.Url)                // stays a secret
	ctx.Export("signupTokens", signupTokens.SignupTokens()) // stays a secret
	return nil
}

// An application, with logos, for some groups only, and a secret of its own life.
func application(ctx *pulumi.Context, developers *pocketid.Group, triggers pulumi.StringMap) (*pocketid.Client, error) {
	wiki, err := pocketid.NewClient(ctx, "wiki", &pocketid.ClientArgs{
		Name:              pulumi.String("Wiki"),
		CallbackUrls:      pulumi.StringArray{pulumi.String("https://wiki.example.com/oauth/callback")},
		LaunchUrl:         pulumi.String("https://wiki.example.com/"),
		Logo:              pulumi.NewFileAsset("./images/logo.svg"),
		DarkLogo:          pulumi.NewFileAsset("./images/logo-dark.svg"),
		IsGroupRestricted: pulumi.Bool(true), // the groups are added one by one
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

	// Tells the wiki who its users are.
	wikiProvisioning, err := pocketid.NewScimServiceProvider(ctx, "wikiProvisioning", &pocketid.ScimServiceProviderArgs{
		ClientId: wiki.ClientId,
		Endpoint: pulumi.String("https://wiki.example.com/scim/v2"),
		Token:    config.RequireSecret(ctx, "scimToken"),
	})
	if err != nil {
		return nil, err
	}
	_, err = pocketid.NewScimSync(ctx, "wikiProvisioned", &pocketid.ScimSyncArgs{
		ClientId: wikiProvisioning.ClientId,
		Triggers: triggers,
	})
	if err != nil {
		return nil, err
	}

	theClient := pocketid.LookupClientOutput(ctx, pocketid.LookupClientOutputArgs{ClientId: wiki.ClientId}, after(wikiForDevelopers))
	ctx.Export("clientId", theClient.ClientId())
	ctx.Export("clientSecret", wikiSecret.Secret) // stays a secret
	return wiki, nil
}

// A workflow that signs in with its own token, and what it may do with an API.
func workload(ctx *pulumi.Context) (*pocketid.Client, error) {
	openID := pocketid.GetOpenIdConfigurationOutput(ctx, pocketid.GetOpenIdConfigurationOutputArgs{})
	platform := pocketid.GetIssuerOutput(ctx, pocketid.GetIssuerOutputArgs{
		Issuer: openID.Issuer(), // here Pocket ID's own; mostly that of a platform whose tokens are to be trusted
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
				Description: pulumi.String("Make, change and cancel them"),
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
	ctx.Export("issuer", openID.Issuer())
	ctx.Export("permissions", theApi.PermissionIds())
	ctx.Export("apis", pocketid.GetApisOutput(ctx, pocketid.GetApisOutputArgs{}, after(orders)).Apis())
	return deploy, nil
}
