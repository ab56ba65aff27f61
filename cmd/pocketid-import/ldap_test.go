package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// answersFromLDAP changes the answers of a Pocket ID so that the user "ada" and the group
// "developers" come from LDAP.
func answersFromLDAP(pocketID http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		pocketID.ServeHTTP(answer, r)
		var page struct {
			Data       []map[string]any `json:"data"`
			Pagination any              `json:"pagination"`
		}
		body := answer.Body.Bytes()
		if json.Unmarshal(body, &page) == nil && page.Data != nil {
			for _, o := range page.Data {
				if o["username"] == "ada" || o["name"] == "developers" {
					o["ldapId"] = "cn=from-ldap"
				}
			}
			body, _ = json.Marshal(page)
		}
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body)
	})
}

// startWithLDAP starts a Pocket ID with two users and two groups, one of each from LDAP. All
// have custom claims.
func startWithLDAP(t *testing.T) {
	t.Helper()
	send := start(t, answersFromLDAP(newFake(t, "")))
	claims := []map[string]any{{"key": "a", "value": "b"}}
	for _, user := range []map[string]any{
		{"username": "ada", "email": "ada@example.com", "firstName": "A", "lastName": "L", "displayName": "A L"},
		{"username": "bob", "email": "bob@example.com", "firstName": "B", "lastName": "L", "displayName": "B L"},
	} {
		id := send("POST", "/api/users", user)["id"].(string)
		send("PUT", "/api/custom-claims/user/"+id, claims)
	}
	for _, group := range []map[string]any{
		{"name": "developers", "friendlyName": "Developers"},
		{"name": "operators", "friendlyName": "Operators"},
	} {
		id := send("POST", "/api/user-groups", group)["id"].(string)
		send("PUT", "/api/custom-claims/user-group/"+id, claims)
	}
}

// The directory would undo changes to such users and groups, and to the members of its groups.
func TestObjectsFromLDAPAreSkippedAndReported(t *testing.T) {
	startWithLDAP(t)
	entries, progress := runImport(t, "-only", "User,Group")
	require.Len(t, entries, 2)
	require.Equal(t, "user-bob", onlyEntry(t, entries, "User").Name)
	require.Equal(t, "group-operators", onlyEntry(t, entries, "Group").Name)
	require.Regexp(t, `# skipped: User "ada" \([0-9a-f-]+\) comes from LDAP`, progress)
	require.Regexp(t, `# skipped: Group "developers" \([0-9a-f-]+\) comes from LDAP`, progress)
}

// Custom claims do not come from the directory. Those of other users and groups are in User and Group.
func TestCustomClaimsOfObjectsFromLDAPAreImported(t *testing.T) {
	startWithLDAP(t)
	entries, progress := runImport(t)
	claims := onlyEntry(t, entries, "UserCustomClaims")
	require.Equal(t, "user-custom-claims-ada", claims.Name)
	require.Empty(t, claims.Parent)
	require.Equal(t, "group-custom-claims-developers", onlyEntry(t, entries, "GroupCustomClaims").Name)
	require.Contains(t, progress, "UserCustomClaims of objects from LDAP: 1\n")
	entries, _ = runImport(t, "-exclude", "usercustomclaims,Group")
	for _, e := range entries {
		require.NotContains(t, e.Type, "CustomClaims")
	}
}
