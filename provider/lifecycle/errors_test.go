package lifecycle

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/redact"
)

// The text of the error reaches the user, also after it was wrapped or redacted.
func TestAnUnchangedResourceHasTheCodeAbortedAndThePlainText(t *testing.T) {
	t.Parallel()
	original := errors.New("the name hunter2-hunter2 is taken")
	err := Unchanged(original)
	require.NoError(t, Unchanged(nil))
	require.ErrorIs(t, err, original)
	for want, err := range map[string]error{
		"the name hunter2-hunter2 is taken":         Unchanged(err),
		"update: the name hunter2-hunter2 is taken": fmt.Errorf("update: %w", err),
		"the name [secret] is taken":                redact.New("hunter2-hunter2").Error(err),
	} {
		require.EqualError(t, err, want)
		require.Equal(t, codes.Aborted, status.Code(err), want)
		require.Equal(t, want, status.Convert(err).Message())
	}
	other := status.Error(codes.InvalidArgument, "no")
	require.Equal(t, other, Unchanged(other), "an error with a code keeps it")
}
