package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		rotation := pulumi.String(config.Require(ctx, "rotation"))

		// A web application whose secret is a resource of its own, so that it rotates
		// without a gap ...
		wiki, err := pocketid.NewClient(ctx, "wiki", &pocketid.ClientArgs{
			Name:         pulumi.String("Wiki"),
			CallbackUrls: pulumi.StringArray{pulumi.String("https://wiki.example.com/oauth/callback")},
			CreateSecret: pulumi.Bool(false),
		})
		if err != nil {
			return err
		}

		// ... for a rotation makes the new secret, then updates what uses it, and only
		// then deletes the old one. Needs Pocket ID 2.14 or later.
		wikiSecret, err := pocketid.NewClientSecret(ctx, "wikiSecret", &pocketid.ClientSecretArgs{
			ClientId:         wiki.ClientId,
			RotationTriggers: pulumi.StringMap{"rotation": rotation},
			RotateAfter:      pulumi.String("60d"), // from then on, the next `pulumi up` rotates it: run it daily
			ExpiresIn:        pulumi.String("90d"), // the end, if nobody runs it
		})
		if err != nil {
			return err
		}

		// A client's own secret rotates too. Who takes it from another stack has a day
		// to get the new one; after that, the next `pulumi up` deletes the old one.
		shop, err := pocketid.NewClient(ctx, "shop", &pocketid.ClientArgs{
			Name:                   pulumi.String("Shop"),
			CallbackUrls:           pulumi.StringArray{pulumi.String("https://shop.example.com/oauth/callback")},
			SecretRotationTriggers: pulumi.StringMap{"rotation": rotation},
			PreviousSecretValidFor: pulumi.String("1d"),
		})
		if err != nil {
			return err
		}

		ctx.Export("issuer", wiki.Issuer)

		// What the wiki wants to know.
		ctx.Export("clientId", wiki.ClientId)
		ctx.Export("clientSecret", wikiSecret.Secret) // stays a secret
		ctx.Export("clientSecretExpiresAt", wikiSecret.ExpiresAt)

		// What the shop wants to know.
		ctx.Export("shopClientId", shop.ClientId)
		ctx.Export("shopClientSecret", shop.ClientSecret)
		return nil
	})
}
