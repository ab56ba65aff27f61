package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		owner, repository := config.Require(ctx, "owner"), config.Require(ctx, "repository")

		// Pocket ID uses only the first identity per issuer of a client, so two GitHub
		// subjects need two clients. Services that accept the access tokens can also tell
		// the two clients apart.
		if err := builds(ctx, owner, repository); err != nil {
			return err
		}
		return deployments(ctx, owner, repository)
	})
}

// builds registers the jobs on branch main that use no environment.
func builds(ctx *pulumi.Context, owner, repository string) error {
	branch, err := pocketid.NewClient(ctx, "main", &pocketid.ClientArgs{
		Name:         pulumi.String("Builds of main"),
		CallbackUrls: pulumi.StringArray{}, // no user signs in to this client
		CreateSecret: pulumi.Bool(false),
	})
	if err != nil {
		return err
	}
	fromMain, err := pocketid.NewFederatedIdentity(ctx, "fromMain", &pocketid.FederatedIdentityArgs{
		ClientId: branch.ClientId,
		GithubActions: pocketid.GitHubActionsWorkloadArgs{
			Owner:      pulumi.String(owner),
			Repository: pulumi.String(repository),
			Branch:     pulumi.String("main"),
		},
		ReplayProtection: pulumi.Bool(true), // each job requests its own token; requires Pocket ID 2.10 or later
	})
	if err != nil {
		return err
	}

	// Settings for the workflow.
	ctx.Export("mainClientId", branch.ClientId)
	ctx.Export("audience", fromMain.EffectiveAudience) // the audience to request from GitHub

	// The subject that Pocket ID compares with the tokens. Check it if a token is refused.
	ctx.Export("mainSubject", fromMain.EffectiveSubject)
	return nil
}

// deployments registers the jobs that use the environment production, on any branch, so
// protect this environment.
func deployments(ctx *pulumi.Context, owner, repository string) error {
	production, err := pocketid.NewClient(ctx, "production", &pocketid.ClientArgs{
		Name:         pulumi.String("Deployments to production"),
		CallbackUrls: pulumi.StringArray{},
		CreateSecret: pulumi.Bool(false),
	})
	if err != nil {
		return err
	}

	// The subjects of this repository contain IDs. GitHub adds them for repositories that
	// were created, renamed or transferred after July 15, 2026.
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

	ctx.Export("productionClientId", production.ClientId)
	ctx.Export("productionSubject", fromProduction.EffectiveSubject)
	return nil
}
