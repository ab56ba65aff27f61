package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetUser looks up one user.
type GetUser struct{ config *Config }

// GetUserArgs says which: one of these.
type GetUserArgs struct {
	UserID   *string `pulumi:"userId,optional"`
	Username *string `pulumi:"username,optional"`
	Email    *string `pulumi:"email,optional"`
}

// GetUserResult is the user.
type GetUserResult struct{ UserSummary }

// UserSummary is what Pocket ID tells of a user.
type UserSummary struct {
	UserID        string            `pulumi:"userId"`
	Username      string            `pulumi:"username"`
	Email         *string           `pulumi:"email,optional"`
	EmailVerified bool              `pulumi:"emailVerified"`
	FirstName     *string           `pulumi:"firstName,optional"`
	LastName      *string           `pulumi:"lastName,optional"`
	DisplayName   *string           `pulumi:"displayName,optional"`
	IsAdmin       bool              `pulumi:"isAdmin"`
	Disabled      bool              `pulumi:"disabled"`
	Locale        *string           `pulumi:"locale,optional"`
	LDAPManaged   bool              `pulumi:"ldapManaged"`
	UserGroups    []string          `pulumi:"userGroups"`
	CustomClaims  map[string]string `pulumi:"customClaims"`
}

// Annotate describes the function.
func (g *GetUser) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up a user by exactly one of `userId`, `username` and `email`. Nobody, or more than one, is an error.")
}

// Annotate describes the inputs.
func (g *GetUserArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.UserID, "Id of the user.")
	a.Describe(&g.Username, "Name that the user signs in with, exactly, upper and lower case included.")
	a.Describe(&g.Email, "Email address of the user, exactly, upper and lower case included.")
}

// Annotate describes a user.
func (u *UserSummary) Annotate(a infer.Annotator) {
	a.Describe(&u.UserID, "Id of the user, the `sub` claim of their tokens.")
	a.Describe(&u.Username, "Name that the user signs in with.")
	a.Describe(&u.Email, "Email address, if there is one.")
	a.Describe(&u.EmailVerified, "Whether the email address counts as verified.")
	a.Describe(&u.FirstName, "First name, if there is one.")
	a.Describe(&u.LastName, "Last name, if there is one.")
	a.Describe(&u.DisplayName, "Name that people and applications see, if there is one.")
	a.Describe(&u.IsAdmin, "Whether the user administers Pocket ID.")
	a.Describe(&u.Disabled, "Whether the user is kept from signing in.")
	a.Describe(&u.Locale, "Language of the user's pages, if they chose one.")
	a.Describe(&u.LDAPManaged, "Whether the user comes from LDAP.")
	a.Describe(&u.UserGroups, "Ids of the groups that the user is in, sorted.")
	a.Describe(&u.CustomClaims, "The user's own custom claims, without those of their groups.")
}

// Invoke asks Pocket ID.
func (g *GetUser) Invoke(ctx context.Context, req infer.FunctionRequest[GetUserArgs]) (infer.FunctionResponse[GetUserResult], error) {
	var none infer.FunctionResponse[GetUserResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	user, err := req.Input.find(ctx, conn)
	if err != nil {
		return none, err
	}
	return infer.FunctionResponse[GetUserResult]{Output: GetUserResult{userDetails(user)}}, nil
}

func (args GetUserArgs) find(ctx context.Context, conn *api.Conn) (api.User, error) {
	said := 0
	for _, key := range []*string{args.UserID, args.Username, args.Email} {
		if or(key, "") != "" {
			said++
		}
	}
	if said != 1 {
		return api.User{}, fmt.Errorf("exactly one of userId, username and email must be set, and %d are", said)
	}
	if id := or(args.UserID, ""); id != "" {
		user, err := conn.GetUser(ctx, id)
		if !errors.Is(err, api.ErrNotFound) {
			return user, err
		}
		all, err := conn.ListUsers(ctx)
		if err != nil {
			return api.User{}, err
		}
		return theOne("user", fmt.Sprintf("the userId %q", id), nil, all, calledByUsername)
	}
	key, wanted, value := composed(or(args.Username, "")), "username", func(u api.User) string { return u.Username }
	if email := or(args.Email, ""); email != "" {
		key, wanted, value = composed(email), "email", func(u api.User) string { return u.Email }
	}
	other := func(u api.User) bool { return composed(value(u)) != key }
	near, err := conn.SearchUsers(ctx, key)
	if err != nil {
		return api.User{}, err
	}
	found, all := slices.DeleteFunc(near, other), []api.User(nil)
	if len(found) == 0 { // then the error says who there is
		if all, err = conn.ListUsers(ctx); err != nil {
			return api.User{}, err
		}
		found = slices.DeleteFunc(slices.Clone(all), other)
	}
	return theOne("user", fmt.Sprintf("the %s %q", wanted, key), found, all, calledByUsername)
}

func calledByUsername(u api.User) string { return fmt.Sprintf("%q (%s)", u.Username, u.ID) }

// userDetails is what the server says, in the program's words.
func userDetails(u api.User) UserSummary {
	return UserSummary{
		UserID:        u.ID,
		Username:      u.Username,
		Email:         some(u.Email),
		EmailVerified: u.EmailVerified,
		FirstName:     some(u.FirstName),
		LastName:      some(u.LastName),
		DisplayName:   some(u.DisplayName),
		IsAdmin:       u.IsAdmin,
		Disabled:      u.Disabled,
		Locale:        some(u.Locale),
		LDAPManaged:   u.LDAPID != nil,
		UserGroups:    u.GroupIDs(),
		CustomClaims:  u.Claims(),
	}
}
