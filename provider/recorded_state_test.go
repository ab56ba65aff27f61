package provider

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// firstState has the states that version 0.1.0 writes for newStackOfAllResources, by
// name of the resource. To record the states of a new version, copy the name of the
// constant and run the test with POCKETID_TEST_RECORD_STATE=1.
const firstState = "testdata/state-0.1.0.json"

// fromCurrent stands in a recorded state for a value that differs from run to run, such
// as a generated ID or secret.
const fromCurrent = "(the value of this run)"

// recordedState is the state of one resource.
type recordedState struct {
	ID              any
	Inputs, Outputs map[string]any // as the engine sends them to a provider
}

// newStackOfAllResources returns a stack that has created every type of resource, with
// each kind of nested object.
func newStackOfAllResources(t *testing.T) *stack {
	t.Helper()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.enableLDAP()
	s.declareAllResources("1")
	s.mustUp()
	return s
}

// declareAllResources declares each type of resource once. Another version updates each
// of them in place.
func (s *stack) declareAllResources(version string) {
	declare := func(typ, name string, inputs map[string]any, from map[string]string) {
		s.declare(typ, name, inputs).from = from
	}
	claims, triggers := map[string]any{"version": version}, map[string]any{"version": version}
	group, client := map[string]string{"groupId": "devs.id"}, map[string]string{"clientId": "app.clientId"}
	ann := map[string]string{"userId": "ann.id"}
	declare("User", "ann", map[string]any{"username": "ann", "email": "ann@example.com", "firstName": "Ann", "lastName": version, "displayName": "Ann"}, nil)
	declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers " + version}, nil)
	declare("Group", "ops", map[string]any{"name": "ops", "friendlyName": "Operations", "customClaims": claims}, nil)
	declare("GroupMembers", "members", map[string]any{}, map[string]string{"groupId": "ops.id", "userIds[]": "ann.id"})
	declare("GroupMember", "member", nil, map[string]string{"groupId": "devs.id", "userId": "ann.id"})
	declare("UserCustomClaims", "user-claims", map[string]any{"claims": claims}, ann)
	declare("GroupCustomClaims", "group-claims", map[string]any{"claims": claims}, group)
	declare("UserProfilePicture", "picture", map[string]any{"image": fileAsset(writeImage(s.t, "ann.png", testImage(s.t, "png", 1)))}, ann)
	declare("OneTimeAccessToken", "sign-in", map[string]any{"triggers": triggers}, ann)
	declare("SignupToken", "signup", map[string]any{"triggers": triggers}, map[string]string{"userGroupIds[]": "devs.id"})
	declare("Client", "app", map[string]any{"name": "App " + version, "clientId": "app", "callbackUrls": []any{"https://a.example/cb"}, "isGroupRestricted": true,
		"secretRotationTriggers": triggers, "previousSecretValidFor": "1h", "logo": textAsset(circleSVG)}, nil)
	declare("ClientGroupAccess", "access", nil, map[string]string{"clientId": "app.clientId", "groupId": "devs.id"})
	declare("ClientSecret", "key", map[string]any{"rotationTriggers": triggers}, client)
	declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "subject": version}, client)
	declare("Api", "orders", map[string]any{"name": "Orders " + version, "resource": "https://orders.example",
		"permissions": map[string]any{"read": map[string]any{"name": "Read"}}, "cimdAccess": map[string]any{"enabled": true, "permissions": []any{"read"}}}, nil)
	declare("ApiGrant", "grant", map[string]any{"clientPermissions": []any{"read"}}, map[string]string{"apiId": "orders.id", "clientId": "app.clientId"})
	declare("ScimServiceProvider", "scim", map[string]any{"endpoint": "https://scim.example/" + version, "token": secretString("not a secret")}, client)
	declare("ScimSync", "scim-sync", map[string]any{"triggers": triggers}, map[string]string{"clientId": "scim.clientId"})
	declare("LdapSync", "ldap-sync", map[string]any{"triggers": triggers}, nil)
	declare(applicationConfiguration, "settings", map[string]any{"appName": "Example " + version, "smtpPassword": secretString("not a secret")}, nil)
	declare("ApplicationImage", "background", imageInputs("background", textAsset(circleSVG)), nil)
}

// recorded returns the states of all resources as a recording has them.
func (s *stack) recorded() map[string]recordedState {
	s.t.Helper()
	states := map[string]recordedState{}
	for _, d := range s.program {
		state := s.state(d.name)
		states[d.name] = recordedState{string(state.ID), s.encode(state.Inputs), s.encode(state.Outputs)}
	}
	return states
}

// install replaces the states of the stack by recorded ones.
func (s *stack) install(states map[string]recordedState) {
	s.t.Helper()
	for name, recorded := range states {
		state := s.state(name)
		if recorded.ID != fromCurrent {
			require.EqualValues(s.t, recorded.ID, state.ID, "the ID of %s", name)
		}
		state.Inputs = s.decode(restoreCurrent(s.t, name, recorded.Inputs, s.encode(state.Inputs)))
		state.Outputs = s.decode(restoreCurrent(s.t, name, recorded.Outputs, s.encode(state.Outputs)))
	}
}

func (s *stack) encode(m props) map[string]any {
	s.t.Helper()
	encoded, err := plugin.MarshalProperties(m, plugin.MarshalOptions{KeepSecrets: true})
	require.NoError(s.t, err)
	return encoded.AsMap()
}

func (s *stack) decode(v any) props {
	s.t.Helper()
	text, err := json.Marshal(v)
	require.NoError(s.t, err)
	encoded := marshalProps(s.t, props{})
	require.NoError(s.t, protojson.Unmarshal(text, encoded))
	m, err := plugin.UnmarshalProperties(encoded, plugin.MarshalOptions{KeepSecrets: true})
	require.NoError(s.t, err)
	return m
}

// restoreCurrent sets the values that a recording does not have to those of this run.
func restoreCurrent(t *testing.T, path string, recorded, current any) any {
	t.Helper()
	switch r := recorded.(type) {
	case string:
		if r == fromCurrent {
			require.NotNil(t, current, "the recorded %s is in no state of this version", path)
			return current
		}
	case map[string]any:
		currents, _ := current.(map[string]any)
		restored := map[string]any{}
		for key, value := range r {
			restored[key] = restoreCurrent(t, path+"."+key, value, currents[key])
		}
		return restored
	case []any:
		currents, _ := current.([]any)
		restored := []any{}
		for i, value := range r {
			require.Less(t, i, len(currents), path)
			restored = append(restored, restoreCurrent(t, path, value, currents[i]))
		}
		return restored
	}
	return recorded
}

// withoutVolatile replaces timestamps, and what differs between two runs, by fromCurrent.
func withoutVolatile(a, b any) any {
	switch a := a.(type) {
	case map[string]any:
		b, _ := b.(map[string]any)
		for key := range a {
			a[key] = withoutVolatile(a[key], b[key])
		}
		return a
	case []any:
		b, _ := b.([]any)
		for i := range a {
			a[i] = withoutVolatile(a[i], b[i])
		}
		return a
	}
	text, _ := a.(string)
	if _, isTime := inputs.ParseTime(text); isTime || a != b {
		return fromCurrent
	}
	return a
}

// generic converts a value to what encoding/json decodes.
func generic[T any](t *testing.T, v any) (out T) {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &out))
	return out
}

// readRecordedState returns the recorded states. With POCKETID_TEST_RECORD_STATE it
// first records a file that does not exist.
func readRecordedState(t *testing.T, file string) (states map[string]recordedState) {
	t.Helper()
	if _, err := os.Stat(file); err != nil && os.Getenv("POCKETID_TEST_RECORD_STATE") != "" {
		first, second := newRotatedStack(t).recorded(), newRotatedStack(t).recorded()
		masked := withoutVolatile(generic[any](t, first), generic[any](t, second))
		text, err := json.MarshalIndent(masked, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, append(text, '\n'), 0o600))
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &states))
	return states
}

// newRotatedStack is newStackOfAllResources after an update of each resource.
func newRotatedStack(t *testing.T) *stack {
	t.Helper()
	s := newStackOfAllResources(t)
	s.declareAllResources("2")
	s.mustUp()
	require.NotEmpty(t, s.state("app").Outputs[resource.PropertyKey("previousSecrets")].ArrayValue())
	return s
}
