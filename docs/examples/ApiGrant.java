package generated_program;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.pocketid.Api;
import com.pulumi.pocketid.ApiArgs;
import com.pulumi.pocketid.ApiGrant;
import com.pulumi.pocketid.ApiGrantArgs;
import com.pulumi.pocketid.Client;
import com.pulumi.pocketid.ClientArgs;
import com.pulumi.pocketid.inputs.ApiPermissionArgs;
import java.util.List;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    public static void stack(Context ctx) {
        var orders = new Api("orders", ApiArgs.builder()
            .name("Orders")
            .resource("https://orders.example.com")
            .permissions(Map.of("read", ApiPermissionArgs.builder()
                .name("Read orders")
                .build()))
            .build());

        var reports = new Client("reports", ClientArgs.builder()
            .name("Reports")
            .callbackUrls(List.of())
            .build());

        var reportsReadOrders = new ApiGrant("reportsReadOrders", ApiGrantArgs.builder()
            .apiId(orders.id())
            .clientId(reports.clientId())
            .clientPermissions("read")
            .build());
    }
}
