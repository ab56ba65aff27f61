package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// GetUsers looks up all users.
type GetUsers struct{ config *Config }

// GetUsersArgs are the inputs.
type GetUsersArgs struct{}

// GetUsersResult is the result.
type GetUsersResult struct {
	Users []UserSummary `pulumi:"users"`
}

// Annotate describes the function.
func (g *GetUsers) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up all users of the instance, except the user that Pocket ID creates for the server's `STATIC_API_KEY`."+anySupportedVersion)
}

// Annotate describes the results.
func (g *GetUsersResult) Annotate(a infer.Annotator) {
	a.Describe(&g.Users, "All users, sorted by username.")
}

// Invoke reads the users from Pocket ID.
func (g *GetUsers) Invoke(ctx context.Context, _ infer.FunctionRequest[GetUsersArgs]) (infer.FunctionResponse[GetUsersResult], error) {
	out := infer.FunctionResponse[GetUsersResult]{Output: GetUsersResult{Users: []UserSummary{}}}
	conn := g.config.conn()
	all, err := conn.ListUsers(ctx)
	for _, u := range all {
		out.Output.Users = append(out.Output.Users, userDetails(u))
	}
	return out, err
}
