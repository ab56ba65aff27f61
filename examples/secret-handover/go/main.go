package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// The stack that manages the client.
		identity, err := pulumi.NewStackReference(ctx, config.Require(ctx, "identityStack"), nil)
		if err != nil {
			return err
		}

		clientID := identity.GetOutput(pulumi.String("clientId"))
		clientSecret := identity.GetOutput(pulumi.String("clientSecret")) // still secret, and encrypted in the state of this stack too
		issuer := identity.GetOutput(pulumi.String("issuer"))

		ctx.Export("clientId", clientID)
		ctx.Export("clientSecret", clientSecret)
		ctx.Export("issuer", issuer)

		// A value that is derived from a secret is secret too.
		ctx.Export("environment", pulumi.Sprintf("OIDC_ISSUER=%v\nOIDC_CLIENT_ID=%v\nOIDC_CLIENT_SECRET=%v\n", issuer, clientID, clientSecret))
		return nil
	})
}
