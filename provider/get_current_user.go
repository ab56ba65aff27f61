package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// GetCurrentUser looks up the user that the API key belongs to.
type GetCurrentUser struct{ config *Config }

// GetCurrentUserArgs are the inputs.
type GetCurrentUserArgs struct{}

// GetCurrentUserResult is the result.
type GetCurrentUserResult struct{ UserSummary }

// Annotate describes the function.
func (g *GetCurrentUser) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up the user that the provider's API key belongs to. For the key in the server's `STATIC_API_KEY`, this is a user that Pocket ID creates for it, "+
		"whose name begins with `static-api-user-`."+anySupportedVersion)
}

// Invoke reads the user from Pocket ID.
func (g *GetCurrentUser) Invoke(ctx context.Context, _ infer.FunctionRequest[GetCurrentUserArgs]) (infer.FunctionResponse[GetCurrentUserResult], error) {
	user, err := g.config.conn().GetCurrentUser(ctx)
	if err != nil {
		return infer.FunctionResponse[GetCurrentUserResult]{}, err
	}
	return infer.FunctionResponse[GetCurrentUserResult]{Output: GetCurrentUserResult{userDetails(user)}}, nil
}
