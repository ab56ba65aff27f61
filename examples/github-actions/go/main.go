package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		owner, repository := config.Require(ctx, "owner"), config.Require(ctx, "repository")

		// Pocket ID only ever uses the first identity of an issuer that a client has: two
		// subjects of GitHub's need two clients. So whoever takes their tokens can tell
		// them apart, too.
		branch, err := pocketid.NewClient(ctx, "main", &pocketid.ClientArgs{
			Name:         pulumi.String("Builds of main"),
			CallbackUrls: pulumi.StringArray{}, // nobody signs in here
			CreateSecret: pulumi.Bool(false),
		})
		if err != nil {
			return err
		}

		// Jobs of the branch main that use no environment.
		fromMain, err := pocketid.NewFederatedIdentity(ctx, "fromMain", &pocketid.FederatedIdentityArgs{
			ClientId: branch.ClientId,
			GithubActions: pocketid.GitHubActionsWorkloadArgs{
				Owner:      pulumi.String(owner),
				Repository: pulumi.String(repository),
				Branch:     pulumi.String("main"),
			},
			ReplayProtection: pulumi.Bool(true), // a job asks for a token of its own; needs Pocket ID 2.10
		})
		if err != nil {
			return err
		}

		production, err := pocketid.NewClient(ctx, "production", &pocketid.ClientArgs{
			Name:         pulumi.String("Deployments to production"),
			CallbackUrls: pulumi.StringArray{},
			CreateSecret: pulumi.Bool(false),
		})
		if err != nil {
			return err
		}

		// Jobs that use the environment production, whatever their branch: protect it.
		// This repository is one with ids in its subjects, as all are that were made,
		// renamed or moved after July 15, 2026.
		fromProduction, err := pocketid.NewFederatedIdentity(ctx, "fromProduction", &pocketid.FederatedIdentityArgs{
			ClientId: production.ClientId,
			GithubActions: pocketid.GitHubActionsWorkloadArgs{
				Owner:        pulumi.String(owner),
				OwnerId:      pulumi.String("123456"),
				Repository:   pulumi.String(repository + "-deploy"),
				RepositoryId: pulumi.String("456789"),
				Environment:  pulumi.String("production"),
			},
			ReplayProtection: pulumi.Bool(true),
		})
		if err != nil {
			return err
		}

		// What the workflows want to know.
		ctx.Export("mainClientId", branch.ClientId)
		ctx.Export("productionClientId", production.ClientId)
		ctx.Export("audience", fromMain.EffectiveAudience) // to ask GitHub for

		// What Pocket ID compares the tokens with: to look at when one is refused.
		ctx.Export("mainSubject", fromMain.EffectiveSubject)
		ctx.Export("productionSubject", fromProduction.EffectiveSubject)
		return nil
	})
}
