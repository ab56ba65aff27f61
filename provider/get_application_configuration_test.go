package provider

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func (c *checker) getApplicationConfiguration() (resource.PropertyMap, error) {
	c.t.Helper()
	res, err := c.server.Invoke(c.t.Context(), &rpc.InvokeRequest{Tok: "pocketid:index:getApplicationConfiguration", Args: c.wire(props{})})
	if err != nil {
		return nil, err
	}
	require.Empty(c.t, res.Failures)
	out, err := plugin.UnmarshalProperties(res.Return, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(c.t, err)
	return out, nil
}

func TestLookingUpTheConfiguration(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.12.0", "2.14.0"} {
		on := onFake(t, fake.Options{Version: version})
		on.configures(map[string]string{"smtpPort": "587", "smtpPassword": "a password of mails", "signupDefaultUserGroupIDs": `["a"]`, "signupDefaultCustomClaims": `[{"key":"a","value":"b"}]`})
		out, err := newChecker(t, on).getApplicationConfiguration()
		require.NoError(t, err)
		require.Equal(t, "https://id.example.com", out["issuer"].StringValue())
		require.Equal(t, "Pocket ID", out["appName"].StringValue())
		require.Equal(t, 60.0, out["sessionDurationMinutes"].NumberValue())
		require.Equal(t, 587.0, out["smtpPort"].NumberValue())
		require.Equal(t, true, out["allowOwnAccountEdit"].BoolValue())
		require.Equal(t, []any{"a"}, out["signupDefaultUserGroupIds"].Mappable())
		require.Equal(t, map[string]any{"a": "b"}, out["signupDefaultCustomClaims"].Mappable())
		require.True(t, out["smtpPassword"].IsSecret())
		require.Equal(t, "a password of mails", out["smtpPassword"].SecretValue().Element.StringValue())
		require.Equal(t, version == "2.14.0", out.HasValue("webauthnUserVerification"))
		require.False(t, out.HasValue("autoCreateOidcClientSecret"))
	}
}

func TestLookingUpWhatTheServerKeepsToItself(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	on.configures(map[string]string{"ldapBindPassword": "a password of ldap"})
	c := newChecker(t, on)
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		answer := httptest.NewRecorder()
		on.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.ReplaceAll(answer.Body.String(), "a password of ldap", "XXXXXXXXXX"))
		return true
	})
	out, err := c.getApplicationConfiguration()
	require.NoError(t, err)
	require.False(t, out.HasValue("ldapBindPassword"))

	on.refusing("GET", "/application-configuration")
	_, err = c.getApplicationConfiguration()
	require.ErrorContains(t, err, "Not today")
}
