package generated_program;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.pocketid.Api;
import com.pulumi.pocketid.ApiArgs;
import com.pulumi.pocketid.inputs.ApiPermissionArgs;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    public static void stack(Context ctx) {
        var orders = new Api("orders", ApiArgs.builder()
            .name("Orders")
            .resource("https://orders.example.com")
            .permissions(Map.of(
                "read", ApiPermissionArgs.builder()
                    .name("Read orders")
                    .build(),
                "write", ApiPermissionArgs.builder()
                    .name("Write orders")
                    .description("Create, change and cancel orders")
                    .build()))
            .build());
    }
}
