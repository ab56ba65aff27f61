package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func (c *checker) getApplicationConfiguration() (resource.PropertyMap, error) {
	c.t.Helper()
	res, err := c.server.Invoke(c.t.Context(), &rpc.InvokeRequest{Tok: "pocketid:index:getApplicationConfiguration", Args: c.marshal(props{})})
	if err != nil {
		return nil, err
	}
	require.Empty(c.t, res.Failures)
	out, err := plugin.UnmarshalProperties(res.Return, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(c.t, err)
	return out, nil
}

func TestGetApplicationConfiguration(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.12.0", "2.14.0"} {
		instance := newFake(t, fake.Options{Version: version})
		instance.changeSettings(map[string]string{"smtpPort": "587", "smtpPassword": "a password of mails", "signupDefaultUserGroupIDs": `["a"]`, "signupDefaultCustomClaims": `[{"key":"a","value":"b"}]`})
		out, err := newChecker(t, instance).getApplicationConfiguration()
		require.NoError(t, err)
		require.Equal(t, "https://id.example.com", out["issuer"].StringValue())
		require.Equal(t, "Pocket ID", out["appName"].StringValue())
		require.Equal(t, 60.0, out["sessionDurationMinutes"].NumberValue())
		require.Equal(t, 587.0, out["smtpPort"].NumberValue())
		require.Equal(t, true, out["allowOwnAccountEdit"].BoolValue())
		require.Equal(t, []any{"a"}, out["signupDefaultUserGroupIds"].Mappable())
		require.Equal(t, map[string]any{"a": "b"}, out["signupDefaultCustomClaims"].Mappable())
		require.False(t, out.ContainsSecrets(), "one secret would mark all results as secret")
		require.NotContains(t, out, resource.PropertyKey("smtpPassword"))
		require.NotContains(t, out, resource.PropertyKey("ldapBindPassword"))
		require.Equal(t, version == "2.14.0", out.HasValue("webauthnUserVerification"))
		require.False(t, out.HasValue("autoCreateOidcClientSecret"))
	}
}

func TestGetApplicationConfigurationFailsIfRefused(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	instance.forbidRequests("GET", "/application-configuration")
	_, err := newChecker(t, instance).getApplicationConfiguration()
	require.ErrorContains(t, err, "Not today")
}
