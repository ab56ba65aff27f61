package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// GetGroup looks up one group.
type GetGroup struct{ config *Config }

// GetGroupArgs are the inputs.
type GetGroupArgs struct {
	GroupID *string `pulumi:"groupId,optional"`
	Name    *string `pulumi:"name,optional"`
}

// GetGroupResult is the result.
type GetGroupResult struct {
	GroupSummary
	UserIDs          []string `pulumi:"userIds"`
	AllowedClientIDs []string `pulumi:"allowedClientIds"`
}

// Annotate describes the function.
func (g *GetGroup) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up a user group by its ID or its name. The lookup fails if nothing matches, and lists the candidates."+anySupportedVersion)
}

// Annotate describes the inputs.
func (g *GetGroupArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.GroupID, "ID of the group. Set either this or `name`.")
	a.Describe(&g.Name, "Exact name of the group, as in the `groups` claim. This is not `friendlyName`.")
}

// Annotate describes the results.
func (g *GetGroupResult) Annotate(a infer.Annotator) {
	a.Describe(&g.UserIDs, "IDs of the group's members, sorted.")
	a.Describe(&g.AllowedClientIDs, "IDs of the clients whose allowed groups include this group, sorted.")
}

// Invoke reads the group from Pocket ID.
func (g *GetGroup) Invoke(ctx context.Context, req infer.FunctionRequest[GetGroupArgs]) (infer.FunctionResponse[GetGroupResult], error) {
	var none infer.FunctionResponse[GetGroupResult]
	conn := g.config.conn()
	name := func(g api.Group) string { return g.Name }
	group, err := lookup[api.Group]{"group", conn.ListGroups, conn.GetGroup, func(g api.Group) string { return g.ID }, name, name}.
		find(ctx, criterion{"groupId", req.Input.GroupID, true}, criterion{"name", req.Input.Name, false})
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
	return inputs.SortedSet(ids)
}
