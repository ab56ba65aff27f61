package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
)

// pulumiState is what `pulumi stack export` prints.
type pulumiState struct {
	Deployment *struct {
		Resources []struct {
			URN     string
			Type    string
			ID      string
			Delete  bool            // an object that a replacement left behind
			Outputs json.RawMessage // decoded only for resources of the package: others have the same names for other things
		}
	}
}

// pulumiOutputs has those outputs of all types that an import needs.
type pulumiOutputs struct {
	OidcClientID string `json:"oidcClientId"`
	ClientID     string `json:"clientId"`
	GroupID      string `json:"groupId"`
	UserGroupID  string `json:"userGroupId"`
	UserID       string `json:"userId"`
	APIID        string `json:"apiId"`
	Type         string `json:"type"`
	Secret       string
	Credentials  struct {
		FederatedIdentities []struct{ Issuer string }
	}
}

// decodeOutputs decodes the outputs of a resource. Any of them can be secret: then it is in plain text after
// `pulumi stack export --show-secrets`, and otherwise encrypted. The names of those that are encrypted are returned.
func decodeOutputs(text []byte) (outputs pulumiOutputs, encrypted []string, err error) {
	var properties map[string]json.RawMessage
	if err := json.Unmarshal(text, &properties); err != nil {
		return outputs, nil, err
	}
	for name, value := range properties {
		var secret struct {
			Signature             string `json:"4dabf18193072939515e22adb298388d"` // marks special values in a state of Pulumi
			Plaintext, Ciphertext string
		}
		if json.Unmarshal(value, &secret) != nil || secret.Signature == "" {
			continue
		}
		if properties[name] = json.RawMessage(secret.Plaintext); secret.Plaintext == "" {
			delete(properties, name)
			encrypted = append(encrypted, name)
		}
	}
	plain, err := json.Marshal(properties)
	if err != nil {
		return outputs, nil, err
	}
	return outputs, encrypted, json.Unmarshal(plain, &outputs)
}

// neededOutputs are the outputs without which an object cannot be imported as a whole.
var neededOutputs = []string{"oidcClientId", "clientId", "groupId", "userGroupId", "userId", "apiId", "type", "credentials"}

const otherPulumiPackage = "pocket-id:index:"

// parsePulumiState reads the resources of the Pulumi provider axnic/pocket-id.
func parsePulumiState(text []byte) (state otherState, err error) {
	var file pulumiState
	if err := json.Unmarshal(text, &file); err != nil {
		return state, fmt.Errorf("is not a Pulumi state: %w", err)
	}
	if file.Deployment == nil {
		return state, errors.New("is not a Pulumi state; get it with `pulumi stack export --show-secrets`")
	}
	for _, r := range file.Deployment.Resources {
		typ, ours := strings.CutPrefix(r.Type, otherPulumiPackage)
		if !ours {
			continue
		}
		name := nameInURN(r.URN)
		if r.Delete {
			state.note("%s %s (pending deletion) is left behind by a replacement; delete it with the other provider first", typ, name)
			continue
		}
		if len(r.Outputs) == 0 {
			r.Outputs = json.RawMessage("{}")
		}
		outputs, encrypted, err := decodeOutputs(r.Outputs)
		if err != nil { // its text could quote a value
			return state, fmt.Errorf("%s %s has outputs of an unknown form", typ, name)
		}
		if slices.ContainsFunc(encrypted, func(output string) bool { return slices.Contains(neededOutputs, output) }) {
			state.note("%s %s is encrypted in the state (%s); export it with `pulumi stack export --show-secrets`", typ, name, strings.Join(encrypted, ", "))
			continue
		}
		if slices.Contains(encrypted, "secret") {
			state.note("the value of %s %s is encrypted in the state; export it with `pulumi stack export --show-secrets` to keep it", typ, name)
		}
		state.addPulumi(typ, name, r.ID, outputs)
	}
	if len(state.objects) == 0 && len(state.notes) == 0 {
		return state, errors.New("has no resource of the package pocket-id")
	}
	return state, nil
}

// nameInURN returns the name of a resource: urn:pulumi:STACK::PROJECT::TYPE::NAME.
func nameInURN(urn string) string {
	parts := strings.SplitN(urn, "::", 4)
	return parts[len(parts)-1]
}

func (s *otherState) addPulumi(typ, name, id string, out pulumiOutputs) {
	switch typ {
	case "OidcClient":
		s.add("Client", id, name)
		for _, identity := range out.Credentials.FederatedIdentities {
			s.add("FederatedIdentity", ids.FederatedIdentity(id, identity.Issuer), name+"-"+slug(identity.Issuer))
		}
	case "OidcClientSecret":
		s.addSecret("ClientSecret", id, name, out.Secret)
	case "User":
		s.add("User", id, name)
	case "UserGroup":
		s.add("Group", id, name)
	case "UserGroupMembers":
		s.add("GroupMembers", ids.Subresource(out.GroupID, ids.Members), name)
	case "UserCustomClaims":
		s.add("UserCustomClaims", ids.Subresource(out.UserID, ids.CustomClaims), name)
	case "UserGroupCustomClaims":
		s.add("GroupCustomClaims", ids.Subresource(out.UserGroupID, ids.CustomClaims), name)
	case "Api":
		s.add("Api", id, name)
	case "ApiClientGrant":
		s.add("ApiGrant", ids.Pair(out.APIID, out.ClientID), name)
	case "ScimServiceProvider":
		s.add("ScimServiceProvider", ids.Subresource(out.OidcClientID, ids.SCIMServiceProvider), name)
	case "SignupToken":
		s.add("SignupToken", id, name)
	case "ApplicationImage":
		s.add("ApplicationImage", out.Type, name)
	case "ApplicationConfiguration":
		s.add("ApplicationConfiguration", ids.ApplicationConfiguration, name)
	default:
		s.note("%s %s is not known to this version", typ, name)
	}
}
