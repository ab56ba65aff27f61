package generated_program;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.core.Output;
import com.pulumi.pocketid.User;
import com.pulumi.pocketid.UserArgs;
import com.pulumi.pocketid.Group;
import com.pulumi.pocketid.GroupArgs;
import com.pulumi.pocketid.GroupMembers;
import com.pulumi.pocketid.GroupMembersArgs;
import com.pulumi.pocketid.Client;
import com.pulumi.pocketid.ClientArgs;
import com.pulumi.pocketid.ScimServiceProvider;
import com.pulumi.pocketid.ScimServiceProviderArgs;
import com.pulumi.pocketid.ScimSync;
import com.pulumi.pocketid.ScimSyncArgs;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    public static void stack(Context ctx) {
        final var config = ctx.config();
        final var scimToken = config.requireSecret("scimToken");
        var alice = new User("alice", UserArgs.builder()
            .username("alice")
            .email("alice@example.com")
            .firstName("Alice")
            .displayName("Alice Example")
            .build());

        var developers = new Group("developers", GroupArgs.builder()
            .name("developers")
            .friendlyName("Developers")
            .build());

        var developersMembers = new GroupMembers("developersMembers", GroupMembersArgs.builder()
            .groupId(developers.id())
            .userIds(Output.all(alice.id()))
            .build());

        var wiki = new Client("wiki", ClientArgs.builder()
            .name("Wiki")
            .callbackUrls("https://wiki.example.com/oauth/callback")
            .allowedUserGroups(Output.all(developers.id()))
            .build());

        var wikiProvisioning = new ScimServiceProvider("wikiProvisioning", ScimServiceProviderArgs.builder()
            .clientId(wiki.clientId())
            .endpoint("https://wiki.example.com/scim/v2")
            .token(scimToken)
            .build());

        var wikiSync = new ScimSync("wikiSync", ScimSyncArgs.builder()
            .clientId(wikiProvisioning.clientId())
            .triggers(developersMembers.userIds().applyValue(ids -> Map.of("members", String.join(",", ids))))
            .build());
    }
}
