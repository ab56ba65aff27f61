package inventory

import (
	"context"
	"slices"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
)

// Users lists all users, or the members of a group.
func Users(ctx context.Context, conn *api.Conn, filter Filter) ([]Object, error) {
	all, err := conn.ListUsers(ctx)
	var found []Object
	for _, user := range all {
		if filter.GroupID == "" || slices.Contains(user.GroupIDs(), filter.GroupID) {
			found = append(found, Object{Type: "User", ID: user.ID, Name: user.Username, LDAP: user.LDAPID != nil})
		}
	}
	return found, err
}

// UserCustomClaims lists the users that have claims of their own.
func UserCustomClaims(ctx context.Context, conn *api.Conn, _ Filter) ([]Object, error) {
	all, err := conn.ListUsersWithClaims(ctx)
	var found []Object
	for _, user := range all {
		found = append(found, Object{Type: "UserCustomClaims", ID: ids.Subresource(user.ID, ids.CustomClaims), Name: user.Username})
	}
	return found, err
}

// SignupTokens lists the tokens that the server lists. They have no name.
func SignupTokens(ctx context.Context, conn *api.Conn, _ Filter) ([]Object, error) {
	all, err := conn.ListSignupTokens(ctx)
	var found []Object
	for _, token := range all {
		found = append(found, Object{Type: "SignupToken", ID: token.ID, Name: "until " + token.ExpiresAt.UTC().Format(time.RFC3339)})
	}
	return found, err
}
