package fake_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// A test starts a server with a group, runs the program under test against it with
// POCKETID_BASE_URL and POCKETID_API_KEY, and asks the server for the result.
func ExampleNew() {
	seed, err := fake.ReadSeed(strings.NewReader(`{
		"groups": [{"name": "family", "friendlyName": "Family"}],
		"clients": [{"id": "wiki", "name": "Wiki", "callbackURLs": [], "allowedUserGroups": ["family"]}]
	}`))
	if err != nil {
		panic(err)
	}
	server, err := fake.New(fake.Options{APIKey: "any-text", Seed: seed})
	if err != nil {
		panic(err)
	}
	web := httptest.NewServer(server)
	defer web.Close()

	// Here the program under test runs.

	request, err := http.NewRequest(http.MethodGet, web.URL+"/api/oidc/clients/wiki", nil)
	if err != nil {
		panic(err)
	}
	request.Header.Set("X-API-Key", "any-text")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	var client struct {
		AllowedUserGroups []struct{ Name string }
	}
	if err := json.NewDecoder(response.Body).Decode(&client); err != nil {
		panic(err)
	}
	fmt.Println(client.AllowedUserGroups[0].Name)
	// Output: family
}
