package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetGroups looks up all groups.
type GetGroups struct{ config *Config }

// GetGroupsArgs is empty: all groups are listed.
type GetGroupsArgs struct{}

// GetGroupsResult has all groups.
type GetGroupsResult struct {
	Groups []GroupSummary `pulumi:"groups"`
}

// GroupSummary is what a list tells of a group.
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
	a.Describe(&g, "Looks up all user groups. `getGroup` tells more of one: its members and its clients.")
}

// Annotate describes the result.
func (r *GetGroupsResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Groups, "All groups, by name.")
}

// Annotate describes a group.
func (g *GroupSummary) Annotate(a infer.Annotator) {
	a.Describe(&g.GroupID, "The group's id.")
	a.Describe(&g.Name, "Name that applications see in the `groups` claim.")
	a.Describe(&g.FriendlyName, "Name that people see.")
	a.Describe(&g.CustomClaims, "Claims that the tokens of the group's members have in addition.")
	a.Describe(&g.LDAPManaged, "Whether the group comes from LDAP: then Pocket ID refuses to change it.")
	a.Describe(&g.UserCount, "How many members it has.")
}

// Invoke reads all pages.
func (g *GetGroups) Invoke(ctx context.Context, _ infer.FunctionRequest[GetGroupsArgs]) (infer.FunctionResponse[GetGroupsResult], error) {
	var none infer.FunctionResponse[GetGroupsResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
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
	return GroupSummary{g.ID, composed(g.Name), composed(g.FriendlyName), g.Claims(), g.LDAPID != nil, max(g.UserCount, len(g.Users))}
}
