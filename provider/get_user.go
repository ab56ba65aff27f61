package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// GetUser looks up one user.
type GetUser struct{ config *Config }

// GetUserArgs are the inputs.
type GetUserArgs struct {
	UserID   *string `pulumi:"userId,optional"`
	Username *string `pulumi:"username,optional"`
	Email    *string `pulumi:"email,optional"`
}

// GetUserResult is the result.
type GetUserResult struct{ UserSummary }

// UserSummary is one of the results.
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
	a.Describe(&g, "Looks up a user by exactly one of `userId`, `username` and `email`. The lookup fails if nothing matches or several users match, and lists the candidates."+anySupportedVersion)
}

// Annotate describes the inputs.
func (g *GetUserArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.UserID, "ID of the user.")
	a.Describe(&g.Username, "Exact name that the user signs in with. Case-sensitive.")
	a.Describe(&g.Email, "Exact email address of the user. Case-sensitive.")
}

// Annotate describes a user.
func (u *UserSummary) Annotate(a infer.Annotator) {
	a.Describe(&u.UserID, "ID of the user, which is the `sub` claim of the user's tokens.")
	a.Describe(&u.Username, "Name that the user signs in with.")
	a.Describe(&u.Email, "Email address. Empty if there is none.")
	a.Describe(&u.EmailVerified, "Whether the email address counts as verified.")
	a.Describe(&u.FirstName, "First name. Empty if there is none.")
	a.Describe(&u.LastName, "Last name. Empty if there is none.")
	a.Describe(&u.DisplayName, "Name that users and applications see. Empty if there is none.")
	a.Describe(&u.IsAdmin, "Whether the user is an administrator of Pocket ID.")
	a.Describe(&u.Disabled, "Whether the user is disabled and cannot sign in.")
	a.Describe(&u.Locale, "Language of the user interface. Empty if the user has not chosen one.")
	a.Describe(&u.LDAPManaged, "Whether the user comes from LDAP.")
	a.Describe(&u.UserGroups, "IDs of the groups that the user is a member of, sorted.")
	a.Describe(&u.CustomClaims, "Custom claims of the user, without those of the user's groups.")
}

// Invoke reads the user from Pocket ID.
func (g *GetUser) Invoke(ctx context.Context, req infer.FunctionRequest[GetUserArgs]) (infer.FunctionResponse[GetUserResult], error) {
	var none infer.FunctionResponse[GetUserResult]
	conn := g.config.conn()
	user, err := req.Input.find(ctx, conn)
	if err != nil {
		return none, err
	}
	return infer.FunctionResponse[GetUserResult]{Output: GetUserResult{userDetails(user)}}, nil
}

func (args GetUserArgs) find(ctx context.Context, conn *api.Conn) (api.User, error) {
	set := 0
	for _, key := range []*string{args.UserID, args.Username, args.Email} {
		if inputs.ValueOr(key, "") != "" {
			set++
		}
	}
	if set != 1 {
		return api.User{}, fmt.Errorf("exactly one of userId, username and email must be set (got %d)", set)
	}
	switch {
	case inputs.ValueOr(args.UserID, "") != "":
		return findUserByID(ctx, conn, *args.UserID)
	case inputs.ValueOr(args.Email, "") != "":
		return findUserBy(ctx, conn, "email", *args.Email, func(u api.User) string { return u.Email })
	}
	return findUserBy(ctx, conn, "username", *args.Username, func(u api.User) string { return u.Username })
}

func findUserByID(ctx context.Context, conn *api.Conn, id string) (api.User, error) {
	user, err := conn.GetUser(ctx, id)
	if !errors.Is(err, api.ErrNotFound) {
		return user, err
	}
	all, err := conn.ListUsers(ctx) // for the error
	if err != nil {
		return api.User{}, err
	}
	return inputs.Only("user", fmt.Sprintf("the userId %q", id), adviceLookup, nil, all, describeUser)
}

// findUserBy finds the user whose property has a value.
func findUserBy(ctx context.Context, conn *api.Conn, property, value string, valueOf func(api.User) string) (api.User, error) {
	value = inputs.NormalizeNFC(value)
	isOther := func(u api.User) bool { return inputs.NormalizeNFC(valueOf(u)) != value }
	similar, err := conn.SearchUsers(ctx, value)
	if err != nil {
		return api.User{}, err
	}
	found, all := slices.DeleteFunc(similar, isOther), []api.User(nil)
	if len(found) == 0 { // the search may have missed the user, and the error lists all users
		if all, err = conn.ListUsers(ctx); err != nil {
			return api.User{}, err
		}
		found = slices.DeleteFunc(slices.Clone(all), isOther)
	}
	return inputs.Only("user", fmt.Sprintf("the %s %q", property, value), adviceLookup, found, all, describeUser)
}

func describeUser(u api.User) string { return fmt.Sprintf("%q (%s)", u.Username, u.ID) }

// userDetails converts the server's form to the result.
func userDetails(u api.User) UserSummary {
	return UserSummary{
		UserID:        u.ID,
		Username:      u.Username,
		Email:         inputs.NonEmpty(u.Email),
		EmailVerified: u.EmailVerified,
		FirstName:     inputs.NonEmpty(u.FirstName),
		LastName:      inputs.NonEmpty(u.LastName),
		DisplayName:   inputs.NonEmpty(u.DisplayName),
		IsAdmin:       u.IsAdmin,
		Disabled:      u.Disabled,
		Locale:        inputs.NonEmpty(u.Locale),
		LDAPManaged:   u.LDAPID != nil,
		UserGroups:    u.GroupIDs(),
		CustomClaims:  u.Claims(),
	}
}
