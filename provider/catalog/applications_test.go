package catalog

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/require"
)

func TestApplicationsMatchTheirSchema(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.Compile("applications.schema.json")
	require.NoError(t, err)
	var parsed any
	require.NoError(t, json.Unmarshal(document, &parsed))
	require.NoError(t, schema.Validate(parsed))

	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	var strict struct {
		Schema       string `json:"$schema"`
		Revision     string
		Applications []Application
	}
	require.NoError(t, decoder.Decode(&strict), "the Go types lack a property of the file")
}

func TestApplicationsAreSortedAndUnique(t *testing.T) {
	t.Parallel()
	var names []string
	display := map[string]string{}
	for _, a := range All() {
		names = append(names, a.Name)
		require.Empty(t, display[a.DisplayName], "%s and %s have the same display name", a.Name, display[a.DisplayName])
		display[a.DisplayName] = a.Name
	}
	require.GreaterOrEqual(t, len(names), 80)
	require.True(t, slices.IsSorted(names), "applications.json is not sorted by name")
	require.Len(t, slices.Compact(names), len(All()), "a name is not unique")
}

// The templates of a row, filled in with the placeholders of its source, are the literal
// text of the source.
func TestURLsAreThoseOfTheSource(t *testing.T) {
	t.Parallel()
	for _, a := range All() {
		values := a.Source.Values
		require.Equal(t, a.Source.CallbackURLs, renderAll(a.CallbackURLs, values), a.Name)
		require.Equal(t, a.Source.LogoutCallbackURLs, renderAll(a.LogoutCallbackURLs, values), a.Name)
		if a.Source.LaunchURL != "" {
			require.Equal(t, a.Source.LaunchURL, render(a.LaunchURL, values), a.Name)
		}
		wanted := slices.Collect(maps.Keys(a.Parameters))
		if a.needsURL() {
			wanted = append(wanted, "url")
		}
		require.ElementsMatch(t, wanted, slices.Collect(maps.Keys(values)), "%s: the values of the source are those of url and the parameters", a.Name)
	}
}

// A placeholder that nothing replaces would end up in the configuration of the application.
func TestPlaceholdersHaveValues(t *testing.T) {
	t.Parallel()
	known := Client{}.values()
	for _, a := range All() {
		urls := slices.Concat(a.CallbackURLs, a.LogoutCallbackURLs, []string{a.LaunchURL})
		for _, name := range placeholdersIn(urls) {
			require.Contains(t, a.Source.Values, name, "%s: {%s} in a URL", a.Name, name)
		}
		for variable, template := range a.Environment {
			for _, name := range placeholdersIn([]string{template}) {
				_, ofClient := known[name]
				_, ofSource := a.Source.Values[name]
				require.True(t, ofClient || ofSource || name == "scopes" || name == "callbackUrl", "%s: {%s} in %s", a.Name, name, variable)
			}
		}
		for name := range a.Parameters {
			require.Contains(t, strings.Join(urls, " "), "{"+name+"}", "%s does not use the parameter %s", a.Name, name)
		}
	}
}

func placeholdersIn(templates []string) (names []string) {
	for _, t := range templates {
		for _, p := range placeholder.FindAllStringSubmatch(t, -1) {
			names = append(names, p[1])
		}
	}
	return names
}

// TestFactsOccurInTheSource needs a checkout of the Pocket ID documentation at the revision
// in applications.json.
func TestFactsOccurInTheSource(t *testing.T) {
	t.Parallel()
	website := os.Getenv("POCKETID_TEST_WEBSITE")
	if website == "" {
		t.Skip("POCKETID_TEST_WEBSITE is not set to a checkout of the Pocket ID documentation")
	}
	for _, a := range All() {
		page, ours := strings.CutPrefix(a.Source.URL, "https://pocket-id.org/docs/")
		if !ours {
			continue
		}
		text, err := os.ReadFile(filepath.Join(website, "docs", page+".md"))
		require.NoError(t, err, a.Name)
		facts := slices.Concat(a.Source.CallbackURLs, a.Source.LogoutCallbackURLs, []string{a.Source.LaunchURL, a.GroupsClaim, a.ClientID, a.Version},
			a.Scopes, slices.Collect(maps.Keys(a.Environment)))
		for _, fact := range facts {
			require.Contains(t, string(text), fact, "%s: not in %s", a.Name, a.Source.URL)
		}
	}
}
