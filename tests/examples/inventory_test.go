package examples

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestInventory runs the report of examples/inventory. Both languages must write the same.
func TestInventory(t *testing.T) {
	t.Parallel()
	server := startInventoryServer(t, "2.14.0")
	ids := server.createAccess()
	report := inventoryReport(t, server.server)

	graph := parseGraph(t, report)
	require.ElementsMatch(t, []string{
		"user every user -> open open clients: 2",
		"user alice -> group developers",
		"user bob.o-neil@example.com -> group developers",
		"user bob.o-neil@example.com -> group " + oddGroupShown,
		"user 9 users -> group staff",
		"group developers -> client Wiki",
		"group " + oddGroupShown + " -> client Wiki",
		"group staff -> client " + oddClientShown,
		"workload https://token.actions.githubusercontent.com\nrepo:acme/app:ref:refs/heads/main -> client Deployment",
		"workload https://token.actions.githubusercontent.com\nrepo:acme/app:ref:refs/heads/main -> open Dashboard",
	}, graph.edges)

	in10Days, before10Days := dayIn(10), dayIn(-10)
	prefix := func(secret string) string { return "secret " + secret[:4] + "…" }
	require.Equal(t, [][]string{
		{"object", "ID", "finding"},
		{"client " + oddClientShown, ids["odd"], prefix(ids["expired secret"]) + " expired on " + before10Days},
		{"client " + oddClientShown, ids["odd"], prefix(ids["soon secret"]) + " expires on " + in10Days},
		{"client Abandoned", ids["abandoned"], "open to every user"},
		{"client Abandoned", ids["abandoned"], "neither a valid secret nor a federated identity"},
		{"client Abandoned", ids["abandoned"], prefix(ids["abandoned secret"]) + " expired on " + before10Days},
		{"client Closed", ids["closed"], "nobody may use it: no group is allowed"},
		{"client Dashboard", ids["dashboard"], "open to every user"},
		{"group empty", ids["empty"], "no members"},
		{"API key ci | <b>", "k1", "expires on " + in10Days},
		{"API key old", "k2", "expired on " + before10Days},
	}, parseTable(t, report, "What to look at"))

	require.Equal(t, [][]string{
		{"client", "ID", "users", "workloads"},
		{oddClientShown, ids["odd"], "staff", ""},
		{"Abandoned", ids["abandoned"], "every user", ""},
		{"Closed", ids["closed"], "nobody", ""},
		{"Dashboard", ids["dashboard"], "every user", "repo:acme/app:ref:refs/heads/main of https://token.actions.githubusercontent.com"},
		{"Deployment", ids["deploy"], "nobody", "repo:acme/app:ref:refs/heads/main of https://token.actions.githubusercontent.com"},
		{"Wiki", ids["wiki"], oddGroupShown + ", developers", ""},
	}, parseTable(t, report, "Clients"))
	require.Equal(t, report, string(regexp.MustCompile(`[^\x20-\x7e\n…é]`).ReplaceAll([]byte(report), nil)), "no control characters")

	result := renderGraph(t, graph.source)
	require.Empty(t, result.Foreign)
	require.Len(t, graph.edges, result.Edges)
	require.ElementsMatch(t, graph.nodes, result.Nodes)
}

// TestInventoryInAnUpdate shows that the state has the number of findings only.
func TestInventoryInAnUpdate(t *testing.T) {
	t.Parallel()
	server := startInventoryServer(t, "2.14.0")
	server.createAccess()
	stack := newWorkspace(t).exampleStack(inventoryLanguages()[0], "inventory", server.server)
	stack.up()
	require.EqualValues(t, 10, stack.storedOutput("findings"))
	require.Len(t, stack.filesWith("bob&#46;o-neil"), 0, "the tables contain no users")
	require.Equal(t, []string{strings.TrimPrefix(filepath.Join(stack.folder, "inventory.md"), stack.workspace.folder)}, stack.filesWith("bob#46;o"))
}

func TestInventoryOfAnEmptyInstance(t *testing.T) {
	t.Parallel()
	report := inventoryReport(t, startFake(t, "2.14.0"))
	require.Equal(t, `# Access to clients

Nobody may use a client.

## What to look at

Nothing.

Only the API keys of the user whose key the provider uses are checked. Pocket ID does not list others.

## Clients

Nothing.
`, report)
}

// Servers before 2.14 do not list secrets, so a client without one is no finding.
func TestInventoryOfAnOlderServer(t *testing.T) {
	t.Parallel()
	server := startFake(t, "2.3.0")
	existing := idsOf(server.createQuickstart("developers"))
	report := inventoryReport(t, server)
	require.Equal(t, [][]string{
		{"object", "ID", "finding"},
		{"client Dashboard", existing["dashboard"], "open to every user"},
		{"client Deployment", existing["deploy"], "open to every user"},
		{"group developers", existing["developers"], "no members"},
	}, parseTable(t, report, "What to look at"))
	require.Contains(t, report, "\nClient secrets are not checked. Pocket ID lists them in 2.14 and later.\n")
}

// A graph that is too large for Mermaid loses its last edges, which the report states.
func TestInventoryOfALargeInstance(t *testing.T) {
	t.Parallel()
	server := startFake(t, "2.14.0")
	groups := server.createGroups(12, server.createUsers(20)) // no client uses the last one
	for i := range 200 {
		client := object{"name": fmt.Sprintf("App %d", i), "callbackURLs": []any{}, "isGroupRestricted": i < 60}
		id := text(server.mustRequest("POST", "/api/oidc/clients", client), "id")
		if i < 60 {
			server.mustRequest("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", object{"userGroupIds": groups[i%5 : i%5+7]})
		}
	}
	report := inventoryReport(t, server)
	graph := parseGraph(t, report)
	require.Contains(t, graph.edges, "user every user -> open open clients: 140")
	require.NotContains(t, graph.nodes, "App 100", "an open client")
	require.Len(t, graph.edges, 400)
	require.Less(t, len(graph.source), 50000)
	require.Contains(t, report, fmt.Sprintf("It also lacks %d edges, because Mermaid renders no larger graphs.", 1+60*7+membersOfGroups(11)-400))
	require.Len(t, parseTable(t, report, "Clients"), 201)
	result := renderGraph(t, graph.source)
	require.Equal(t, 400, result.Edges)
}

// membersOfGroups returns how many members createGroups adds, without disabled users.
func membersOfGroups(groups int) (count int) {
	for i := range groups {
		for user := i; user < i+i%5+1; user++ {
			if user%7 != 0 {
				count++
			}
		}
	}
	return count
}

// inventoryReport previews the example in each language and returns the report, which must be
// the same.
func inventoryReport(t *testing.T, s *server) string {
	t.Helper()
	reports := map[string]string{}
	for _, l := range inventoryLanguages() {
		stack := newWorkspace(t).exampleStack(l, "inventory", s)
		stack.preview()
		content, err := os.ReadFile(filepath.Join(stack.folder, "inventory.md"))
		require.NoError(t, err)
		reports[l.name] = string(content)
	}
	require.Equal(t, reports["typescript"], reports["python"])
	return reports["typescript"]
}

func inventoryLanguages() []language {
	return slices.DeleteFunc(slices.Clone(languages), func(l language) bool { return l.name != "typescript" && l.name != "python" })
}

// accessGraph is a Mermaid graph as a reader sees it.
type accessGraph struct {
	source       string
	nodes, edges []string // labels, and "kind label -> kind label"
}

var (
	graphNode = regexp.MustCompile(`^ {4}(n\d+)[\[({]+"([^"]*)"[\])}]+:::(\w+)$`)
	graphEdge = regexp.MustCompile(`^ {4}(n\d+) --> (n\d+)$`)
)

func parseGraph(t *testing.T, report string) accessGraph {
	t.Helper()
	_, source, found := strings.Cut(report, "```mermaid\n")
	require.True(t, found, report)
	source, _, found = strings.Cut(source, "\n```\n")
	require.True(t, found, report)
	graph, nodes := accessGraph{source: source}, map[string]string{}
	for line := range strings.Lines(source) {
		line = strings.TrimSuffix(line, "\n")
		if node := graphNode.FindStringSubmatch(line); node != nil {
			label := decode(strings.ReplaceAll(node[2], "<br>", "\n"), "#")
			graph.nodes = append(graph.nodes, label)
			nodes[node[1]] = node[3] + " " + label
		} else if edge := graphEdge.FindStringSubmatch(line); edge != nil {
			graph.edges = append(graph.edges, nodes[edge[1]]+" -> "+nodes[edge[2]])
		} else {
			require.Regexp(t, `^(flowchart LR|    classDef .*)$`, line)
		}
	}
	return graph
}

// parseTable returns the decoded cells of the table below a heading.
func parseTable(t *testing.T, report, heading string) (rows [][]string) {
	t.Helper()
	_, after, found := strings.Cut(report, "\n## "+heading+"\n\n")
	require.True(t, found, report)
	table, _, _ := strings.Cut(after, "\n\n")
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		require.NotRegexp(t, "[<>`*_\"\\[\\]]", line)
		row := []string{}
		for _, cell := range cells[1 : len(cells)-1] {
			row = append(row, decode(strings.TrimSpace(cell), "&#"))
		}
		if row[0] != "---" {
			rows = append(rows, row)
		}
	}
	return rows
}

// decode replaces references to characters by their number.
func decode(text, prefix string) string {
	return regexp.MustCompile(regexp.QuoteMeta(prefix)+`\d+;`).ReplaceAllStringFunc(text, func(reference string) string {
		var code rune
		_, _ = fmt.Sscanf(strings.TrimPrefix(reference, prefix), "%d;", &code)
		return string(code)
	})
}

// dayIn returns the date in a number of days, with the hour that the tests use.
func dayIn(days int) string { return inDays(days).Format(time.DateOnly) }

func inDays(days int) time.Time {
	return time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, days).Add(12 * time.Hour)
}
