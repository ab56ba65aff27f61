package main

import (
	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() { pulumi.Run(program) }

// program is the program under test. The group exists already.
func program(ctx *pulumi.Context) error {
	family := pocketid.LookupGroupOutput(ctx, pocketid.LookupGroupOutputArgs{Name: pulumi.String("family")})
	wiki, err := pocketid.NewClient(ctx, "wiki", &pocketid.ClientArgs{
		Name:              pulumi.String("Wiki"),
		ClientId:          pulumi.String("wiki"),
		CallbackUrls:      pulumi.StringArray{pulumi.String("https://wiki.example.com/oauth/callback")},
		AllowedUserGroups: pulumi.StringArray{family.GroupId()},
		CreateSecret:      pulumi.Bool(false),
	})
	if err != nil {
		return err
	}
	secret, err := pocketid.NewClientSecret(ctx, "wiki", &pocketid.ClientSecretArgs{
		ClientId:  wiki.ClientId,
		ExpiresIn: pulumi.String("90d"),
	})
	if err != nil {
		return err
	}
	ctx.Export("clientSecret", secret.Secret)
	return nil
}
