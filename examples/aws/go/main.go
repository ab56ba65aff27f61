package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// A Lambda function, an ECS task or an EC2 instance with an IAM role. It requests
		// a token from AWS (`aws sts get-web-identity-token`) with the audience below.
		// The role needs the permission `sts:GetWebIdentityToken`.
		processing, err := pocketid.NewClient(ctx, "processing", &pocketid.ClientArgs{
			Name:         pulumi.String("Data processing"),
			CallbackUrls: pulumi.StringArray{}, // no user signs in to this client
			CreateSecret: pulumi.Bool(false),
		})
		if err != nil {
			return err
		}
		byRole, err := pocketid.NewFederatedIdentity(ctx, "byRole", &pocketid.FederatedIdentityArgs{
			ClientId: processing.ClientId,
			Aws: pocketid.AWSWorkloadArgs{
				Issuer:       pulumi.String(config.Require(ctx, "issuer")),
				PrincipalArn: pulumi.String(config.Require(ctx, "roleArn")),
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("clientId", processing.ClientId)
		ctx.Export("audience", byRole.EffectiveAudience)
		ctx.Export("keys", byRole.EffectiveJwksUrl) // Pocket ID must be able to reach this URL
		return nil
	})
}
