package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// GetGroups looks up all groups.
type GetGroups struct{ config *Config }

// GetGroupsArgs are the inputs.
type GetGroupsArgs struct{}

// GetGroupsResult is the result.
type GetGroupsResult struct {
	Groups []GroupSummary `pulumi:"groups"`
}

// GroupSummary is one of the results.
type GroupSummary struct {
	GroupID      string            `pulumi:"groupId"`
	Name         string            `pulumi:"name"`
	FriendlyName string            `pulumi:"friendlyName"`
	CustomClaims map[string]string `pulumi:"customClaims"`
	LDAPManaged  bool              `pulumi:"ldapManaged"`
	UserCount    int               `pulumi:"userCount"`
}

// Annotate describes the function.
func (g *GetGroups) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up all user groups. `getGroup` also returns the members and the clients of a group."+anySupportedVersion)
}

// Annotate describes the result.
func (r *GetGroupsResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Groups, "All groups, sorted by name.")
}

// Annotate describes a group.
func (g *GroupSummary) Annotate(a infer.Annotator) {
	a.Describe(&g.GroupID, "ID of the group.")
	a.Describe(&g.Name, "Name of the group in the `groups` claim.")
	a.Describe(&g.FriendlyName, "Name that users see.")
	a.Describe(&g.CustomClaims, "Additional claims in the tokens of the group's members.")
	a.Describe(&g.LDAPManaged, "Whether the group comes from LDAP. Pocket ID does not allow changes to such a group.")
	a.Describe(&g.UserCount, "Number of members.")
}

// Invoke reads the groups from Pocket ID.
func (g *GetGroups) Invoke(ctx context.Context, _ infer.FunctionRequest[GetGroupsArgs]) (infer.FunctionResponse[GetGroupsResult], error) {
	var none infer.FunctionResponse[GetGroupsResult]
	conn := g.config.conn()
	all, err := conn.ListGroups(ctx)
	if err != nil {
		return none, err
	}
	groups := []GroupSummary{}
	for _, g := range all {
		groups = append(groups, groupSummary(g))
	}
	return infer.FunctionResponse[GetGroupsResult]{Output: GetGroupsResult{groups}}, nil
}

func groupSummary(g api.Group) GroupSummary {
	return GroupSummary{g.ID, inputs.NormalizeNFC(g.Name), inputs.NormalizeNFC(g.FriendlyName), g.Claims(), g.LDAPID != nil, max(inputs.ValueOr(g.UserCount, 0), len(g.Users))}
}
