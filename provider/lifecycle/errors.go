package lifecycle

import (
	"github.com/pulumi/pulumi-go-provider/infer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Incomplete is the error of a resource that exists, but lacks a part. The engine keeps
// the state that comes with it, and the next update completes the resource. It is nil
// if all errors are.
func Incomplete(errs ...error) error {
	var reasons []string
	for _, err := range errs {
		if err != nil {
			reasons = append(reasons, err.Error())
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	return infer.ResourceInitFailedError{Reasons: reasons}
}

// Unchanged marks err as one that left the resource as the state has it. To the engine,
// any other error of a change means that the state is unknown.
func Unchanged(err error) error {
	if err == nil {
		return nil
	}
	if _, hasStatus := status.FromError(err); hasStatus {
		return err // such as that of a resource that exists but is incomplete
	}
	return unchanged{err}
}

// unchanged has the text of the error that it wraps, without the code that the error of package status
// puts before it.
type unchanged struct{ error }

func (u unchanged) GRPCStatus() *status.Status { return status.New(codes.Aborted, u.Error()) }
func (u unchanged) Unwrap() error              { return u.error }
