package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		rotation := pulumi.String(config.Require(ctx, "rotation"))

		// A web application whose client secret is a separate resource, so that a
		// rotation causes no downtime.
		wiki, err := pocketid.NewClient(ctx, "wiki", &pocketid.ClientArgs{
			Name:         pulumi.String("Wiki"),
			CallbackUrls: pulumi.StringArray{pulumi.String("https://wiki.example.com/oauth/callback")},
			CreateSecret: pulumi.Bool(false),
		})
		if err != nil {
			return err
		}

		// A rotation creates the new secret, then updates what uses it, and then deletes
		// the old secret. Requires Pocket ID 2.14 or later.
		wikiSecret, err := pocketid.NewClientSecret(ctx, "wikiSecret", &pocketid.ClientSecretArgs{
			ClientId:         wiki.ClientId,
			RotationTriggers: pulumi.StringMap{"rotation": rotation},
			RotateAfter:      pulumi.String("60d"), // the first `pulumi up` after 60 days rotates the secret, so run it daily
			ExpiresIn:        pulumi.String("90d"), // after 90 days without a rotation the secret expires
		})
		if err != nil {
			return err
		}

		// The secret that a client creates for itself can be rotated too. The old secret
		// stays valid for at least one day, so that other stacks can read the new one.
		// After that, the next `pulumi up` deletes the old secret.
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

		// Settings for the wiki.
		ctx.Export("clientId", wiki.ClientId)
		ctx.Export("clientSecret", wikiSecret.Secret) // the output is secret
		ctx.Export("clientSecretExpiresAt", wikiSecret.ExpiresAt)

		// Settings for the shop.
		ctx.Export("shopClientId", shop.ClientId)
		ctx.Export("shopClientSecret", shop.ClientSecret)
		return nil
	})
}
