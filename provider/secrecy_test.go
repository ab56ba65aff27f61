package provider

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestWhatBecomesASecretIsNoOtherThing(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.pocketID.enableLDAP()
	ann, group, id := s.pocketID.person(), s.pocketID.emptyGroup(), s.pocketID.bareClient()
	again := map[string]any{"n": "1"}
	s.declare("Client", "app", restricted("app"))
	s.declare("Client", "rotated", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "secretRotationTriggers": again})
	s.declare("ClientGroupAccess", "access", map[string]any{"clientId": "app", "groupId": group}).from = map[string]string{"clientId": "app.clientId"}
	s.declare("FederatedIdentity", "identity", map[string]any{"clientId": id, "issuer": "https://i.example", "subject": "s"})
	s.declare("Api", "api", map[string]any{"name": "Backend", "resource": "https://api.example"})
	s.declare("ApiGrant", "grant", map[string]any{"clientId": id, "clientAccess": true}).from = map[string]string{"apiId": "api.id"}
	s.declare("ClientSecret", "key", map[string]any{"clientId": id, "rotationTriggers": again})
	s.declare("GroupMember", "member", map[string]any{"groupId": group, "userId": ann})
	s.declare("UserCustomClaims", "claims", map[string]any{"userId": ann, "claims": map[string]any{"team": "a"}})
	s.declare("GroupCustomClaims", "group-claims", map[string]any{"groupId": group, "claims": map[string]any{"team": "a"}})
	s.declare("SignupToken", "signup", map[string]any{"userGroupIds": listOf(group), "triggers": again})
	s.declare("SignupToken", "open", map[string]any{"triggers": again})
	s.declare("OneTimeAccessToken", "token", map[string]any{"userId": ann, "triggers": again})
	s.declare("ScimServiceProvider", "scim", provisioned(id, "https://app.example/scim"))
	s.declare("ScimSync", "scim-sync", map[string]any{"triggers": again}).from = map[string]string{"clientId": "scim.clientId"}
	s.declare("LdapSync", "ldap-sync", map[string]any{"triggers": again})
	s.mustUp()
	ids := map[string]resource.ID{}
	for _, d := range s.program {
		ids[d.name] = s.state(d.name).ID
		for name, v := range d.inputs {
			d.inputs[name] = resource.MakeSecret(v)
		}
	}
	var o outcome
	requests := s.pocketID.counted(func() { o = s.mustUp() })
	for name, id := range ids {
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps[name], name)
		require.Equal(t, id, s.state(name).ID, name)
	}
	for _, r := range requests {
		require.NotRegexp(t, "^(DELETE|POST) ", r, "nothing is made, deleted or run")
	}
	for range 2 { // before a refresh, and after it
		for _, d := range s.program {
			for name := range d.inputs {
				require.True(t, s.state(d.name).Outputs[name].ContainsSecrets(), "%s of %s", name, d.name)
			}
		}
		s.steady()
	}
}

func TestAListThatIsSecretAndNotKnownYetIsBothInAPreview(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	ann, group := s.pocketID.person(), s.pocketID.emptyGroup()
	unknown := resource.MakeSecret(resource.MakeComputed(resource.NewProperty("")))
	for range 2 { // a new resource, and one that is there
		s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": unknown})
		o := s.preview()
		require.NoError(t, o.err, o.text)
		require.True(t, o.new["members"]["userIds"].IsSecret())
		require.True(t, o.new["members"]["userIds"].ContainsUnknowns())
		s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": listOf(ann)})
		s.mustUp()
	}
}
