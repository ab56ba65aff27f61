package api

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// Unusual entries of other writers are kept as they are.
func TestUnusualIdentitiesSurvive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newStore(map[string]string{app: `{"id":"my-app","name":"App","credentials":{"federatedIdentities":[{"issuer":""},{"issuer":"not a url","x":1},{"issuer":"https://i1.example","subject":"first"},{"issuer":"https://i1.example","subject":"never used"}],"x":[]}}`})
		c := connectInProcess(t, s.handle)
		require.NoError(t, c.UpdateFederatedIdentity(t.Context(), "my-app", identity(1)))
		require.Equal(t, `{"federatedIdentities":[{"issuer":""},{"issuer":"not a url","x":1},{"issuer":"https://i1.example","replayProtection":false,"subject":"s"},{"issuer":"https://i1.example","subject":"never used"}],"x":[]}`, s.get(app, "credentials"))
		require.NoError(t, c.DeleteFederatedIdentity(t.Context(), "my-app", "https://i1.example"))
		require.Equal(t, `{"federatedIdentities":[{"issuer":""},{"issuer":"not a url","x":1}],"x":[]}`, s.get(app, "credentials"), "both, because Pocket ID would start to use a remaining one")
	})
	for _, credentials := range []string{`null`, `{}`, `{"federatedIdentities":null}`, `{"federatedIdentities":[null]}`, `{"federatedIdentities":[]}`} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := newStore(map[string]string{app: `{"id":"my-app","credentials":` + credentials + `}`})
			require.NoError(t, connectInProcess(t, s.handle).AddFederatedIdentity(t.Context(), "my-app", identity(1)), credentials)
			require.Contains(t, s.issuers(), "https://i1.example")
		})
	}
	for _, credentials := range []string{`1`, `"x"`, `[]`, `{"federatedIdentities":{}}`, `{"federatedIdentities":["x"]}`} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := newStore(map[string]string{app: `{"id":"my-app","credentials":` + credentials + `}`})
			require.ErrorIs(t, connectInProcess(t, s.handle).AddFederatedIdentity(t.Context(), "my-app", identity(1)), ErrNotPocketID, credentials)
			require.Equal(t, credentials, s.get(app, "credentials"))
		})
	}
}
