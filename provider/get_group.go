package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetGroup looks up one group.
type GetGroup struct{ config *Config }

// GetGroupArgs says which.
type GetGroupArgs struct {
	GroupID *string `pulumi:"groupId,optional"`
	Name    *string `pulumi:"name,optional"`
}

// GetGroupResult is the group.
type GetGroupResult struct {
	GroupSummary
	UserIDs          []string `pulumi:"userIds"`
	AllowedClientIDs []string `pulumi:"allowedClientIds"`
}

// Annotate describes the function.
func (g *GetGroup) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up a user group by its id or its name. None is an error that lists what there is.")
}

// Annotate describes the inputs.
func (g *GetGroupArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.GroupID, "The group's id. Either this or `name`.")
	a.Describe(&g.Name, "The name that applications see, exactly: not `friendlyName`.")
}

// Annotate describes the outputs.
func (g *GetGroupResult) Annotate(a infer.Annotator) {
	a.Describe(&g.UserIDs, "Ids of the group's members, sorted.")
	a.Describe(&g.AllowedClientIDs, "Ids of the clients that name the group among those who may use them, sorted.")
}

// Invoke asks Pocket ID.
func (g *GetGroup) Invoke(ctx context.Context, req infer.FunctionRequest[GetGroupArgs]) (infer.FunctionResponse[GetGroupResult], error) {
	var none infer.FunctionResponse[GetGroupResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	name := func(g api.Group) string { return g.Name }
	group, err := lookup[api.Group]{"group", conn.ListGroups, conn.GetGroup, func(g api.Group) string { return g.ID }, name, name}.
		find(ctx, sought{"groupId", req.Input.GroupID, true}, sought{"name", req.Input.Name, false})
	if err != nil {
		return none, err
	}
	return infer.FunctionResponse[GetGroupResult]{Output: GetGroupResult{
		groupSummary(group), idsOf(group.Users), idsOf(group.AllowedOIDCClients),
	}}, nil
}

func idsOf(refs []api.Ref) []string {
	ids := []string{}
	for _, r := range refs {
		ids = append(ids, r.ID)
	}
	return sorted(ids)
}
