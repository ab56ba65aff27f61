package examples

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQuickstart runs the quick start from beginning to end in each language.
func TestQuickstart(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			liveOnce(t, l, startServer(t))
		})
	}
}

// TestQuickstartOnAnOlderServer is for what differs between releases, not
// between languages.
func TestQuickstartOnAnOlderServer(t *testing.T) {
	t.Parallel()
	liveOnce(t, languages[0], startFake(t, "2.9.0"))
}

func liveOnce(t *testing.T, l language, server *server) {
	desk, groupName := newDesk(t), uniqueName("live-"+l.name)
	stack := desk.quickstart(l, server, groupName)

	stack.preview()
	if server.empty {
		server.requireEmpty() // a preview writes nothing
	}
	stack.up()
	ids := stack.ids()
	server.requireQuickstart(ids, groupName)
	requireOutputs(t, stack, server, ids)
	stack.unchanged()
	server.requireQuickstart(ids, groupName)

	consumer := desk.handover(l, stack)
	consumer.up()
	requireSecretAndTheSame(t, desk, server, stack, consumer)
	consumer.unchanged()
	consumer.destroy()

	stack.destroy()
	server.requireGone(ids)
}

func requireOutputs(t *testing.T, stack *stack, server *server, ids map[string]string) {
	t.Helper()
	issuer := server.do("GET", "/.well-known/openid-configuration", nil)["issuer"].(string)
	require.Equal(t, map[string]string{
		"clientId":       ids["wiki"],
		"clientSecret":   "[secret]",
		"issuer":         issuer,
		"discoveryUrl":   issuer + "/.well-known/openid-configuration",
		"deployClientId": ids["deploy"],
		"deployAudience": issuer,
	}, stack.outputs())
}

// requireSecretAndTheSame wants the client secret to be the one that opens the
// door, to be the same in both stacks, and to lie in the clear nowhere.
func requireSecretAndTheSame(t *testing.T, desk *desk, server *server, stacks ...*stack) {
	t.Helper()
	clientID := stacks[0].outputs()["clientId"]
	secret := stacks[0].outputs("--show-secrets")["clientSecret"]
	server.requireOpens(clientID, secret)
	for _, s := range stacks {
		require.Equal(t, "[secret]", s.outputs()["clientSecret"])
		require.Equal(t, secret, s.outputs("--show-secrets")["clientSecret"])
		require.Contains(t, s.storedOutput("clientSecret"), "ciphertext")
		require.Equal(t, clientID, s.storedOutput("clientId"))
	}
	require.NotEmpty(t, desk.filesWith(clientID), "the search must be able to find something")
	require.Empty(t, desk.filesWith(secret), "the secret is in these files in the clear")
	require.Empty(t, desk.filesWith(server.apiKey), "the API key is in these files in the clear")
}

// TestQuickstartTakesOver has the quick start, in each language, import what
// people made by hand: with the program's meaning there is nothing to change.
func TestQuickstartTakesOver(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			server, groupName := startServer(t), uniqueName("import-"+l.name)
			seeded := server.seed(groupName)
			secret := server.mintSecret(idsOf(seeded)["wiki"])
			stack := newDesk(t).quickstart(l, server, groupName)

			stack.takeOver(seeded)
			require.Equal(t, idsOf(seeded), stack.ids())
			stack.unchanged()
			stack.must("up", "--expect-no-changes")
			server.requireQuickstart(idsOf(seeded), groupName)
			server.requireOpens(idsOf(seeded)["wiki"], secret) // nothing minted, nothing retired

			stack.destroy()
			server.requireGone(idsOf(seeded))
		})
	}
}

// TestQuickstartSeesWhatPeopleDid is the counter-proof of "no changes" above.
func TestQuickstartSeesWhatPeopleDid(t *testing.T) {
	t.Parallel()
	server, groupName := startServer(t), uniqueName("drift")
	seeded := server.seed(groupName)
	ids := idsOf(seeded)
	client := server.client(ids["dashboard"])
	client["callbackURLs"] = []string{"https://dashboard.example.com/callback"}
	server.do("PUT", "/api/oidc/clients/"+ids["dashboard"], client)
	stack := newDesk(t).quickstart(languages[0], server, groupName)
	stack.takeOver(seeded)

	out, err := stack.try("preview", "--expect-no-changes", "--diff")
	require.Error(t, err)
	require.Contains(t, out, "http://localhost:5173/callback")
	stack.up()
	server.requireQuickstart(ids, groupName)

	server.do("PUT", "/api/user-groups/"+ids["developers"], object{"name": groupName, "friendlyName": "Coders"})
	out, err = stack.run("pulumi", "refresh", "--yes", "--non-interactive", "--expect-no-changes")
	require.Error(t, err)
	require.Contains(t, out, "no changes were expected")
	stack.up()
	server.requireQuickstart(ids, groupName)

	stack.destroy()
	server.requireGone(ids)
}

// uniqueName keeps tests apart that share a server: group names are unique there.
func uniqueName(prefix string) string {
	return prefix + "-" + strings.ToLower(rand.Text()[:8])
}
