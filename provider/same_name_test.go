package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestTheWarningAboutClientsOfTheSameNameNamesOnlyOlderOnesAndAppearsOnce(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	leftover := s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"name": "App", "callbackURLs": []string{}})["id"].(string)
	for n := range 5 {
		s.declare("Client", fmt.Sprint("app", n), map[string]any{"name": "App", "callbackUrls": []any{}})
		s.declare("Client", fmt.Sprint("other", n), map[string]any{"name": "Other", "callbackUrls": []any{}})
		s.declare("Client", fmt.Sprint("custom", n), map[string]any{"name": "Other", "clientId": fmt.Sprint("custom-", n), "callbackUrls": []any{}})
	}
	var o outcome
	requests := s.instance.requestsDuring(func() { o = s.mustUp() })
	require.Equal(t, 1, strings.Count(o.messages, leftover), o.messages)
	require.Equal(t, 1, strings.Count(o.messages, "with this name"), o.messages)
	for n := range 5 {
		for _, name := range []string{"app", "other", "custom"} {
			require.NotContains(t, o.messages, string(s.state(fmt.Sprint(name, n)).ID))
		}
	}
	lists := 0
	for _, r := range requests {
		if r == "GET /api/oidc/clients" {
			lists++
		}
	}
	require.Equal(t, 1, lists, "the clients are listed once per update")
}
