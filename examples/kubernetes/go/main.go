package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// People sign in to the wiki as usual. But where it would show Pocket ID a client
		// secret, it shows the token of its service account.
		wiki, err := pocketid.NewClient(ctx, "wiki", &pocketid.ClientArgs{
			Name:         pulumi.String("Wiki"),
			CallbackUrls: pulumi.StringArray{pulumi.String("https://wiki.example.com/oauth/callback")},
			CreateSecret: pulumi.Bool(false),
		})
		if err != nil {
			return err
		}

		// Its pods mount a projected token with the audience below.
		inCluster, err := pocketid.NewFederatedIdentity(ctx, "inCluster", &pocketid.FederatedIdentityArgs{
			ClientId: wiki.ClientId,
			Kubernetes: pocketid.KubernetesWorkloadArgs{
				Issuer:         pulumi.String(config.Require(ctx, "issuer")),
				Namespace:      pulumi.String("wiki"),
				ServiceAccount: pulumi.String("server"),
			},
		})
		if err != nil {
			return err
		}

		// It also runs in a cluster of Amazon's: another issuer may be on the same client.
		// (Gke and Aks are for those of Google's and Microsoft's.)
		inEks, err := pocketid.NewFederatedIdentity(ctx, "inEks", &pocketid.FederatedIdentityArgs{
			ClientId: wiki.ClientId,
			Eks: pocketid.EKSWorkloadArgs{
				Region:         pulumi.String("eu-central-1"),
				OidcId:         pulumi.String("EXAMPLED539D4633E53DE1B71EXAMPLE"),
				Namespace:      pulumi.String("wiki"),
				ServiceAccount: pulumi.String("server"),
			},
		})
		if err != nil {
			return err
		}

		ctx.Export("clientId", wiki.ClientId)
		ctx.Export("audience", inCluster.EffectiveAudience) // for the projected tokens

		// Where Pocket ID gets the clusters' keys: it must be able to reach them.
		ctx.Export("keys", pulumi.Array{inCluster.EffectiveJwksUrl, inEks.EffectiveJwksUrl})
		return nil
	})
}
