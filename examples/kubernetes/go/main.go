package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// Users sign in to the wiki as usual. The wiki authenticates to Pocket ID with
		// the token of its service account instead of a client secret.
		wiki, err := pocketid.NewClient(ctx, "wiki", &pocketid.ClientArgs{
			Name:         pulumi.String("Wiki"),
			CallbackUrls: pulumi.StringArray{pulumi.String("https://wiki.example.com/oauth/callback")},
			CreateSecret: pulumi.Bool(false),
		})
		if err != nil {
			return err
		}

		// Its pods mount a projected service account token with the audience below.
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

		// The wiki also runs in Amazon EKS. A client can have several identities if their
		// issuers differ. Use Gke and Aks for clusters of Google and Microsoft.
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
		ctx.Export("audience", inCluster.EffectiveAudience) // the audience of the projected tokens

		// URLs of the clusters' public keys. Pocket ID must be able to reach them.
		ctx.Export("keys", pulumi.Array{inCluster.EffectiveJwksUrl, inEks.EffectiveJwksUrl})
		return nil
	})
}
