package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
)

// terraformState is a state file of Terraform or OpenTofu, format 4.
type terraformState struct {
	Version   int
	Resources []struct {
		Module, Mode, Type, Name string
		Instances                []struct {
			IndexKey   any             `json:"index_key"` // of count or for_each
			Deposed    string          // an object that a replacement left behind
			Attributes json.RawMessage // decoded only for resources of this provider: others have the same names for other things
		}
	}
}

// terraformAttributes has those attributes of all types that an import needs.
type terraformAttributes struct {
	ID                  string
	ClientID            string `json:"client_id"`
	ClientSecret        string `json:"client_secret"`
	Groups              []string
	FederatedIdentities []struct{ Issuer string } `json:"federated_identities"`
}

// parseTerraformState reads the resources of the Terraform provider trozz/pocketid.
func parseTerraformState(text []byte) (state otherState, err error) {
	var file terraformState
	if err := json.Unmarshal(text, &file); err != nil {
		return state, fmt.Errorf("is not a Terraform state: %w", err)
	}
	if file.Version != 4 {
		return state, errors.New("is not a Terraform state of format 4, which Terraform 0.12 and later write; get it with `terraform state pull`")
	}
	for _, r := range file.Resources {
		if r.Mode != "managed" || !strings.HasPrefix(r.Type, "pocketid_") {
			continue
		}
		for _, instance := range r.Instances {
			name := terraformName(r.Module, r.Name, instance.IndexKey)
			if instance.Deposed != "" {
				state.note("%s %s (deposed) is left behind by a replacement in Terraform; delete it there first", r.Type, name)
				continue
			}
			var attributes terraformAttributes
			if len(instance.Attributes) > 0 && json.Unmarshal(instance.Attributes, &attributes) != nil { // its error could quote a value
				return state, fmt.Errorf("%s %s has attributes of an unknown form", r.Type, name)
			}
			state.addTerraform(r.Type, name, attributes)
		}
	}
	if len(state.objects) == 0 && len(state.notes) == 0 {
		return state, errors.New("has no resource of the provider trozz/pocketid")
	}
	state.nameMemberships()
	return state, nil
}

// nameMemberships names each membership after its user and its group. A group can be declared after its users.
func (s *otherState) nameMemberships() {
	groups := map[string]string{}
	for _, o := range s.objects {
		if o.Type == "Group" {
			groups[o.ID] = o.Name
		}
	}
	for i, o := range s.objects {
		if group, _, _ := strings.Cut(o.ID, "/"); o.Type == "GroupMember" {
			s.objects[i].Name += "-in-" + cmp.Or(groups[group], group)
		}
	}
}

func (s *otherState) addTerraform(typ, name string, a terraformAttributes) {
	switch typ {
	case "pocketid_client":
		s.addSecret("Client", a.ID, name, a.ClientSecret)
		for _, identity := range a.FederatedIdentities {
			s.add("FederatedIdentity", ids.FederatedIdentity(a.ID, identity.Issuer), name+"-"+slug(identity.Issuer))
		}
	case "pocketid_group":
		s.add("Group", a.ID, name)
	case "pocketid_user":
		s.add("User", a.ID, name)
		for _, group := range a.Groups {
			s.add("GroupMember", ids.Pair(group, a.ID), name)
		}
	case "pocketid_application_config":
		s.add("ApplicationConfiguration", ids.ApplicationConfiguration, name)
	case "pocketid_scim_service_provider":
		s.add("ScimServiceProvider", ids.Subresource(a.ClientID, ids.SCIMServiceProvider), name)
	case "pocketid_ldap_sync":
		s.note("%s %s has no object on the server; declare an LdapSync, which synchronizes once when it is created", typ, name)
	case "pocketid_one_time_access_token":
		s.note("%s %s cannot be imported, because Pocket ID never shows a token again; declare a OneTimeAccessToken, which creates another one", typ, name)
	default:
		s.note("%s %s is not known to this version", typ, name)
	}
}

// terraformName converts an address such as module.apps["eu"].pocketid_client.wiki[0] to apps-eu-wiki-0.
func terraformName(module, name string, index any) string {
	var parts []string
	for part := range strings.SplitSeq(strings.ReplaceAll(module, "[", "."), ".") {
		if part = strings.Trim(part, `"]`); part != "" && part != "module" {
			parts = append(parts, part)
		}
	}
	parts = append(parts, name)
	if index != nil {
		parts = append(parts, fmt.Sprint(index))
	}
	return strings.Join(parts, "-")
}
