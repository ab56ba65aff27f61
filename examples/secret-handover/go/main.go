package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// The stack that made the client.
		identity, err := pulumi.NewStackReference(ctx, config.Require(ctx, "identityStack"), nil)
		if err != nil {
			return err
		}

		clientID := identity.GetOutput(pulumi.String("clientId"))
		clientSecret := identity.GetOutput(pulumi.String("clientSecret")) // still a secret, and encrypted here too
		issuer := identity.GetOutput(pulumi.String("issuer"))

		ctx.Export("clientId", clientID)
		ctx.Export("clientSecret", clientSecret)
		ctx.Export("issuer", issuer)

		// What is made of a secret is one too.
		ctx.Export("environment", pulumi.Sprintf("OIDC_ISSUER=%v\nOIDC_CLIENT_ID=%v\nOIDC_CLIENT_SECRET=%v\n", issuer, clientID, clientSecret))
		return nil
	})
}
