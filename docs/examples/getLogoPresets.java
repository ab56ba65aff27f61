package generated_program;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.asset.AssetOrArchive;
import com.pulumi.asset.RemoteAsset;
import com.pulumi.pocketid.Client;
import com.pulumi.pocketid.ClientArgs;
import com.pulumi.pocketid.PocketidFunctions;
import com.pulumi.pocketid.inputs.GetLogoPresetsArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    public static void stack(Context ctx) {
        final var icons = PocketidFunctions.getLogoPresets(GetLogoPresetsArgs.builder()
            .search("nextcloud")
            .build());

        var nextcloud = new Client("nextcloud", ClientArgs.builder()
            .name("Nextcloud")
            .callbackUrls("https://cloud.example.com/apps/user_oidc/code")
            .logo(icons.<AssetOrArchive>applyValue(found -> new RemoteAsset(found.presets().get(0).logoUrl())))
            .build());
    }
}
