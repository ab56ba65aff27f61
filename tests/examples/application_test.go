package examples

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestApplication runs the example with the component, in each language.
func TestApplication(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			stack := newWorkspace(t).exampleStack(l, "application", server, "--plaintext", "groupName="+uniqueName("family"))
			stack.preview()
			stack.up()
			requireApplications(t, server, stack)
			stack.requireNoChanges()
			stack.destroy()
			if server.empty {
				server.requireEmpty()
			}
		})
	}
}

func requireApplications(t *testing.T, server *server, stack *stack) {
	t.Helper()
	outputs := stack.allOutputs("--show-secrets")
	photos, documents := server.client(outputs["photosClientId"].(string)), server.client(outputs["documentsClientId"].(string))
	require.Equal(t, "Immich", photos["name"])
	require.ElementsMatch(t, []any{"https://photos.example.com/auth/login", "https://photos.example.com/user-settings", "app.immich:///oauth-callback"}, photos["callbackURLs"])
	require.Equal(t, true, photos["isGroupRestricted"])
	require.Len(t, photos["allowedUserGroups"], 1)
	require.Equal(t, "Documents", documents["name"])
	require.Equal(t, true, documents["pkceEnabled"])
	server.requireValidSecret(outputs["photosClientId"].(string), outputs["photosClientSecret"].(string))
	require.Contains(t, outputs["tokenUrl"], "/api/oidc/token")
	require.Equal(t, []any{"https://wiki.example.com/auth/oidc.callback"}, outputs["wikiCallbackUrls"])

	var providers struct {
		OpenIDConnect struct {
			Apps []struct{ Secret string }
		} `json:"openid_connect"`
	}
	environment := outputs["documentsEnvironment"].(object)
	require.NoError(t, json.Unmarshal([]byte(environment["PAPERLESS_SOCIALACCOUNT_PROVIDERS"].(string)), &providers))
	secret := providers.OpenIDConnect.Apps[0].Secret
	server.requireValidSecret(outputs["documentsClientId"].(string), secret)

	masked := stack.allOutputs()
	require.Equal(t, "[secret]", masked["photosClientSecret"])
	require.Equal(t, "[secret]", masked["documentsEnvironment"])
	require.NotContains(t, stack.pulumi("stack", "export"), secret, "the state has the secret in plain text")
	require.Equal(t, 1, strings.Count(stack.pulumi("stack", "export"), `"type": "pulumi:providers:pocketid"`), "the parts of the component use another provider than the program")
}
