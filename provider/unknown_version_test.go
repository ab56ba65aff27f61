package provider

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// unknownVersion is a server of a version that this provider does not know: each object in
// its responses has one field more, and lacks one.
type unknownVersion struct {
	*testInstance
	ids map[string]string

	mu     sync.Mutex
	drop   string // the field that is missing
	fields map[string]bool
}

const fieldOfTomorrow = "fieldOfTomorrow"

// omittedIfEmpty are the fields that every version omits if they are empty, so that nobody
// can tell whether they are missing.
func omittedIfEmpty() []string {
	return []string{"federatedIdentities", "subject", "audience", "jwks", "publicKeys"}
}

func newUnknownVersion(t *testing.T) *unknownVersion {
	t.Helper()
	u := &unknownVersion{testInstance: newFake(t, fake.Options{Version: "2.19.0", StoreUnknownFields: true}), ids: map[string]string{}, fields: map[string]bool{}}
	create := func(name, path string, body map[string]any) {
		out := u.mustRequest("POST", path, body)
		u.ids[name], _ = out["id"].(string)
	}
	create("group", "/api/user-groups", map[string]any{"name": "devs", "friendlyName": "Developers"})
	create("user", "/api/users", map[string]any{"username": "ann", "firstName": "Ann", "lastName": "Bee", "displayName": "Ann Bee", "email": "ann@example.com", "emailVerified": true, "locale": "en", "isAdmin": true, "disabled": true})
	create("client", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "isGroupRestricted": true, "description": "An app",
		fieldOfTomorrow: "kept", "credentials": map[string]any{"federatedIdentities": []any{map[string]any{"issuer": "https://ci.example", "subject": "s", fieldOfTomorrow: "kept"}}}})
	create("api", "/api/apis", map[string]any{"name": "Backend", "resource": "https://api.example.com"})
	create("scim", "/api/scim/service-provider", map[string]any{"endpoint": "https://scim.example", "oidcClientId": "app"})
	create("token", "/api/signup-tokens", map[string]any{"ttl": "24h", "usageLimit": 3, "userGroupIds": []string{u.ids["group"]}})
	for path, body := range map[string]any{
		"/api/oidc/clients/app/allowed-user-groups":       map[string]any{"userGroupIds": []string{u.ids["group"]}},
		"/api/user-groups/" + u.ids["group"] + "/users":   map[string]any{"userIds": []string{u.ids["user"]}},
		"/api/custom-claims/user/" + u.ids["user"]:        []any{map[string]any{"key": "team", "value": "a"}},
		"/api/custom-claims/user-group/" + u.ids["group"]: []any{map[string]any{"key": "team", "value": "b"}},
		"/api/apis/" + u.ids["api"] + "/permissions":      map[string]any{"permissions": []any{map[string]any{"key": "read", "name": "Read", "description": "Reads"}}},
		"/api/apis/" + u.ids["api"] + "/clients/app":      map[string]any{"clientAccess": true, "userDelegatedAccess": true},
	} {
		status, out := u.request("PUT", path, body)
		require.Less(t, status, 300, "%s: %v", path, out)
	}
	u.replaceImage("POST", "/api/oidc/clients/app/logo", "a.svg", []byte(circleSVG))
	u.intercept(u.distort)
	return u
}

// distort answers a GET request of the provider as the unknown version does.
func (u *unknownVersion) distort(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet || r.Header.Get("X-Direct") != "" {
		return false
	}
	answer := httptest.NewRecorder()
	u.server.ServeHTTP(answer, r)
	var body any
	if json.Unmarshal(answer.Body.Bytes(), &body) != nil {
		return false // an image
	}
	if r.URL.Path == "/api/version/current" {
		body = map[string]any{"currentVersion": "2.99.0"}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	text, _ := json.Marshal(u.changed(body))
	reply(w, answer.Code, "application/json", string(text))
	return true
}

// changed adds and drops a field of each object.
func (u *unknownVersion) changed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, field := range v {
			if u.fields[name] = true; name != u.drop {
				out[name] = u.changed(field)
			}
		}
		if _, has := out[fieldOfTomorrow]; !has {
			out[fieldOfTomorrow] = map[string]any{"kept": true}
		}
		return out
	case []any:
		for i := range v {
			v[i] = u.changed(v[i])
		}
	}
	return v
}

func (u *unknownVersion) dropField(name string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.drop = name
}

// read reads an object from the server as it is.
func (u *unknownVersion) read(path string) map[string]any {
	u.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("X-API-Key", u.key)
	answer := httptest.NewRecorder()
	u.server.ServeHTTP(answer, r)
	var object map[string]any
	require.NoError(u.t, json.Unmarshal(answer.Body.Bytes(), &object), path)
	return object
}

// readers are what lists objects, with the number of its results.
func (u *unknownVersion) readers(ctx context.Context, config *Config) map[string]func() (int, error) {
	readers := map[string]func() (int, error){
		"getClients": func() (int, error) {
			r, err := (&GetClients{config}).Invoke(ctx, infer.FunctionRequest[GetClientsArgs]{})
			return len(r.Output.Clients), err
		},
		"getGroups": func() (int, error) {
			r, err := (&GetGroups{config}).Invoke(ctx, infer.FunctionRequest[GetGroupsArgs]{})
			return len(r.Output.Groups), err
		},
		"getUsers": func() (int, error) {
			r, err := (&GetUsers{config}).Invoke(ctx, infer.FunctionRequest[GetUsersArgs]{})
			return len(r.Output.Users), err
		},
		"getApis": func() (int, error) {
			r, err := (&GetApis{config}).Invoke(ctx, infer.FunctionRequest[GetApisArgs]{})
			return len(r.Output.Apis), err
		},
		"getSignupTokens": func() (int, error) {
			r, err := (&GetSignupTokens{config}).Invoke(ctx, infer.FunctionRequest[GetSignupTokensArgs]{})
			return len(r.Output.SignupTokens), err
		},
		"getClient": func() (int, error) {
			r, err := (&GetClient{config}).Invoke(ctx, infer.FunctionRequest[GetClientArgs]{Input: GetClientArgs{ClientID: inputs.Ptr("app")}})
			return len(r.Output.ClientID), err
		},
		"getGroup": func() (int, error) {
			r, err := (&GetGroup{config}).Invoke(ctx, infer.FunctionRequest[GetGroupArgs]{Input: GetGroupArgs{Name: inputs.Ptr("devs")}})
			return len(r.Output.GroupID), err
		},
		"getUser": func() (int, error) {
			r, err := (&GetUser{config}).Invoke(ctx, infer.FunctionRequest[GetUserArgs]{Input: GetUserArgs{Username: inputs.Ptr("ann")}})
			return len(r.Output.UserID), err
		},
		"getApi": func() (int, error) {
			r, err := (&GetApi{config}).Invoke(ctx, infer.FunctionRequest[GetApiArgs]{Input: GetApiArgs{Resource: inputs.Ptr("https://api.example.com")}})
			return len(r.Output.ApiID), err
		},
		"getCurrentUser": func() (int, error) {
			r, err := (&GetCurrentUser{config}).Invoke(ctx, infer.FunctionRequest[GetCurrentUserArgs]{})
			return len(r.Output.UserID), err
		},
	}
	for _, r := range resources(config, time.Now) {
		if r.Lister() != nil {
			readers["list of "+r.Name()] = func() (int, error) {
				found, err := r.Lister().List(ctx, nil)
				return len(found), err
			}
		}
	}
	return readers
}

// No list and no lookup is empty, or shorter, because a field is missing: it is an error, or
// the field is read elsewhere.
func TestAnUnknownVersionNeverReadsAsEmpty(t *testing.T) {
	t.Parallel()
	u := newUnknownVersion(t)
	counts := map[string]int{}
	for name, read := range u.readers(t.Context(), u.testConfig()) {
		n, err := read()
		require.NoError(t, err, "%s with an unknown field", name)
		counts[name] = n
	}
	fields := slices.Sorted(maps.Keys(u.fields))
	require.Greater(t, len(fields), 60)
	for _, field := range fields {
		if slices.Contains(omittedIfEmpty(), field) {
			continue
		}
		u.dropField(field)
		config := &Config{BaseURL: u.url, APIKey: u.key, MaxRetries: inputs.Ptr(0)}
		if config.Configure(t.Context()) != nil || config.session.err != nil {
			continue
		}
		for name, read := range u.readers(t.Context(), config) {
			n, err := read()
			if field == "issuer" && name == "list of FederatedIdentity" {
				continue // Pocket ID stores identities without an issuer and never uses them
			}
			if field == "id" && strings.HasPrefix(name, "get") {
				continue // an empty ID is visible, and no request can use it
			}
			if err == nil {
				if n < counts[name] {
					t.Errorf("%s has %d results in place of %d without the field %s", name, n, counts[name], field)
				}
			}
		}
	}
}

// writes are edits of existing objects, with the object and the fields of it that may change.
func (u *unknownVersion) writes(ctx context.Context, conn *api.Conn) map[string]struct {
	path    string
	changes []string
	write   func() error
} {
	client, group, user := "/api/oidc/clients/app", "/api/user-groups/"+u.ids["group"], "/api/users/"+u.ids["user"]
	type row = struct {
		path    string
		changes []string
		write   func() error
	}
	settings := api.ClientSettings{Name: "New", Description: "An app", CallbackURLs: []string{"https://a.example/cb"}, LogoutCallbackURLs: []string{}, IsGroupRestricted: true, AccessTokenDurationMinutes: 60, RefreshTokenDurationMinutes: 43200}
	return map[string]row{
		"UpdateClient": {client, []string{"name"}, func() error { _, err := conn.UpdateClient(ctx, "app", settings); return err }},
		"AddFederatedIdentity": {client, []string{"credentials"}, func() error {
			if _, err := conn.Version(ctx); err != nil {
				return err
			}
			return conn.AddFederatedIdentity(ctx, "app", api.FederatedIdentity{Issuer: "https://two.example"})
		}},
		"UpdateGroup": {group, []string{"name"}, func() error {
			_, err := conn.UpdateGroup(ctx, u.ids["group"], api.GroupSettings{Name: "new", FriendlyName: "Developers"})
			return err
		}},
		"RemoveGroupMember": {group, []string{"users", "userCount"}, func() error { return conn.RemoveGroupMember(ctx, u.ids["group"], "another") }},
		"UpdateUser": {user, []string{"firstName"}, func() error {
			_, err := conn.UpdateUser(ctx, u.ids["user"], api.UserSettings{Username: "ann", FirstName: inputs.Ptr("New")})
			return err
		}},
		"RenameAPI":             {"/api/apis/" + u.ids["api"], []string{"name"}, func() error { _, err := conn.RenameAPI(ctx, u.ids["api"], "New"); return err }},
		"AddAllowedGroup again": {client, nil, func() error { return conn.AddAllowedGroup(ctx, "app", u.ids["group"]) }},
	}
}

// An edit keeps fields that it does not know, and never resets what it did not read.
func TestAnUnknownVersionLosesNoData(t *testing.T) {
	t.Parallel()
	some := newUnknownVersion(t)
	for _, name := range slices.Sorted(maps.Keys(some.writes(t.Context(), some.testConfig().conn()))) {
		first := newUnknownVersion(t) // the writes change one client
		row := first.writes(t.Context(), first.testConfig().conn())[name]
		before := first.read(row.path)
		err := row.write()
		require.True(t, err == nil || strings.HasSuffix(name, "again"), "%s with an unknown field: %v", name, err)
		require.Equal(t, without(before, row.changes), without(first.read(row.path), row.changes), name)
		if name == "AddFederatedIdentity" {
			identities := first.read(row.path)["credentials"].(map[string]any)["federatedIdentities"].([]any)
			require.Len(t, identities, 2)
			require.Equal(t, "kept", identities[0].(map[string]any)[fieldOfTomorrow])
		}
		for _, field := range slices.Sorted(maps.Keys(first.fields)) {
			if field == fieldOfTomorrow || slices.Contains(omittedIfEmpty(), field) {
				continue
			}
			u := newUnknownVersion(t)
			u.dropField(field)
			config := &Config{BaseURL: u.url, APIKey: u.key, MaxRetries: inputs.Ptr(0)}
			if config.Configure(t.Context()) != nil || config.session.err != nil {
				continue
			}
			row := u.writes(t.Context(), config.conn())[name]
			before := u.read(row.path)
			_ = row.write() // an error is fine
			require.Equal(t, without(before, row.changes), without(u.read(row.path), row.changes), "%s without the field %s", name, field)
		}
	}
}

func without(object map[string]any, fields []string) map[string]any {
	out := maps.Clone(object)
	for _, field := range fields {
		delete(out, field)
	}
	return out
}
