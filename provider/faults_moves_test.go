package provider

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// movedVersion is the version of a largeProgram that has the objects of version 2 in other
// resources: some resources have other names without aliases, parts are declared by another
// resource, and others are replaced. Its creates fail while faults are injected, because one
// client is always refused (refusedClient), so its deletions run in a later update.
const movedVersion = 3

// refusedClient is the ID of the client that is refused while faults are injected.
func (p *largeProgram) refusedClient() string { return "refused-" + p.prefix }

// refuse answers the create of the refused client.
func (p *largeProgram) refuse(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodPost || r.URL.Path != "/api/oidc/clients" {
		return false
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if !bytes.Contains(body, []byte(p.refusedClient())) {
		return false
	}
	reply(w, http.StatusBadRequest, "application/json", `{"error":"refused"}`)
	return true
}

// move changes the program of version 2 into that of movedVersion.
func (p *largeProgram) move() {
	for _, kind := range []string{"user", "group"} {
		owner := p.inputsOf(kind + "4")
		owner["customClaims"] = map[string]any{"version": "v2"}
		p.s.drop("claims_of_" + kind + "4")
		p.s.declare(strings.ToUpper(kind[:1])+kind[1:], kind+"4", owner)
	}
	p.rename("members_of_group0", "moved_members_of_group0")
	for i := range p.members(2)[2] {
		p.s.drop(fmt.Sprintf("member%d_of_group2", i))
	}
	p.declareFrom(map[string]string{"groupId": "group2.id", "userIds[]": idsFrom("user", p.members(2)[2]...)}, "GroupMembers", "moved_members_of_group2", nil)
	for i := range p.allowedGroups(1, 2) {
		p.s.drop(fmt.Sprintf("access%d_to_app1", i))
	}
	p.declareFrom(map[string]string{"allowedUserGroups[]": idsFrom("group", p.allowedGroups(1, 2)...)}, "Client", "app1", p.inputsOf("app1"))
	if !p.s.instance.real {
		p.rename("logo", "moved_logo")
		p.rename("settings", "moved_settings")
	}
	p.s.declare("Client", "refused", map[string]any{"name": "Refused", "clientId": p.refusedClient(), "callbackUrls": []any{}})
}

// inputsOf returns the inputs of a resource of the program.
func (p *largeProgram) inputsOf(name string) map[string]any {
	inputs := map[string]any{}
	for _, r := range p.s.program {
		if r.name == name {
			for key, v := range r.inputs {
				inputs[string(key)] = v
			}
		}
	}
	return inputs
}

// rename gives a resource another name, without aliases.
func (p *largeProgram) rename(name, other string) {
	for i := range p.s.program {
		if p.s.program[i].name == name {
			p.s.program[i].name = other
		}
	}
}

// declareMovable declares what is replaced by movedVersion.
func (p *largeProgram) declareMovable(version int) {
	n := 0
	if version == movedVersion {
		n = 1
	}
	p.declareFrom(map[string]string{"groupId": idsFrom("group", 4+n), "userIds[]": idsFrom("user", 0)}, "GroupMembers", "moving_members", nil)
	p.declareFrom(map[string]string{"clientId": fmt.Sprint("app", 4+n, ".clientId")}, "FederatedIdentity", "moving_identity", map[string]any{"issuer": "https://move.example"})
	p.declareFrom(map[string]string{"clientId": fmt.Sprint("app", 6+n, ".clientId")}, "ScimServiceProvider", "moving_scim", map[string]any{"endpoint": "https://scim.example"})
	p.s.declare("Client", "moving_client", map[string]any{"name": "Moving", "clientId": p.movingClient(n), "callbackUrls": []any{}})
	if !p.s.instance.real && version != movedVersion {
		p.s.declare("ApplicationImage", "logo", imageInputs("logo", textAsset(circleSVG)))
		p.s.declare(applicationConfiguration, "settings", map[string]any{"appName": "Ours", "onDestroy": "reset"})
	}
}

func (p *largeProgram) movingClient(n int) string { return fmt.Sprint("moving", n, "-", p.prefix) }

// deleteUnresolvedReplacement does what the error of a replacement whose create is unresolved
// advises: it deletes the new object. An import is not possible, because the stack still has the
// old object under this name.
func (p *largeProgram) deleteUnresolvedReplacement(name string) {
	instance := p.s.instance
	switch name {
	case "moving_client":
		instance.request("DELETE", "/api/oidc/clients/"+p.movingClient(1), nil)
	case "moving_identity":
		if instance.client(p.clients[5]) != nil {
			instance.editClient(p.clients[5], func(c map[string]any) { c["credentials"] = map[string]any{"federatedIdentities": []any{}} })
		}
	case "moving_scim":
		if scim := instance.scimProvider(p.clients[7]); scim != nil {
			instance.mustRequest("DELETE", "/api/scim/service-provider/"+scim["id"].(string), nil)
		}
	}
}

// requireMovable requires that each object of declareMovable exists once, where the version has it.
func (p *largeProgram) requireMovable(t *testing.T, what string, version int) {
	t.Helper()
	instance, at := p.s.instance, 0
	if version == movedVersion {
		at = 1
	}
	for n := range 2 {
		require.Equal(t, n == at, len(instance.members(p.ids("group", 4+n)[0])) == 1, "%s: members of group %d", what, 4+n)
		require.Equal(t, n == at, len(instance.identities(p.clients[4+n])) == 1, "%s: identities of app %d", what, 4+n)
		require.Equal(t, n == at, instance.scimProvider(p.clients[6+n]) != nil, "%s: SCIM service provider of app %d", what, 6+n)
		require.Equal(t, n == at, instance.client(p.movingClient(n)) != nil, "%s: %s", what, p.movingClient(n))
	}
	if !instance.real {
		logo, _ := instance.getImage("/api/application-images/logo")
		require.Equal(t, circleSVG, string(logo), what)
		require.Equal(t, "Ours", instance.settings()["appName"], what)
	}
}
