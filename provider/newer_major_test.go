package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// reportVersion makes the server report a version.
func (i *testInstance) reportVersion(version string) {
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/version/current" {
			return false
		}
		reply(w, http.StatusOK, "application/json", `{"currentVersion":"`+version+`"}`)
		return true
	})
}

func TestANewerMajorVersionWarnsOnce(t *testing.T) {
	t.Parallel()
	const warning = "is a newer major version than this provider knows"
	claims := map[string]any{"team": "a"}
	user := newFake(t, fake.Options{}).createUser()
	for name, row := range map[string]struct {
		typ    string
		inputs map[string]any
	}{
		"groups":           {"Group", map[string]any{"name": "devs", "friendlyName": "Devs", "customClaims": claims}},
		"users":            {"User", withValue(userInputs("ann"), "customClaims", claims)},
		"claims of users":  {"UserCustomClaims", map[string]any{"userId": user, "claims": claims}},
		"claims of groups": {"GroupCustomClaims", map[string]any{"groupId": user, "claims": claims}},
		"settings":         {applicationConfiguration, map[string]any{"signupDefaultCustomClaims": claims}},
		"other features":   {"Client", withValue(confidentialClient("app"), "description", "An application")},
	} {
		for version, warnings := range map[string]int{"3.0.0": 1, "2.99.0": 0, "development": 0} {
			s := newStack(t, newFake(t, fake.Options{}))
			s.instance.reportVersion(version)
			s.declare(row.typ, "one", row.inputs)
			second := row.inputs
			if row.typ == "Group" {
				second = withValue(second, "name", "ops")
			}
			if row.typ == "Client" {
				second = withValue(second, "clientId", "other")
			}
			if row.typ != applicationConfiguration && row.typ != "User" && !strings.HasSuffix(row.typ, "CustomClaims") {
				s.declare(row.typ, "two", second)
			}
			messages := s.preview().messages
			require.Equal(t, warnings, strings.Count(messages, warning), "%s on %s: %s", name, version, messages)
		}
	}
}
