using System.Collections.Generic;
using Pulumi;
using Pulumi.PocketId;

return await Deployment.RunAsync(() =>
{
    var config = new Pulumi.Config();

    // A group of users. Applications receive its name in the "groups" claim.
    var developers = new Group("developers", new()
    {
        Name = config.Require("groupName"),
        FriendlyName = "Developers",
    });

    // A web application with a backend that can keep a secret.
    var wiki = new Client("wiki", new()
    {
        Name = "Wiki",
        CallbackUrls = new[] { "https://wiki.example.com/oauth/callback" },
        LogoutCallbackUrls = new[] { "https://wiki.example.com/" },
        LaunchUrl = "https://wiki.example.com/",
        AllowedUserGroups = new[] { developers.Id }, // if omitted, every user may sign in
    });

    // A single-page application cannot keep a secret, so it is a public client that uses PKCE.
    _ = new Client("dashboard", new()
    {
        Name = "Dashboard",
        IsPublic = true,
        CallbackUrls = new[] { "https://dashboard.example.com/callback", "http://localhost:5173/callback" },
    });

    // A workflow authenticates without a user and without a client secret, so it needs no callback
    // URL.
    var deploy = new Client("deploy", new()
    {
        Name = "Deployment",
        CallbackUrls = new InputList<string>(),
        CreateSecret = false,
    });

    // The workflow presents a token from GitHub instead of a client secret. It must request that
    // token with Pocket ID as the audience (deployAudience below).
    var deployFromMain = new FederatedIdentity("deployFromMain", new()
    {
        ClientId = deploy.ClientId,
        Issuer = "https://token.actions.githubusercontent.com",
        Subject = "repo:acme/app:ref:refs/heads/main",
        JwksUrl = "https://token.actions.githubusercontent.com/.well-known/jwks",
    });

    return new Dictionary<string, object?>
    {
        // Settings for the wiki.
        ["clientId"] = wiki.ClientId,
        ["clientSecret"] = wiki.ClientSecret, // the output is secret
        ["issuer"] = wiki.Issuer,
        ["discoveryUrl"] = wiki.DiscoveryUrl,

        // Settings for the workflow.
        ["deployClientId"] = deploy.ClientId,
        ["deployAudience"] = deployFromMain.EffectiveAudience,
    };
});
