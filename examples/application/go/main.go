package main

import (
	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		groupName := config.Get(ctx, "groupName") // must be unique in Pocket ID
		if groupName == "" {
			groupName = "family"
		}
		family, err := pocketid.NewGroup(ctx, "family", &pocketid.GroupArgs{
			Name:         pulumi.String(groupName),
			FriendlyName: pulumi.String("Family"),
		})
		if err != nil {
			return err
		}
		groups := pulumi.StringArray{family.ID()}

		// Everything that the client needs is in the catalogue of the provider.
		photos, err := pocketid.NewApplication(ctx, "photos", &pocketid.ApplicationArgs{
			Application:       pulumi.StringRef("immich"),
			Url:               pulumi.String("https://photos.example.com"),
			AllowedUserGroups: groups,
		})
		if err != nil {
			return err
		}

		// Paperless-ngx takes its settings from environment variables, and the catalogue knows
		// their names. Inputs of Client, such as SkipConsent, have precedence over the catalogue.
		documents, err := pocketid.NewApplication(ctx, "documents", &pocketid.ApplicationArgs{
			Application:       pulumi.StringRef("paperless-ngx"),
			Url:               pulumi.String("https://documents.example.com"),
			Name:              pulumi.String("Documents"),
			AllowedUserGroups: groups,
		})
		if err != nil {
			return err
		}

		// The same facts without a client. This call makes no request.
		wiki := pocketid.GetApplicationOutput(ctx, pocketid.GetApplicationOutputArgs{
			Application: pulumi.String("outline"), Url: pulumi.String("https://wiki.example.com"),
		})

		ctx.Export("photosClientId", photos.ClientId)
		ctx.Export("photosClientSecret", photos.ClientSecret) // the output is secret
		ctx.Export("documentsClientId", documents.ClientId)
		ctx.Export("documentsEnvironment", documents.Environment) // the output is secret
		ctx.Export("tokenUrl", photos.Endpoints.Token())
		ctx.Export("wikiCallbackUrls", wiki.CallbackUrls())
		return nil
	})
}
