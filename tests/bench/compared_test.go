package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// The proxy must not lose or add requests, and its clients do not know the key of the server.
func TestTheProxyCountsRequests(t *testing.T) {
	t.Parallel()
	handler, err := fake.New(fake.Options{APIKey: "key-of-the-server"})
	require.NoError(t, err)
	target := serve(handler)
	t.Cleanup(target.web.Close)
	proxy, err := startProxy(target.web.URL, "key-of-the-server")
	require.NoError(t, err)
	t.Cleanup(proxy.web.Close)
	conn, err := api.New(api.Options{BaseURL: proxy.web.URL, APIKey: apiKey})
	require.NoError(t, err)
	for range 3 {
		_, err = conn.ListGroups(t.Context())
		require.NoError(t, err)
	}
	require.EqualValues(t, 3, proxy.requests.Load())
	require.EqualValues(t, 3, target.requests.Load())
	proxy.reset()
	require.Zero(t, proxy.requests.Load())

	req, err := http.NewRequest(http.MethodGet, proxy.web.URL+"/api/user-groups", nil)
	require.NoError(t, err)
	req.Header.Set("X-API-Key", "another-key")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
}

func TestBothToolsDeclareTheSameObjects(t *testing.T) {
	t.Parallel()
	for version, public := range map[string]bool{newestWithSecrets: false, "2.14.0": true} {
		s, err := startVersion(version)
		require.NoError(t, err)
		t.Cleanup(s.web.Close)
		objects, found, err := objectsFor(t.Context(), s, 3, 7)
		require.NoError(t, err)
		require.Equal(t, version, found.String())
		require.Equal(t, public, objects.public)
		for group, clients := range map[string]int{"g0": 3, "g1": 2, "g2": 2} {
			require.Equal(t, clients, strings.Count(objects.pulumi(), `["${`+group+`.id}"]`))
			require.Equal(t, clients, strings.Count(objects.terraform(), "[pocketid_group."+group+".id]"))
		}
		for pulumi, terraform := range map[string]string{"pocketid:Group,": `resource "pocketid_group"`, "pocketid:Client,": `resource "pocketid_client"`} {
			require.Equal(t, strings.Count(objects.pulumi(), pulumi), strings.Count(objects.terraform(), terraform))
		}
	}
}
