package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// A group of users. Applications receive its name in the "groups" claim.
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
			AllowedUserGroups:  pulumi.StringArray{developers.ID()}, // if omitted, every user may sign in
		})
		if err != nil {
			return err
		}

		// A single-page application cannot keep a secret, so it is a public client that
		// uses PKCE.
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

		// Settings for the wiki.
		ctx.Export("clientId", wiki.ClientId)
		ctx.Export("clientSecret", wiki.ClientSecret) // the output is secret
		ctx.Export("issuer", wiki.Issuer)
		ctx.Export("discoveryUrl", wiki.DiscoveryUrl)

		return deployment(ctx)
	})
}

// deployment registers a workflow of GitHub Actions. It authenticates without a user and
// without a client secret, so it needs no callback URL.
func deployment(ctx *pulumi.Context) error {
	deploy, err := pocketid.NewClient(ctx, "deploy", &pocketid.ClientArgs{
		Name:         pulumi.String("Deployment"),
		CallbackUrls: pulumi.StringArray{},
		CreateSecret: pulumi.Bool(false),
	})
	if err != nil {
		return err
	}

	// The workflow presents a token from GitHub instead of a client secret. It must
	// request that token with Pocket ID as the audience (deployAudience below).
	deployFromMain, err := pocketid.NewFederatedIdentity(ctx, "deployFromMain", &pocketid.FederatedIdentityArgs{
		ClientId: deploy.ClientId,
		Issuer:   pulumi.String("https://token.actions.githubusercontent.com"),
		Subject:  pulumi.String("repo:acme/app:ref:refs/heads/main"),
		JwksUrl:  pulumi.String("https://token.actions.githubusercontent.com/.well-known/jwks"),
	})
	if err != nil {
		return err
	}

	// Settings for the workflow.
	ctx.Export("deployClientId", deploy.ClientId)
	ctx.Export("deployAudience", deployFromMain.EffectiveAudience)
	return nil
}
