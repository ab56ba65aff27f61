package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		tenantID := pulumi.String(config.Require(ctx, "tenantId"))

		// A function, a container or a virtual machine with a managed identity. It asks
		// Azure for a token with the app registration as its resource.
		worker, err := pocketid.NewClient(ctx, "worker", &pocketid.ClientArgs{
			Name:         pulumi.String("Worker"),
			CallbackUrls: pulumi.StringArray{}, // nobody signs in here
			CreateSecret: pulumi.Bool(false),
		})
		if err != nil {
			return err
		}
		byManagedIdentity, err := pocketid.NewFederatedIdentity(ctx, "byManagedIdentity", &pocketid.FederatedIdentityArgs{
			ClientId: worker.ClientId,
			AzureManagedIdentity: pocketid.AzureManagedIdentityWorkloadArgs{
				TenantId:    tenantID,
				PrincipalId: pulumi.String(config.Require(ctx, "principalId")),
				// TokenVersion: pulumi.Int(2), if the app registration has requestedAccessTokenVersion: 2
			},
			Audience: pulumi.String(config.Require(ctx, "appId")),
		})
		if err != nil {
			return err
		}

		// A pod in AKS needs no identity in Entra ID: it has the token of its service
		// account, whose audience is free.
		report, err := pocketid.NewClient(ctx, "report", &pocketid.ClientArgs{
			Name:         pulumi.String("Report"),
			CallbackUrls: pulumi.StringArray{},
			CreateSecret: pulumi.Bool(false),
		})
		if err != nil {
			return err
		}
		inAks, err := pocketid.NewFederatedIdentity(ctx, "inAks", &pocketid.FederatedIdentityArgs{
			ClientId: report.ClientId,
			Aks: pocketid.AKSWorkloadArgs{ // or Issuer: what `az aks show --query oidcIssuerProfile.issuerUrl` prints
				Region:         pulumi.String("westeurope"),
				TenantId:       tenantID,
				OidcId:         pulumi.String("11111111-1111-1111-1111-111111111111"),
				Namespace:      pulumi.String("reports"),
				ServiceAccount: pulumi.String("nightly"),
			},
		})
		if err != nil {
			return err
		}

		ctx.Export("workerClientId", worker.ClientId)
		ctx.Export("workerIssuer", byManagedIdentity.EffectiveIssuer)
		ctx.Export("reportClientId", report.ClientId)
		ctx.Export("reportIssuer", inAks.EffectiveIssuer)
		ctx.Export("reportAudience", inAks.EffectiveAudience) // for the projected token
		return nil
	})
}
