package api

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheBaseURLAndTheAPIKeyAreChecked(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", " ", "id.example.com", "ftp://id.example.com", "http://", "http:id.example.com", "//id.example.com", "https://:443",
		"https://admin:hidden-9@id.example.com", "https://id.example.com?key=hidden-9", "https://id.example.com/#hidden-9", "https://admin:hid/den-9@id.example.com", "https://id.example.com\n.evil.example"} {
		_, err := New(Options{BaseURL: base, APIKey: testKey})
		require.Error(t, err, "%q", base)
		require.NotContains(t, err.Error(), "hidden-9")
		require.NotContains(t, err.Error(), "den-9")
	}
	for _, base := range []string{"https://id.example.com", " https://id.example.com/ ", "HTTPS://id.example.com:8443/prefix", "http://[::1]:1411", "http://127.0.0.1:1411/"} {
		_, err := New(Options{BaseURL: base, APIKey: testKey})
		require.NoError(t, err, "%q", base)
	}
	for _, key := range []string{"", " ", "two words", "line\nbreak", "clé", "nul\x00"} {
		_, err := New(Options{BaseURL: "https://id.example.com", APIKey: key})
		require.Error(t, err, "%q", key)
		if strings.TrimSpace(key) != "" {
			require.NotContains(t, err.Error(), key)
		}
	}
}
