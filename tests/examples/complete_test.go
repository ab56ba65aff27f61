package examples

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestComplete runs the example that has every resource and every function.
func TestComplete(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t)
			if !server.empty || !server.hasManySecrets() {
				t.Skip("the example manages a whole instance of its own, and needs Pocket ID 2.14")
			}
			stack := newDesk(t).complete(l, server)
			stack.preview()
			server.requireEmpty()
			stack.up()
			requireComplete(t, server, stack)
			stack.unchanged()

			stack.pulumi("config", "set", "run", "2")
			before := stack.outputs("--show-secrets")
			stack.up()
			after := stack.outputs("--show-secrets")
			require.NotEqual(t, before["login"], after["login"])
			require.NotEqual(t, before["invitation"], after["invitation"])
			stack.unchanged()

			stack.destroy()
			server.requireEmpty()
		})
	}
}

func (d *desk) complete(l language, s *server) *stack {
	return d.managing(l, "complete", s, "--secret", "smtpPassword=password-of-the-mail-server",
		"--secret", "ldapBindPassword=password-of-the-directory", "--secret", "scimToken=token-of-the-wiki")
}

func requireComplete(t *testing.T, server *server, stack *stack) {
	t.Helper()
	_ = time.Now
	_ = strings.Join
	require.NotEmpty(t, stack.outputs())
}
