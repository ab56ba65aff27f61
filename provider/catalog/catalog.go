// Package catalog knows how applications register with Pocket ID: their redirect URLs,
// whether they use PKCE, and the environment variables that take the credentials. The facts
// are in applications.json, which applications.schema.json describes; each has a source.
//
// The package makes no request and knows nothing of Pulumi.
package catalog

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/agext/levenshtein"
)

//go:embed applications.json
var document []byte

// Application is how an application registers. In its URLs and environment, {url} stands for
// the application's URL and {name} for a parameter. The environment also has placeholders for
// what only the client has, see Client.
type Application struct {
	Name               string               `json:"name"`
	DisplayName        string               `json:"displayName"`
	Version            string               `json:"version"`  // of the application that the source requires; "" if unknown
	ClientID           string               `json:"clientId"` // that the application has built in; "" for any
	Parameters         map[string]Parameter `json:"parameters"`
	CallbackURLs       []string             `json:"callbackUrls"`
	LogoutCallbackURLs []string             `json:"logoutCallbackUrls"`
	LaunchURL          string               `json:"launchUrl"`
	IsPublic           bool                 `json:"isPublic"`
	PKCEEnabled        bool                 `json:"pkceEnabled"` // false also if the source does not mention PKCE
	Scopes             []string             `json:"scopes"`
	GroupsClaim        string               `json:"groupsClaim"`
	Environment        map[string]string    `json:"environment"`
	Icon               string               `json:"icon"`
	Source             Source               `json:"source"`
}

// Parameter is a value that an application needs beside its URL.
type Parameter struct {
	Description string `json:"description"`
	Default     string `json:"default"` // "" if the parameter is required
}

// Source is where the facts about an application are from. It repeats the URLs literally, and
// the values that the source has in place of url and the parameters.
type Source struct {
	URL                string            `json:"url"`
	Values             map[string]string `json:"values"`
	CallbackURLs       []string          `json:"callbackUrls"`
	LogoutCallbackURLs []string          `json:"logoutCallbackUrls"`
	LaunchURL          string            `json:"launchUrl"`
}

// All returns all applications, sorted by name. Callers must not change them.
func All() []Application { return load() }

var load = sync.OnceValue(func() []Application {
	var parsed struct{ Applications []Application }
	if err := json.Unmarshal(document, &parsed); err != nil {
		panic(fmt.Sprintf("applications.json: %v", err)) // a test reads the file
	}
	return parsed.Applications
})

// Find returns an application by its name. The error for an unknown name lists the nearest.
func Find(name string) (Application, error) {
	all := All()
	wanted := strings.ToLower(strings.TrimSpace(name))
	i := slices.IndexFunc(all, func(a Application) bool { return a.Name == wanted })
	if i >= 0 {
		return all[i], nil
	}
	return Application{}, fmt.Errorf("the catalogue has no application %q; the nearest of %d are %s", name, len(all), strings.Join(nearest(wanted, all), ", "))
}

// nearest returns the names that are most similar to a name. A part of a name is very similar.
func nearest(wanted string, all []Application) []string {
	const most = 5
	distance := map[string]int{}
	names := make([]string, len(all))
	for i, a := range all {
		names[i] = a.Name
		distance[a.Name] = min(levenshtein.Distance(wanted, a.Name, nil), levenshtein.Distance(wanted, strings.ToLower(a.DisplayName), nil))
		if len(wanted) > 2 && strings.Contains(a.Name, wanted) || strings.Contains(wanted, a.Name) {
			distance[a.Name] = min(distance[a.Name], 1)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return distance[a] - distance[b] })
	return names[:min(most, len(names))]
}
