package examples

import (
	"crypto/rand"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQuickstart runs the quick start, from preview to destroy, in each language.
func TestQuickstart(t *testing.T) {
	for _, l := range quickstartLanguages() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			runQuickstart(t, l, startServer(t))
		})
	}
}

// TestQuickstartOnAnOlderServer runs the quick start with an older release. One language is
// enough, because releases differ in the same way for all.
func TestQuickstartOnAnOlderServer(t *testing.T) {
	t.Parallel()
	runQuickstart(t, languages[0], startFake(t, "2.9.0"))
}

func runQuickstart(t *testing.T, l language, server *server) {
	workspace, groupName := newWorkspace(t), uniqueName("live-"+l.name)
	stack := workspace.quickstartStack(l, server, groupName)

	stack.preview()
	if server.empty {
		server.requireEmpty() // a preview writes nothing
	}
	stack.up()
	ids := stack.ids()
	server.requireQuickstart(ids, groupName)
	requireOutputs(t, stack, server, ids)
	stack.requireNoChanges()
	server.requireQuickstart(ids, groupName)

	if _, err := os.Stat(examplePath("secret-handover", l.name)); err != nil {
		l = languages[0] // stacks need not be in the same language
	}
	consumer := workspace.handoverStack(l, stack)
	consumer.up()
	requireSameSecret(t, workspace, server, stack, consumer)
	consumer.requireNoChanges()
	consumer.destroy()

	stack.destroy()
	server.requireDeleted(ids)
}

func requireOutputs(t *testing.T, stack *stack, server *server, ids map[string]string) {
	t.Helper()
	issuer := server.mustRequest("GET", "/.well-known/openid-configuration", nil)["issuer"].(string)
	require.Equal(t, map[string]string{
		"clientId":       ids["wiki"],
		"clientSecret":   "[secret]",
		"issuer":         issuer,
		"discoveryUrl":   issuer + "/.well-known/openid-configuration",
		"deployClientId": ids["deploy"],
		"deployAudience": issuer,
	}, stack.outputs())
}

// requireSameSecret requires that the server accepts the client secret, that all stacks have
// the same secret, and that no file contains it in plain text.
func requireSameSecret(t *testing.T, w *workspace, server *server, stacks ...*stack) {
	t.Helper()
	clientID := stacks[0].outputs()["clientId"]
	secret := stacks[0].outputs("--show-secrets")["clientSecret"]
	server.requireValidSecret(clientID, secret)
	for _, s := range stacks {
		require.Equal(t, "[secret]", s.outputs()["clientSecret"])
		require.Equal(t, secret, s.outputs("--show-secrets")["clientSecret"])
		require.Contains(t, s.storedOutput("clientSecret"), "ciphertext")
		require.Equal(t, clientID, s.storedOutput("clientId"))
	}
	require.NotEmpty(t, w.filesWith(clientID), "filesWith must find a text that exists")
	require.Empty(t, w.filesWith(secret), "these files contain the secret in plain text")
	require.Empty(t, w.filesWith(server.apiKey), "these files contain the API key in plain text")
}

// TestQuickstartImportsExistingObjects imports objects that were created by hand into the
// quick start, in each language. As they match the program, nothing changes.
func TestQuickstartImportsExistingObjects(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			server, groupName := startServer(t), uniqueName("import-"+l.name)
			existing := server.createQuickstart(groupName)
			secret := server.createSecret(idsOf(existing)["wiki"])
			stack := newWorkspace(t).quickstartStack(l, server, groupName)

			stack.importObjects(existing)
			require.Equal(t, idsOf(existing), stack.ids())
			stack.requireNoChanges()
			stack.must("up", "--expect-no-changes")
			server.requireQuickstart(idsOf(existing), groupName)
			server.requireValidSecret(idsOf(existing)["wiki"], secret) // no secret was created or deleted

			stack.destroy()
			server.requireDeleted(idsOf(existing))
		})
	}
}

// TestQuickstartDetectsDrift shows that the tests above would notice a change.
func TestQuickstartDetectsDrift(t *testing.T) {
	t.Parallel()
	server, groupName := startServer(t), uniqueName("drift")
	existing := server.createQuickstart(groupName)
	ids := idsOf(existing)
	client := server.client(ids["dashboard"])
	client["callbackURLs"] = []string{"https://dashboard.example.com/callback"}
	server.mustRequest("PUT", "/api/oidc/clients/"+ids["dashboard"], client)
	stack := newWorkspace(t).quickstartStack(languages[0], server, groupName)
	stack.importObjects(existing)

	out, err := stack.try("preview", "--expect-no-changes", "--diff")
	require.Error(t, err)
	require.Contains(t, out, "http://localhost:5173/callback")
	stack.up()
	server.requireQuickstart(ids, groupName)

	server.mustRequest("PUT", "/api/user-groups/"+ids["developers"], object{"name": groupName, "friendlyName": "Coders"})
	out, err = stack.run("pulumi", "refresh", "--yes", "--non-interactive", "--expect-no-changes")
	require.Error(t, err)
	require.Contains(t, out, "no changes were expected")
	stack.up()
	server.requireQuickstart(ids, groupName)

	stack.destroy()
	server.requireDeleted(ids)
}

// uniqueName returns a group name that no other test uses. Group names are unique on a
// server, and the tests can share a real one.
func uniqueName(prefix string) string {
	return prefix + "-" + strings.ToLower(rand.Text()[:8])
}
