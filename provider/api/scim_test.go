package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyPocketIDsOwnResponseMeansThatThereIsNoSCIMProvider(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{`{"error":"API endpoint not found"}`: 404, `{}`: 200, `{"endpoint":"https://app.example"}`: 200} {
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) { respond(w, status, body) }, noRetries)
		_, err := c.GetSCIMProvider(t.Context(), "my-app")
		require.ErrorIs(t, err, ErrNotPocketID, body)
		require.NotErrorIs(t, err, ErrNotFound, body)
	}
}
