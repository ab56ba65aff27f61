package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		tenantID := pulumi.String(config.Require(ctx, "tenantId"))

		// A function, a container or a virtual machine with a managed identity. It
		// requests a token from Azure with the app registration as the resource.
		worker, err := pocketid.NewClient(ctx, "worker", &pocketid.ClientArgs{
			Name:         pulumi.String("Worker"),
			CallbackUrls: pulumi.StringArray{}, // no user signs in to this client
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
				// Add TokenVersion: pulumi.Int(2) if the app registration sets requestedAccessTokenVersion to 2.
			},
			Audience: pulumi.String(config.Require(ctx, "appId")),
		})
		if err != nil {
			return err
		}

		// A pod in AKS needs no identity in Entra ID. It uses the token of its service
		// account, which can have any audience.
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
			Aks: pocketid.AKSWorkloadArgs{ // or set only Issuer, to the output of `az aks show --query oidcIssuerProfile.issuerUrl`
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
		ctx.Export("reportAudience", inAks.EffectiveAudience) // the audience of the projected token
		return nil
	})
}
