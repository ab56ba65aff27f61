package catalog

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func find(t *testing.T, name string) Application {
	t.Helper()
	a, err := Find(name)
	require.NoError(t, err)
	return a
}

func TestFindIgnoresCase(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Immich", find(t, "Immich").DisplayName)
	require.Equal(t, "Immich", find(t, " immich ").DisplayName)
}

func TestUnknownNamesListTheNearest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"imich": "immich", "paperless": "paperless-ngx", "Home Asistant": "home-assistant", "proxmox-ve": "proxmox", "argocd": "argo-cd", "open web ui": "open-webui",
		"cloudflare-access": "cloudflare-zero-trust", "Cloudflare Access": "cloudflare-zero-trust", "tail scale": "tailscale", "file browser": "filebrowser-quantum", "synology dsm": "synology",
	} {
		_, err := Find(name)
		require.ErrorContains(t, err, "the nearest of")
		first, _, _ := strings.Cut(strings.SplitN(err.Error(), " are ", 2)[1], ".")
		require.Contains(t, strings.Split(first, ", "), want, name)
	}
}

func TestRegisterFillsInTheURL(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://photos.example.com", "https://photos.example.com/", "https://photos.example.com//"} {
		r, err := find(t, "immich").Register(address, nil)
		require.NoError(t, err)
		require.Equal(t, []string{"https://photos.example.com/auth/login", "https://photos.example.com/user-settings", "app.immich:///oauth-callback"}, r.CallbackURLs)
		require.Equal(t, "https://photos.example.com", r.LaunchURL)
		require.Equal(t, []string{"openid", "profile", "email"}, r.Scopes())
	}
	r, err := find(t, "portainer").Register("http://host.local:9000/portainer", nil)
	require.NoError(t, err)
	require.Equal(t, []string{"http://host.local:9000/portainer/"}, r.CallbackURLs)
	r, err = find(t, "talos").Register("", nil)
	require.NoError(t, err)
	require.Equal(t, []string{"http://localhost:8000"}, r.CallbackURLs)
	require.Empty(t, r.LaunchURL)
}

func TestRegisterFillsInParameters(t *testing.T) {
	t.Parallel()
	r, err := find(t, "nextcloud").Register("https://cloud.example.com", nil)
	require.NoError(t, err)
	require.Equal(t, []string{"https://cloud.example.com/apps/user_oidc/backchannel-logout/PocketID"}, r.LogoutCallbackURLs)
	r, err = find(t, "nextcloud").Register("https://cloud.example.com", map[string]string{"providerName": "id"})
	require.NoError(t, err)
	require.Equal(t, []string{"https://cloud.example.com/apps/user_oidc/backchannel-logout/id"}, r.LogoutCallbackURLs)
}

func TestRegisterNamesWhatIsMissingOrWrong(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		application, url string
		parameters       map[string]string
		want             []string
	}{
		{"immich", "", nil, []string{"immich needs url"}},
		{"dbackup", "", nil, []string{"dbackup needs url", "dbackup needs the parameter providerId: Provider ID that"}},
		{"immich", "https://a.example", map[string]string{"tenant": "x"}, []string{"immich has no parameter tenant; it has none"}},
		{"gitea", "https://a.example", map[string]string{"provider": "x"}, []string{"gitea has no parameter provider; it has providerName"}},
		{"gitea", "https://a.example", map[string]string{"providerName": "../x"}, []string{"the parameter providerName must consist of"}},
		{"gitea", "https://a.example", map[string]string{"providerName": ".."}, []string{"not only of dots"}},
		{"gitea", "https://a.example", map[string]string{"providerName": "*"}, []string{"the parameter providerName must consist of"}},
		{"immich", "photos.example.com", nil, []string{"url must be an http(s) URL"}},
		{"immich", "app:/x", nil, []string{"url must be an http(s) URL"}},
		{"immich", "https://", nil, []string{"url must be an http(s) URL"}},
		{"immich", "https://:8080", nil, []string{"url must be an http(s) URL"}},
		{"immich", "https://a.example/?x=1", nil, []string{"must not have a query"}},
		{"immich", "https://a.example/#x", nil, []string{"must not have a query"}},
		{"immich", "https://*.example", nil, []string{"must not contain '*'"}},
		{"immich", "https://ann:hidden@a.example", nil, []string{"must not contain a user name or a password"}},
	} {
		_, err := find(t, row.application).Register(row.url, row.parameters)
		require.Error(t, err, "%+v", row)
		for _, want := range row.want {
			require.ErrorContains(t, err, want)
		}
		require.NotContains(t, err.Error(), "hidden")
	}
}

func sampleClient() Client {
	return Client{
		ClientID: "app", ClientSecret: `s"e\cret`, Issuer: "https://id.example.com", DiscoveryURL: "https://id.example.com/.well-known/openid-configuration",
		Authorization: "https://id.example.com/authorize", Token: "https://id.example.com/api/oidc/token", Userinfo: "https://id.example.com/api/oidc/userinfo",
		JWKS: "https://id.example.com/.well-known/jwks.json", EndSession: "https://id.example.com/api/oidc/end-session",
	}
}

func TestEnvironmentHasTheNamesOfTheApplication(t *testing.T) {
	t.Parallel()
	r, err := find(t, "miniflux").Register("https://feeds.example.com", nil)
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"OAUTH2_PROVIDER": "oidc", "OAUTH2_CLIENT_ID": "app", "OAUTH2_CLIENT_SECRET": `s"e\cret`,
		"OAUTH2_REDIRECT_URL": "https://feeds.example.com/oauth2/oidc/callback", "OAUTH2_OIDC_DISCOVERY_ENDPOINT": "https://id.example.com",
	}, r.Environment(sampleClient()))
	template := r.EnvironmentTemplate()
	require.Equal(t, "{clientSecret}", template["OAUTH2_CLIENT_SECRET"])
	require.Equal(t, "https://feeds.example.com/oauth2/oidc/callback", template["OAUTH2_REDIRECT_URL"])
}

func TestEnvironmentOfOtherApplicationsHasGeneralNames(t *testing.T) {
	t.Parallel()
	r, err := find(t, "immich").Register("https://photos.example.com", nil)
	require.NoError(t, err)
	environment := r.Environment(sampleClient())
	require.Equal(t, environment, DefaultEnvironment(sampleClient()))
	require.Len(t, environment, 10)
	require.Equal(t, "app", environment["OIDC_CLIENT_ID"])
	require.Equal(t, "https://id.example.com/.well-known/openid-configuration", environment["OIDC_DISCOVERY_URL"])
	require.Equal(t, "openid profile email", environment["OIDC_SCOPES"])
}

func TestEnvironmentOfAPublicClientHasNoSecret(t *testing.T) {
	t.Parallel()
	public := sampleClient()
	public.ClientSecret, public.EndSession = "", ""
	environment := DefaultEnvironment(public)
	require.NotContains(t, environment, "OIDC_CLIENT_SECRET")
	require.NotContains(t, environment, "OIDC_END_SESSION_URL")
}

// Values in a JSON document are escaped.
func TestEnvironmentInJSONIsValid(t *testing.T) {
	t.Parallel()
	r, err := find(t, "paperless-ngx").Register("https://documents.example.com", nil)
	require.NoError(t, err)
	var providers struct {
		OpenIDConnect struct {
			Apps []map[string]any
		} `json:"openid_connect"`
	}
	text := r.Environment(sampleClient())["PAPERLESS_SOCIALACCOUNT_PROVIDERS"]
	require.NoError(t, json.Unmarshal([]byte(text), &providers), text)
	app := providers.OpenIDConnect.Apps[0]
	require.Equal(t, `s"e\cret`, app["secret"])
	require.Equal(t, "pocket-id", app["provider_id"])
}

func TestNoValueIsRenderedTwice(t *testing.T) {
	t.Parallel()
	client := sampleClient()
	client.ClientSecret = "{issuer}"
	require.Equal(t, "{issuer}", DefaultEnvironment(client)["OIDC_CLIENT_SECRET"])
}
