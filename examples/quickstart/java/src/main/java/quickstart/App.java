package quickstart;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.core.Output;
import com.pulumi.pocketid.Client;
import com.pulumi.pocketid.ClientArgs;
import com.pulumi.pocketid.FederatedIdentity;
import com.pulumi.pocketid.FederatedIdentityArgs;
import com.pulumi.pocketid.Group;
import com.pulumi.pocketid.GroupArgs;
import java.util.List;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    private static void stack(Context ctx) {
        // A group of users. Applications receive its name in the "groups" claim.
        var developers = new Group("developers", GroupArgs.builder()
            .name(ctx.config().require("groupName"))
            .friendlyName("Developers")
            .build());

        // A web application with a backend that can keep a secret.
        var wiki = new Client("wiki", ClientArgs.builder()
            .name("Wiki")
            .callbackUrls("https://wiki.example.com/oauth/callback")
            .logoutCallbackUrls("https://wiki.example.com/")
            .launchUrl("https://wiki.example.com/")
            .allowedUserGroups(Output.all(developers.id())) // if omitted, every user may sign in
            .build());

        // A single-page application cannot keep a secret, so it is a public client that uses
        // PKCE.
        new Client("dashboard", ClientArgs.builder()
            .name("Dashboard")
            .isPublic(true)
            .callbackUrls("https://dashboard.example.com/callback", "http://localhost:5173/callback")
            .build());

        // A workflow authenticates without a user and without a client secret, so it needs no
        // callback URL.
        var deploy = new Client("deploy", ClientArgs.builder()
            .name("Deployment")
            .callbackUrls(List.of())
            .createSecret(false)
            .build());

        // The workflow presents a token from GitHub instead of a client secret. It must request
        // that token with Pocket ID as the audience (deployAudience below).
        var deployFromMain = new FederatedIdentity("deployFromMain", FederatedIdentityArgs.builder()
            .clientId(deploy.clientId())
            .issuer("https://token.actions.githubusercontent.com")
            .subject("repo:acme/app:ref:refs/heads/main")
            .jwksUrl("https://token.actions.githubusercontent.com/.well-known/jwks")
            .build());

        // Settings for the wiki.
        ctx.export("clientId", wiki.clientId());
        ctx.export("clientSecret", wiki.clientSecret()); // the output is secret
        ctx.export("issuer", wiki.issuer());
        ctx.export("discoveryUrl", wiki.discoveryUrl());

        // Settings for the workflow.
        ctx.export("deployClientId", deploy.clientId());
        ctx.export("deployAudience", deployFromMain.effectiveAudience());
    }
}
