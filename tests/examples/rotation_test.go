package examples

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRotation rotates the secrets of the example, in each language, and hands
// them to another stack.
func TestRotation(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			if !server.hasManySecrets() {
				t.Skip("ClientSecret needs Pocket ID 2.14")
			}
			desk := newDesk(t)
			stack := desk.managing(l, "rotation", server, "--plaintext", "rotation=1")
			stack.preview()
			stack.up()
			first := stack.outputs("--show-secrets")
			server.requireOpens(first["clientId"], first["clientSecret"])
			server.requireOpens(first["shopClientId"], first["shopClientSecret"])
			stack.unchanged()

			consumer := desk.handover(l, stack)
			consumer.up()
			requireSecretAndTheSame(t, desk, server, stack, consumer)
			requireSecretEnvironment(t, consumer)
			consumer.unchanged()

			stack.pulumi("config", "set", "rotation", "2")
			_, err := stack.try("preview", "--expect-no-changes")
			require.Error(t, err, "a rotation shows in the preview")
			server.requireOpens(first["clientId"], first["clientSecret"])
			stack.up()
			second := stack.outputs("--show-secrets")
			for _, name := range []string{"clientSecret", "shopClientSecret"} {
				require.NotEqual(t, first[name], second[name])
			}
			server.requireOpens(second["clientId"], second["clientSecret"])
			server.requireOpens(second["shopClientId"], second["shopClientSecret"])
			server.requireShut(first["clientId"], first["clientSecret"])
			server.requireOpens(first["shopClientId"], first["shopClientSecret"]) // for a day
			stack.unchanged()

			require.Equal(t, first["clientSecret"], consumer.outputs("--show-secrets")["clientSecret"])
			consumer.up()
			requireSecretAndTheSame(t, desk, server, stack, consumer)
			requireSecretEnvironment(t, consumer)
			consumer.destroy()

			stack.destroy()
			if server.empty {
				server.requireEmpty()
			}
		})
	}
}

// TestRotationTakesOver has the example import what people made by hand: nothing
// is to change until the program asks for a rotation.
func TestRotationTakesOver(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	if !server.hasManySecrets() {
		t.Skip("ClientSecret needs Pocket ID 2.14")
	}
	clients, secrets := map[string]string{}, map[string]object{}
	for name, url := range map[string]string{"Wiki": "https://wiki.example.com/oauth/callback", "Shop": "https://shop.example.com/oauth/callback"} {
		made := server.do("POST", "/api/oidc/clients", object{"name": name, "callbackURLs": []string{url}, "pkceEnabled": true})
		clients[name] = made["id"].(string)
		t.Cleanup(func() { server.ask("DELETE", "/api/oidc/clients/"+clients[name], nil) })
		secrets[name] = server.do("POST", "/api/oidc/clients/"+clients[name]+"/secrets", object{"expiresAt": time.Now().Add(90 * 24 * time.Hour)})
	}
	value := func(name string) string { return secrets[name]["secret"].(string) }
	stack := newDesk(t).managing(languages[0], "rotation", server, "--plaintext", "rotation=1")
	stack.takeOver([]imported{
		{"pocketid:index:Client", "wiki", clients["Wiki"]},
		{"pocketid:index:ClientSecret", "wikiSecret", clients["Wiki"] + "/" + secrets["Wiki"]["id"].(string)},
		{"pocketid:index:Client", "shop", clients["Shop"]},
	})
	stack.unchanged()
	stack.must("up", "--expect-no-changes")
	for _, name := range []string{"Wiki", "Shop"} {
		server.requireOpens(clients[name], value(name))
	}

	stack.pulumi("config", "set", "rotation", "2")
	stack.up()
	now := stack.outputs("--show-secrets")
	server.requireOpens(clients["Wiki"], now["clientSecret"])
	server.requireOpens(clients["Shop"], now["shopClientSecret"])
	server.requireShut(clients["Wiki"], value("Wiki"))
	server.requireOpens(clients["Shop"], value("Shop")) // not this stack's to retire
	stack.unchanged()
	stack.destroy()
}

// requireSecretEnvironment wants what the second stack makes of the secret to
// hold it, and to be secret.
func requireSecretEnvironment(t *testing.T, consumer *stack) {
	t.Helper()
	clear := consumer.outputs("--show-secrets")
	require.Equal(t, "OIDC_ISSUER="+clear["issuer"]+"\nOIDC_CLIENT_ID="+clear["clientId"]+"\nOIDC_CLIENT_SECRET="+clear["clientSecret"]+"\n", clear["environment"])
	require.Equal(t, "[secret]", consumer.outputs()["environment"])
}

// TestExamplesShareTheirPackages holds what makes one installation enough for all:
// the quick start needs whatever another example does.
func TestExamplesShareTheirPackages(t *testing.T) {
	read := func(path string) []byte {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		return content
	}
	wants := func(path string) map[string]string {
		var wanted struct{ Dependencies, DevDependencies map[string]string }
		require.NoError(t, json.Unmarshal(read(path), &wanted))
		for name, version := range wanted.DevDependencies {
			wanted.Dependencies[name] = version
		}
		return wanted.Dependencies
	}
	packages := wants(example("quickstart", "typescript", "package.json"))
	lines := strings.Split(string(read(example("quickstart", "python", "requirements.txt"))), "\n")
	for _, name := range exampleNames(t) {
		path := example(name, "typescript", "package.json")
		for wanted, version := range wants(path) {
			require.Equal(t, packages[wanted], version, "%s in %s", wanted, path)
		}
		path = example(name, "python", "requirements.txt")
		for line := range strings.SplitSeq(string(read(path)), "\n") {
			require.Contains(t, lines, line, path)
		}
	}
}

// exampleNames are the examples that are written in all languages.
func exampleNames(t *testing.T) (names []string) {
	found, err := filepath.Glob(example("*", "typescript"))
	require.NoError(t, err)
	require.NotEmpty(t, found)
	for _, path := range found {
		names = append(names, filepath.Base(filepath.Dir(path)))
	}
	return names
}
