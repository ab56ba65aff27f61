package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
)

func TestObjectsWithTheSameNameAreReported(t *testing.T) {
	send := start(t, newFake(t, ""))
	send("POST", "/api/user-groups", map[string]any{"name": "grafana", "friendlyName": "Grafana"})
	client := send("POST", "/api/oidc/clients", map[string]any{"name": "grafana", "callbackURLs": []string{}})["id"].(string)
	_, progress := runImport(t)
	require.Regexp(t, `# Client "grafana" \(`+client+`\) and Group "grafana" \([^)]*\) have the same name\. `, progress)
	send("POST", "/api/oidc/clients", map[string]any{"name": "wiki", "callbackURLs": []string{}})
	send("POST", "/api/oidc/clients", map[string]any{"name": "wiki", "callbackURLs": []string{}})
	_, progress = runImport(t)
	require.Contains(t, progress, " have the same name (and 1 more pairs). ")
	_, progress = runImport(t, "-only", "Group,User")
	require.NotContains(t, progress, "the same name")
}

func TestOnlyPairsCauseReferences(t *testing.T) {
	object := func(typ, id, name string) inventory.Object { return inventory.Object{Type: typ, ID: id, Name: name} }
	require.Empty(t, sameNamePairs([]inventory.Object{object("Client", "wiki", "wiki"), object("Group", "1", "wiki")}), "the name matches two values, an id and a name")
	require.Empty(t, sameNamePairs([]inventory.Object{object("Client", "1", "wiki"), object("Client", "2", "wiki"), object("Group", "3", "wiki")}))
	require.Empty(t, sameNamePairs([]inventory.Object{object("Client", "1", "ada"), object("User", "2", "ada")}), "a user has no property called name")
}

func TestResourceNames(t *testing.T) {
	for name, want := range map[string]string{
		"Developers (EU)": "developers-eu", "https://token.example.com/a/": "token-example-com-a", "OAuth2Proxy": "oauth2-proxy",
		"Café Ünïcode": "cafe-unicode", "日本": "", "a__b": "a-b", strings.Repeat("a", 100): strings.Repeat("a", 60),
	} {
		require.Equal(t, want, slug(name), name)
	}
	names := resourceNames([]inventory.Object{
		{Type: "Client", ID: "1", Name: "Wiki"}, {Type: "Client", ID: "2", Name: "wiki"}, {Type: "Group", ID: "1", Name: "Wiki"}, {Type: "Group", ID: "2", Name: "日本"},
	})
	require.Equal(t, "group-wiki", names[key("Group", "1")])
	require.Regexp(t, "^client-wiki-[0-9a-f]{8}$", names[key("Client", "1")])
	require.NotEqual(t, names[key("Client", "1")], names[key("Client", "2")])
	require.Regexp(t, "^group-[0-9a-f]{8}$", names[key("Group", "2")])
}
