package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/stretchr/testify/require"
)

const apiKey = "not-a-secret-key"

// startPocketID starts an in-memory Pocket ID with the objects of seed.json. Its clock is ahead
// by the number of nanoseconds in ahead.
func startPocketID(t *testing.T, ahead *atomic.Int64) (address string) {
	file, err := os.Open("seed.json")
	require.NoError(t, err)
	defer file.Close()
	seed, err := fake.ReadSeed(file)
	require.NoError(t, err)
	server, err := fake.New(fake.Options{
		APIKey: apiKey,
		Seed:   seed,
		Now:    func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
	})
	require.NoError(t, err)
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	return web.URL
}

// newStack returns a stack of the program with its own state, that manages a Pocket ID.
func newStack(t *testing.T, address string) auto.Stack {
	folder := t.TempDir()
	stack, err := auto.UpsertStackInlineSource(t.Context(), "test", "wiki", program,
		auto.WorkDir(folder),
		auto.Project(workspace.Project{
			Name:    tokens.PackageName("wiki"),
			Runtime: workspace.NewProjectRuntimeInfo("go", nil),
			Backend: &workspace.ProjectBackend{URL: "file://" + folder},
		}),
		auto.EnvVars(map[string]string{"PULUMI_CONFIG_PASSPHRASE": "test", "POCKETID_BASE_URL": address, "POCKETID_API_KEY": apiKey}),
	)
	require.NoError(t, err)
	return stack
}

func TestOnlyTheFamilyCanUseTheWiki(t *testing.T) {
	address := startPocketID(t, new(atomic.Int64))
	stack := newStack(t, address)
	_, err := stack.Up(t.Context())
	require.NoError(t, err)

	var client struct {
		IsGroupRestricted bool
		AllowedUserGroups []struct{ Name string }
	}
	request, err := http.NewRequest(http.MethodGet, address+"/api/oidc/clients/wiki", nil)
	require.NoError(t, err)
	request.Header.Set("X-API-Key", apiKey)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.NoError(t, json.NewDecoder(response.Body).Decode(&client))
	require.True(t, client.IsGroupRestricted)
	require.Len(t, client.AllowedUserGroups, 1)
	require.Equal(t, "family", client.AllowedUserGroups[0].Name)

	_, err = stack.Destroy(t.Context())
	require.NoError(t, err)
}

func TestTheSecretExpiresAfter90Days(t *testing.T) {
	var ahead atomic.Int64
	address := startPocketID(t, &ahead)
	stack := newStack(t, address)
	updated, err := stack.Up(t.Context())
	require.NoError(t, err)
	secret := updated.Outputs["clientSecret"]
	require.True(t, secret.Secret)

	token := func() int {
		response, err := http.PostForm(address+"/api/oidc/token", url.Values{
			"grant_type": {"client_credentials"}, "client_id": {"wiki"}, "client_secret": {secret.Value.(string)},
		})
		require.NoError(t, err)
		defer response.Body.Close()
		return response.StatusCode
	}
	ahead.Store(int64(89 * 24 * time.Hour))
	require.Equal(t, http.StatusOK, token())
	ahead.Store(int64(91 * 24 * time.Hour))
	require.Equal(t, http.StatusUnauthorized, token())
}
