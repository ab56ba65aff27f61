package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// pulumiState is what `pulumi stack export` prints.
type pulumiState struct {
	Deployment *struct {
		Resources []struct {
			URN     string
			Type    string
			ID      string
			Delete  bool // an object that a replacement left behind
			Outputs pulumiOutputs
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
	Secret       pulumiSecret
	Credentials  struct {
		FederatedIdentities []struct{ Issuer string }
	}
}

// pulumiSecret is a secret output: encrypted, or in plain text after `pulumi stack export --show-secrets`.
type pulumiSecret struct {
	plain     string
	encrypted bool
}

func (s *pulumiSecret) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, &s.plain) == nil {
		return nil
	}
	var secret struct{ Plaintext, Ciphertext string }
	if err := json.Unmarshal(text, &secret); err != nil {
		return errors.New("a secret output has an unknown form") // the error of json could show it
	}
	s.encrypted = secret.Ciphertext != ""
	if secret.Plaintext != "" && json.Unmarshal([]byte(secret.Plaintext), &s.plain) != nil {
		return errors.New("a secret output has an unknown form")
	}
	return nil
}

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
		state.addPulumi(typ, name, r.ID, r.Outputs)
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
			s.add("FederatedIdentity", id+"#"+identity.Issuer, name+"-"+slug(identity.Issuer))
		}
	case "OidcClientSecret":
		s.addSecret("ClientSecret", id, name, out.Secret.plain)
		if out.Secret.encrypted {
			s.note("%s %s is encrypted in the state; export it with `pulumi stack export --show-secrets` to keep its value", typ, name)
		}
	case "User":
		s.add("User", id, name)
	case "UserGroup":
		s.add("Group", id, name)
	case "UserGroupMembers":
		s.add("GroupMembers", out.GroupID+"/members", name)
	case "UserCustomClaims":
		s.add("UserCustomClaims", out.UserID+"/custom-claims", name)
	case "UserGroupCustomClaims":
		s.add("GroupCustomClaims", out.UserGroupID+"/custom-claims", name)
	case "Api":
		s.add("Api", id, name)
	case "ApiClientGrant":
		s.add("ApiGrant", out.APIID+"/"+out.ClientID, name)
	case "ScimServiceProvider":
		s.add("ScimServiceProvider", out.OidcClientID+"/scim-service-provider", name)
	case "SignupToken":
		s.add("SignupToken", id, name)
	case "ApplicationImage":
		s.add("ApplicationImage", out.Type, name)
	case "ApplicationConfiguration":
		s.add("ApplicationConfiguration", "application-configuration", name)
	default:
		s.note("%s %s is not known to this version", typ, name)
	}
}
