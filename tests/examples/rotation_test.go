package examples

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRotation rotates the secrets of the example, in each language, and passes them to
// another stack.
func TestRotation(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			if !server.supportsClientSecrets() {
				t.Skip("ClientSecret requires Pocket ID 2.14")
			}
			workspace := newWorkspace(t)
			stack := workspace.exampleStack(l, "rotation", server, "--plaintext", "rotation=1")
			stack.preview()
			stack.up()
			first := stack.outputs("--show-secrets")
			server.requireValidSecret(first["clientId"], first["clientSecret"])
			server.requireValidSecret(first["shopClientId"], first["shopClientSecret"])
			stack.requireNoChanges()

			consumer := workspace.handoverStack(l, stack)
			consumer.up()
			requireSameSecret(t, workspace, server, stack, consumer)
			requireSecretEnvironment(t, consumer)
			consumer.requireNoChanges()

			stack.pulumi("config", "set", "rotation", "2")
			_, err := stack.try("preview", "--expect-no-changes")
			require.Error(t, err, "the preview must show the rotation")
			server.requireValidSecret(first["clientId"], first["clientSecret"])
			stack.up()
			second := stack.outputs("--show-secrets")
			for _, name := range []string{"clientSecret", "shopClientSecret"} {
				require.NotEqual(t, first[name], second[name])
			}
			server.requireValidSecret(second["clientId"], second["clientSecret"])
			server.requireValidSecret(second["shopClientId"], second["shopClientSecret"])
			server.requireInvalidSecret(first["clientId"], first["clientSecret"])
			server.requireValidSecret(first["shopClientId"], first["shopClientSecret"]) // valid for one more day
			stack.requireNoChanges()

			require.Equal(t, first["clientSecret"], consumer.outputs("--show-secrets")["clientSecret"])
			consumer.up()
			requireSameSecret(t, workspace, server, stack, consumer)
			requireSecretEnvironment(t, consumer)
			consumer.destroy()

			stack.destroy()
			if server.empty {
				server.requireEmpty()
			}
		})
	}
}

// TestRotationImportsExistingSecrets imports clients and secrets that were created by hand.
// Nothing changes until the program requests a rotation.
func TestRotationImportsExistingSecrets(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	if !server.supportsClientSecrets() {
		t.Skip("ClientSecret requires Pocket ID 2.14")
	}
	clients, secrets := map[string]string{}, map[string]object{}
	for name, url := range map[string]string{"Wiki": "https://wiki.example.com/oauth/callback", "Shop": "https://shop.example.com/oauth/callback"} {
		created := server.mustRequest("POST", "/api/oidc/clients", object{"name": name, "callbackURLs": []string{url}, "pkceEnabled": true})
		clients[name] = created["id"].(string)
		t.Cleanup(func() { server.request("DELETE", "/api/oidc/clients/"+clients[name], nil) })
		secrets[name] = server.mustRequest("POST", "/api/oidc/clients/"+clients[name]+"/secrets", object{"expiresAt": time.Now().Add(90 * 24 * time.Hour)})
	}
	value := func(name string) string { return secrets[name]["secret"].(string) }
	stack := newWorkspace(t).exampleStack(languages[0], "rotation", server, "--plaintext", "rotation=1")
	stack.importObjects([]importedObject{
		{"pocketid:index:Client", "wiki", clients["Wiki"]},
		{"pocketid:index:ClientSecret", "wikiSecret", clients["Wiki"] + "/" + secrets["Wiki"]["id"].(string)},
		{"pocketid:index:Client", "shop", clients["Shop"]},
	})
	stack.requireNoChanges()
	stack.must("up", "--expect-no-changes")
	for _, name := range []string{"Wiki", "Shop"} {
		server.requireValidSecret(clients[name], value(name))
	}

	stack.pulumi("config", "set", "rotation", "2")
	stack.up()
	now := stack.outputs("--show-secrets")
	server.requireValidSecret(clients["Wiki"], now["clientSecret"])
	server.requireValidSecret(clients["Shop"], now["shopClientSecret"])
	server.requireInvalidSecret(clients["Wiki"], value("Wiki"))
	server.requireValidSecret(clients["Shop"], value("Shop")) // this stack did not create it, so it does not delete it
	stack.requireNoChanges()
	stack.destroy()
}

// requireSecretEnvironment requires that the output which the second stack derives from the
// secret contains it and is secret.
func requireSecretEnvironment(t *testing.T, consumer *stack) {
	t.Helper()
	outputs := consumer.outputs("--show-secrets")
	require.Equal(t, "OIDC_ISSUER="+outputs["issuer"]+"\nOIDC_CLIENT_ID="+outputs["clientId"]+"\nOIDC_CLIENT_SECRET="+outputs["clientSecret"]+"\n", outputs["environment"])
	require.Equal(t, "[secret]", consumer.outputs()["environment"])
}

// TestExamplesShareTheirPackages tests that the packages of the quick start include those of
// all other examples, which all run with one installation.
func TestExamplesShareTheirPackages(t *testing.T) {
	read := func(path string) []byte {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		return content
	}
	dependencies := func(path string) map[string]string {
		var manifest struct{ Dependencies, DevDependencies map[string]string }
		require.NoError(t, json.Unmarshal(read(path), &manifest))
		for name, version := range manifest.DevDependencies {
			manifest.Dependencies[name] = version
		}
		return manifest.Dependencies
	}
	packages := dependencies(examplePath("quickstart", "typescript", "package.json"))
	lines := strings.Split(string(read(examplePath("quickstart", "python", "requirements.txt"))), "\n")
	for _, exampleName := range exampleNames(t) {
		path := examplePath(exampleName, "typescript", "package.json")
		for name, version := range dependencies(path) {
			if exampleName == "hand-over" && packages[name] == "" {
				continue // it has an installation of its own
			}
			require.Equal(t, packages[name], version, "%s in %s", name, path)
		}
		path = examplePath(exampleName, "python", "requirements.txt")
		for line := range strings.SplitSeq(string(read(path)), "\n") {
			if name, _, _ := strings.Cut(line, "=="); exampleName == "hand-over" && !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, name+"==") }) {
				continue
			}
			require.Contains(t, lines, line, path)
		}
	}
}

// exampleNames returns the names of all examples.
func exampleNames(t *testing.T) (names []string) {
	found, err := filepath.Glob(examplePath("*", "typescript"))
	require.NoError(t, err)
	require.NotEmpty(t, found)
	for _, path := range found {
		names = append(names, filepath.Base(filepath.Dir(path)))
	}
	return names
}
