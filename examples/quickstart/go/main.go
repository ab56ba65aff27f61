package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// Who may use what: applications see the name in the "groups" claim.
		developers, err := pocketid.NewGroup(ctx, "developers", &pocketid.GroupArgs{
			Name:         pulumi.String(config.Require(ctx, "groupName")),
			FriendlyName: pulumi.String("Developers"),
		})
		if err != nil {
			return err
		}

		// A web application with a backend that can keep a secret.
		wiki, err := pocketid.NewClient(ctx, "wiki", &pocketid.ClientArgs{
			Name:               pulumi.String("Wiki"),
			CallbackUrls:       pulumi.StringArray{pulumi.String("https://wiki.example.com/oauth/callback")},
			LogoutCallbackUrls: pulumi.StringArray{pulumi.String("https://wiki.example.com/")},
			LaunchUrl:          pulumi.String("https://wiki.example.com/"),
			AllowedUserGroups:  pulumi.StringArray{developers.ID()}, // without this line everybody may sign in
		})
		if err != nil {
			return err
		}

		// A single-page application cannot keep a secret: it is public, and uses PKCE.
		_, err = pocketid.NewClient(ctx, "dashboard", &pocketid.ClientArgs{
			Name:     pulumi.String("Dashboard"),
			IsPublic: pulumi.Bool(true),
			CallbackUrls: pulumi.StringArray{
				pulumi.String("https://dashboard.example.com/callback"),
				pulumi.String("http://localhost:5173/callback"),
			},
		})
		if err != nil {
			return err
		}

		// A workflow signs in as itself: no user, so no callback URL, and no secret ...
		deploy, err := pocketid.NewClient(ctx, "deploy", &pocketid.ClientArgs{
			Name:         pulumi.String("Deployment"),
			CallbackUrls: pulumi.StringArray{},
			CreateSecret: pulumi.Bool(false),
		})
		if err != nil {
			return err
		}

		// ... for it shows a token that GitHub gave it. It must ask GitHub for one whose
		// audience is your Pocket ID (deployAudience below).
		deployFromMain, err := pocketid.NewFederatedIdentity(ctx, "deployFromMain", &pocketid.FederatedIdentityArgs{
			ClientId: deploy.ClientId,
			Issuer:   pulumi.String("https://token.actions.githubusercontent.com"),
			Subject:  pulumi.String("repo:acme/app:ref:refs/heads/main"),
			JwksUrl:  pulumi.String("https://token.actions.githubusercontent.com/.well-known/jwks"),
		})
		if err != nil {
			return err
		}

		// What the wiki wants to know.
		ctx.Export("clientId", wiki.ClientId)
		ctx.Export("clientSecret", wiki.ClientSecret) // stays a secret
		ctx.Export("issuer", wiki.Issuer)
		ctx.Export("discoveryUrl", wiki.DiscoveryUrl)

		// What the workflow wants to know.
		ctx.Export("deployClientId", deploy.ClientId)
		ctx.Export("deployAudience", deployFromMain.EffectiveAudience)
		return nil
	})
}
