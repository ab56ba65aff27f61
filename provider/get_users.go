package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// GetUsers looks up all users.
type GetUsers struct{ config *Config }

// GetUsersArgs are none.
type GetUsersArgs struct{}

// GetUsersResult is the users.
type GetUsersResult struct {
	Users []UserSummary `pulumi:"users"`
}

// Annotate describes the function.
func (g *GetUsers) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up all users of the instance, but for the one whom Pocket ID invents for the static API key of its configuration.")
}

// Annotate describes the output.
func (g *GetUsersResult) Annotate(a infer.Annotator) {
	a.Describe(&g.Users, "The users, by their names.")
}

// Invoke asks Pocket ID.
func (g *GetUsers) Invoke(ctx context.Context, _ infer.FunctionRequest[GetUsersArgs]) (infer.FunctionResponse[GetUsersResult], error) {
	out := infer.FunctionResponse[GetUsersResult]{Output: GetUsersResult{Users: []UserSummary{}}}
	conn, err := g.config.connection()
	if err != nil {
		return out, err
	}
	all, err := conn.ListUsers(ctx)
	for _, u := range all {
		out.Output.Users = append(out.Output.Users, userDetails(u))
	}
	return out, err
}
