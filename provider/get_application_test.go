package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/catalog"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// getApplication calls the function over gRPC. The provider is not configured.
func getApplication(t *testing.T, args map[string]any) (map[string]any, error) {
	t.Helper()
	server, err := NewServer(nil)
	require.NoError(t, err)
	res, err := server.Invoke(t.Context(), &rpc.InvokeRequest{Tok: "pocketid:index:getApplication", Args: marshalProps(t, toProps(args))})
	if err != nil {
		return nil, err
	}
	require.Empty(t, res.Failures)
	out, err := plugin.UnmarshalProperties(res.Return, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(t, err)
	return out.Mappable(), nil
}

func TestGetApplicationNeedsNeitherServerNorConfiguration(t *testing.T) {
	t.Parallel()
	out, err := getApplication(t, map[string]any{"application": "immich", "url": "https://photos.example.com/"})
	require.NoError(t, err)
	require.Equal(t, []any{"https://photos.example.com/auth/login", "https://photos.example.com/user-settings", "app.immich:///oauth-callback"}, out["callbackUrls"])
	require.Equal(t, "https://photos.example.com", out["launchUrl"])
	require.Equal(t, false, out["isPublic"])
	require.Equal(t, "https://pocket-id.org/docs/client-examples/immich", out["sourceUrl"])
	require.Equal(t, "{clientId}", out["environment"].(map[string]any)["OIDC_CLIENT_ID"])
	require.NotContains(t, out, "clientId")
	require.NotContains(t, out, "version")
}

func TestGetApplicationNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for want, args := range map[string]map[string]any{
		"no application \"imich\"":                {"application": "imich", "url": "https://a.example"},
		"nearest of":                              {"application": "imich"},
		"use Client and set its URLs":             {"application": "imich"},
		"immich needs url":                        {"application": "immich"},
		"pangolin needs the parameter providerId": {"application": "pangolin", "url": "https://a.example"},
		"url must be an http(s) URL":              {"application": "immich", "url": "photos.example.com"},
	} {
		_, err := getApplication(t, args)
		require.ErrorContains(t, err, want)
	}
}

// A client with the URLs of any application passes the checks of Client.
func TestClientAcceptsEveryApplication(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	for _, a := range catalog.All() {
		parameters := map[string]any{}
		for name := range a.Parameters {
			parameters[name] = "sample-1"
		}
		for _, url := range []string{"https://app.example.com", "http://host.example.com:8080/sub/path"} {
			out, err := getApplication(t, map[string]any{"application": a.Name, "url": url, "parameters": parameters})
			require.NoError(t, err, a.Name)
			client := map[string]any{"name": out["displayName"]}
			for _, property := range []string{"callbackUrls", "logoutCallbackUrls", "launchUrl", "isPublic", "pkceEnabled", "clientId"} {
				if value, has := out[property]; has {
					client[property] = value
				}
			}
			require.Empty(t, c.failures("Client", toProps(client)), a.Name)
		}
	}
}
