package provider

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// secretInWrongPlace are configurations with a secret where it does not belong, such as the key itself in
// place of its file.
func secretInWrongPlace() map[string]props {
	hidden := secretString("hidden-9")
	return map[string]props{
		"apiKeyFile":            {"apiKeyFile": hidden},
		"apiKeyCommand":         {"apiKeyCommand": resource.MakeSecret(resource.NewProperty([]resource.PropertyValue{resource.NewProperty("hidden-9")}))},
		"apiKey":                {"apiKey": secretString("hidden-9\nhidden-9")},
		"baseUrl":               {"baseUrl": secretString("https://id.example.com/?key=hidden-9")},
		"assumeVersion":         {"assumeVersion": hidden},
		"formerIssuers":         {"formerIssuers": resource.MakeSecret(resource.NewProperty([]resource.PropertyValue{resource.NewProperty("hidden-9")}))},
		"caCertificate":         {"caCertificate": hidden},
		"clientCertificate":     {"clientCertificate": hidden, "clientKey": secretString("hidden-9, another one")},
		"clientKey":             {"clientKey": hidden},
		"name of a header":      {"headers": resource.MakeSecret(resource.NewProperty(props{"Authorization hidden-9": resource.NewProperty("Authorization hidden-9")}))},
		"value of a header":     {"headers": resource.NewProperty(props{"X-Extra": resource.NewProperty("hidden-9\n")})},
		"proxyUrl":              {"proxyUrl": resource.NewProperty("ftp://user:hidden-9@proxy.example")},
		"a list as the proxy":   {"proxyUrl": resource.MakeSecret(resource.NewProperty([]resource.PropertyValue{resource.NewProperty("hidden-9")}))},
		"a number of retries":   {"maxRetries": hidden},
		"a header that is none": {"headers": hidden},
		"a list in a header":    {"headers": resource.MakeSecret(resource.NewProperty(props{"Authorization hidden-9": resource.NewProperty([]resource.PropertyValue{resource.NewProperty("Authorization hidden-9")})}))},
	}
}

func TestNoErrorOfTheConfigurationRepeatsASecret(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	urn := string(resource.NewURN("dev", "test", "", "pulumi:providers:pocketid", "it"))
	for name, wrong := range secretInWrongPlace() {
		c := newChecker(t, instance)
		right := props{"baseUrl": resource.NewProperty(instance.url), "apiKey": secretString(instance.key)}
		config := right.Copy()
		for property, value := range wrong {
			config[property] = value
			if property == "apiKeyFile" || property == "apiKeyCommand" {
				delete(config, "apiKey")
			}
		}
		var errs []any
		checked, err := c.server.CheckConfig(t.Context(), &rpc.CheckRequest{Urn: urn, News: c.marshal(config)})
		errs = append(errs, err)
		for _, f := range checked.GetFailures() {
			if v, plain := config[resource.PropertyKey(f.Property)]; plain {
				require.False(t, v.ContainsSecrets(), "%s: the engine prints the value of %s", name, f.Property)
			}
			errs = append(errs, f.Reason)
		}
		_, err = c.server.DiffConfig(t.Context(), &rpc.DiffRequest{Urn: urn, Olds: c.marshal(right), OldInputs: c.marshal(right), News: c.marshal(config)})
		errs = append(errs, err)
		_, err = c.server.DiffConfig(t.Context(), &rpc.DiffRequest{Urn: urn, Olds: c.marshal(config), OldInputs: c.marshal(config), News: c.marshal(right)})
		errs = append(errs, err)
		_, err = c.server.Configure(t.Context(), &rpc.ConfigureRequest{Args: c.marshal(config), AcceptSecrets: true})
		errs = append(errs, err)
		if err == nil {
			_, err = c.server.Invoke(t.Context(), &rpc.InvokeRequest{Tok: Name + ":index:getCurrentUser", Args: c.marshal(props{})})
			errs = append(errs, err)
		}
		text := fmt.Sprint(errs...)
		t.Logf("%s: %s", name, text)
		require.NotRegexp(t, `^(<nil> ?)*$`, text, name)
		require.NotContains(t, text, "hidden-9", name)
	}
}
