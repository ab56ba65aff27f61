package workload

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDocumentationCoversEveryPreset(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/federated-identities.md")
	require.NoError(t, err)
	for _, p := range presets() {
		require.Contains(t, string(page), "`"+p.name+"`")
		require.Contains(t, string(page), p.source, p.name)
	}
}
