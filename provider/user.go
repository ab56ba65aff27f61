package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// User is a user of Pocket ID.
type User struct{ config *Config }

// UserArgs are the inputs. nil is an omitted input.
type UserArgs struct {
	Username      string            `pulumi:"username"`
	Email         *string           `pulumi:"email,optional"`
	EmailVerified *bool             `pulumi:"emailVerified,optional"`
	FirstName     *string           `pulumi:"firstName,optional"`
	LastName      *string           `pulumi:"lastName,optional"`
	DisplayName   *string           `pulumi:"displayName,optional"`
	IsAdmin       *bool             `pulumi:"isAdmin,optional"`
	Disabled      *bool             `pulumi:"disabled,optional"`
	Locale        *string           `pulumi:"locale,optional"`
	UserID        *string           `pulumi:"userId,optional" provider:"replaceOnChanges"`
	CustomClaims  map[string]string `pulumi:"customClaims,optional"`
	ForceDestroy  *bool             `pulumi:"forceDestroy,optional"`
}

// UserState is the state. It also has what the inputs omit.
type UserState struct {
	UserArgs
	UserID      string `pulumi:"userId"` // always set here
	LDAPManaged bool   `pulumi:"ldapManaged"`
	Instance
}

// userInputsKept are the inputs that keep their value if they are omitted.
func userInputsKept() []string {
	return append(userInputsClearable(), "emailVerified", "isAdmin", "disabled", "userId", "customClaims")
}

// userInputsClearable are the inputs that "" clears.
func userInputsClearable() []string {
	return []string{"email", "firstName", "lastName", "displayName", "locale"}
}

// Annotate describes the resource.
func (u *User) Annotate(a infer.Annotator) {
	a.Describe(&u, "A user of Pocket ID.\n\n"+
		"A new user has no passkey. Use a `OneTimeAccessToken` or a login code by email for the first sign-in.\n\n"+
		"Properties that the program omits keep their current value. A new user gets Pocket ID's defaults, which the user and administrators can change later.\n\n"+
		"Group memberships are separate resources (see `GroupMembers` and `GroupMember`). "+
		"A new user joins the groups in the setting `signupDefaultUserGroupIds`, and gets the claims in the setting `signupDefaultCustomClaims` unless `customClaims` is set.\n\n"+
		"A user that comes from LDAP can be imported, but Pocket ID changes only its `locale`. "+
		"Any other change is an error, and so is the deletion unless the user is disabled.\n\n"+
		"The provider cannot delete or disable the user whose API key it uses, and cannot revoke that user's administrator role.\n\n"+
		"Import with the user ID, or with `name:` and the username: `pulumi import pocketid:index:User alice <userId>`."+anySupportedVersion)
}

// Annotate describes the inputs.
func (u *UserArgs) Annotate(a infer.Annotator) {
	a.Describe(&u.Username, "Name that the user signs in with, 1 to 50 characters (at least 2 before Pocket ID 2.5). "+
		"It consists of letters, digits, `_`, `.`, `-` and `@`, and starts and ends with a letter or digit. It must be unique (not case-sensitive).")
	a.Describe(&u.Email, "Email address. It must be unique (case-sensitive). Required unless Pocket ID's setting `requireUserEmail` is `false`. Set to `\"\"` to clear. "+
		"If omitted, the current value is kept.")
	a.Describe(&u.EmailVerified, "Whether the email address counts as verified for applications. `false` for a new user. If omitted, the current value is kept, even if `email` changes.")
	a.Describe(&u.FirstName, "First name, at most 50 characters. Set to `\"\"` to clear. If omitted, the current value is kept. Required before Pocket ID 2.4.")
	a.Describe(&u.LastName, "Last name, at most 50 characters. Set to `\"\"` to clear. If omitted, the current value is kept.")
	a.Describe(&u.DisplayName, "Name that users and applications see, at most 100 characters. Pocket ID does not derive it from the other names. Set to `\"\"` to clear. "+
		"If omitted, the current value is kept. Required before Pocket ID 2.4.")
	a.Describe(&u.IsAdmin, "Whether the user is an administrator of Pocket ID. `false` for a new user. If omitted, the current value is kept.")
	a.Describe(&u.Disabled, "Whether the user is disabled and cannot sign in. `false` for a new user. If omitted, the current value is kept.")
	a.Describe(&u.Locale, "Language of the user interface, such as `en` or `de`. Set to `\"\"` to clear: the browser's language is used. If omitted, the current value is kept.")
	a.Describe(&u.UserID, "ID of the user, a UUID. Applications identify the user by it (`sub` claim). Defaults to a random UUID. Changing it replaces the resource. "+
		"Setting it to the current user ID is not a change. Requires Pocket ID 2.12 or later.")
	a.Describe(&u.CustomClaims, "All additional claims in the user's tokens, by name, except those of the user's groups. Claims that are not listed are removed. `{}` removes all claims. "+
		"If omitted, the current value is kept. Claims that tokens use themselves, such as `sub`, `email` and `groups`, are not allowed. "+
		"Cannot be combined with a `UserCustomClaims` of the same user, because each would undo the other's changes.")
	a.Describe(&u.ForceDestroy, "Whether to delete the user even if the user has passkeys, which cannot be restored. Defaults to `false`: deleting or replacing a user with passkeys is an error. "+
		"Set it in an update before the deletion. Before Pocket ID 2.6, passkeys are not visible, and users are deleted without this check.")
	a.SetDefault(&u.ForceDestroy, false)
}

// Annotate describes the outputs.
func (u *UserState) Annotate(a infer.Annotator) {
	a.Describe(&u.UserID, "ID of the user, which is the `sub` claim of the user's tokens.")
	a.Describe(&u.LDAPManaged, "Whether the user comes from LDAP.")
}

// Normalize brings the inputs to the form that Read returns.
func (*User) Normalize(in property.Map) property.Map {
	in = inputs.OmitEmpty(in, "userId")
	return inputs.NFC(inputs.Stringify(in, "customClaims"), "username", "email", "firstName", "lastName", "displayName", "customClaims")
}

var usernamePattern = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9_.@-]*[a-zA-Z0-9])?$`)

// Check refuses what the server would refuse.
func (u *User) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *UserArgs) {
		check.Length("username", args.Username, 1, 50)
		check.Require(usernamePattern.MatchString(args.Username), "username",
			"must consist of letters, digits, '_', '.', '-' and '@', with a letter or digit at both ends (got %s)", check.Quote("username", args.Username))
		if email := inputs.ValueOr(args.Email, ""); email != "" {
			check.Require(strings.Contains(strings.Trim(email, "@"), "@"), "email", "must be an email address (got %s)", check.Quote("email", email))
		}
		check.Length("firstName", inputs.ValueOr(args.FirstName, ""), 0, 50)
		check.Length("lastName", inputs.ValueOr(args.LastName, ""), 0, 50)
		check.Length("displayName", inputs.ValueOr(args.DisplayName, ""), 0, 100)
		checkClaims(check, u.config, "customClaims", args.CustomClaims)
		if id := inputs.ValueOr(args.UserID, ""); id != "" {
			check.Require(ids.IsUUID(id), "userId", "must be a UUID such as 0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11 (got %s)", check.Quote("userId", id))
			check.Require(id != api.StaticAPIKeyUserID, "userId", "must be another one; Pocket ID uses it for the user of its static API key")
			if check.IsNew() { // otherwise it may name the ID of an imported user
				checkFeatures(check, u.config, api.CustomUserIDs, "userId")
			}
		}
	})
}

// Plan keeps what is omitted. It ignores the two notations of "no value", and the case of
// an ID. A replacement that keeps a unique name deletes the old user first.
func (*User) Plan(plan *lifecycle.Plan) {
	plan.KeepIfOmitted(userInputsKept()...)
	plan.DeclareList(customClaims(api.UserClaims, plan.ID), "customClaims")
	for _, name := range userInputsClearable() {
		if inputs.Text(plan.State.Get(name)) == "" && inputs.Same(plan.Inputs.Get(name), property.New("")) {
			plan.Drop(name)
		}
	}
	if strings.EqualFold(inputs.Text(plan.State.Get("userId")), inputs.Text(plan.Inputs.Get("userId"))) {
		plan.Drop("userId")
	}
	stays := func(name string) bool {
		before, after := inputs.Text(plan.State.Get(name)), inputs.Text(plan.Inputs.Get(name))
		return after != "" && strings.EqualFold(before, after)
	}
	plan.DeleteBeforeReplace = plan.Replaces() && (stays("username") || stays("email"))
}

// Create creates the user, then sets their claims.
func (u *User) Create(ctx context.Context, req infer.CreateRequest[UserArgs]) (infer.CreateResponse[UserState], error) {
	var none infer.CreateResponse[UserState]
	conn := u.config.conn()
	id := strings.ToLower(inputs.ValueOr(req.Inputs.UserID, ""))
	if id != "" {
		if err := requireFeatures(ctx, conn, map[api.Feature][]string{api.CustomUserIDs: {"userId"}}); err != nil {
			return none, err
		}
	}
	user, err := conn.CreateUser(ctx, id, req.Inputs.settings())
	if err != nil {
		return none, err
	}
	if req.Inputs.CustomClaims != nil { // also {}: the instance may have default claims
		lifecycle.Declare(ctx, lifecycle.Declaration{Object: customClaims(api.UserClaims, user.ID)})
		err = u.setClaims(ctx, &user, req.Inputs)
	}
	return infer.CreateResponse[UserState]{ID: user.ID, Output: userState(user, req.Inputs)}, lifecycle.Incomplete(err)
}

func (u *User) setClaims(ctx context.Context, user *api.User, args UserArgs) error {
	err := u.config.conn().PutClaims(ctx, api.UserClaims, user.ID, args.CustomClaims)
	if err == nil {
		user.CustomClaims = api.ClaimList(args.CustomClaims)
	}
	return err
}

// Read reads the user. An import takes everything into the inputs; otherwise omitted inputs
// stay omitted.
func (u *User) Read(ctx context.Context, req infer.ReadRequest[UserArgs, UserState]) (infer.ReadResponse[UserArgs, UserState], error) {
	user, err := u.config.conn().GetUser(ctx, req.ID)
	if err != nil {
		return infer.ReadResponse[UserArgs, UserState]{}, err
	}
	if lifecycle.IsImport(ctx) {
		state := userState(user, UserArgs{CustomClaims: user.Claims(), ForceDestroy: req.Inputs.ForceDestroy})
		return infer.ReadResponse[UserArgs, UserState]{ID: user.ID, Inputs: state.UserArgs, State: state}, nil
	}
	state := userState(user, req.Inputs)
	in := req.Inputs.refreshed(user)
	in.CustomClaims = state.CustomClaims
	return infer.ReadResponse[UserArgs, UserState]{ID: user.ID, Inputs: in, State: state}, nil
}

// Update writes the settings, then the claims.
func (u *User) Update(ctx context.Context, req infer.UpdateRequest[UserArgs, UserState]) (infer.UpdateResponse[UserState], error) {
	var none infer.UpdateResponse[UserState]
	if err := req.Inputs.protectKeyOwner(ctx, u.config.conn(), req.ID); err != nil {
		return none, err
	}
	user, err := u.config.conn().UpdateUser(ctx, req.ID, req.Inputs.settings())
	if user.ID == "" {
		return none, err
	}
	failed := []error{err}
	if req.Inputs.CustomClaims != nil && !maps.Equal(user.Claims(), req.Inputs.CustomClaims) {
		failed = append(failed, u.setClaims(ctx, &user, req.Inputs))
	}
	return infer.UpdateResponse[UserState]{Output: userState(user, req.Inputs)}, lifecycle.Incomplete(failed...)
}

// protectKeyOwner refuses to disable or demote the user whose API key the provider uses.
func (args UserArgs) protectKeyOwner(ctx context.Context, conn *api.Conn, id string) error {
	demoted, disabled := !inputs.ValueOr(args.IsAdmin, true), inputs.ValueOr(args.Disabled, false)
	if !demoted && !disabled {
		return nil
	}
	owner, err := conn.CurrentUserID(ctx)
	if err != nil || owner != id {
		return err
	}
	var failed error
	if demoted {
		failed = errors.New("isAdmin must not be false, because the provider uses the API key of this user, which must be an administrator's; use the key of another administrator")
	}
	if disabled {
		failed = errors.Join(failed, errors.New("disabled must not be true, because the provider uses the API key of this user; use the key of another administrator"))
	}
	return lifecycle.Unchanged(failed)
}

// Delete deletes the user, unless the provider uses their API key, or they have passkeys and
// forceDestroy is not set.
func (u *User) Delete(ctx context.Context, req infer.DeleteRequest[UserState]) (infer.DeleteResponse, error) {
	var done infer.DeleteResponse
	conn := u.config.conn()
	owner, err := conn.CurrentUserID(ctx)
	if err != nil {
		return done, err
	}
	if owner == req.ID {
		return done, lifecycle.Unchanged(errors.New("this user was not deleted, because the provider uses their API key; use the key of another administrator, or remove the user from the stack with `pulumi state delete`"))
	}
	if !inputs.ValueOr(req.State.ForceDestroy, false) {
		keys, err := conn.ListPasskeys(ctx, req.ID)
		if errors.Is(err, api.ErrNotFound) {
			return done, nil // deleted already
		}
		if err != nil {
			return done, err
		}
		if len(keys) > 0 {
			return done, lifecycle.Unchanged(fmt.Errorf("this user was not deleted, because they have %d passkeys (%s), which cannot be restored; set forceDestroy: true in an update before, or delete the passkeys in Pocket ID",
				len(keys), inputs.Enumerate(keys, func(k api.Passkey) string { return fmt.Sprintf("%q", k.Name) })))
		}
	}
	return done, conn.DeleteUser(ctx, req.ID)
}

// ImportedByName allows an import by the username.
func (*User) ImportedByName() string { return "user" }

// ListInputs are the filters of List.
func (*User) ListInputs() map[string]string {
	return map[string]string{"groupId": "ID of a user group. Lists only the members of this group."}
}

// List returns all users, or the members of a group.
func (u *User) List(ctx context.Context, filter map[string]string) ([]lifecycle.Listed, error) {
	return u.config.list(ctx, inventory.Users, inventory.Filter{GroupID: filter["groupId"]})
}

// settings converts the inputs to the server's form.
func (args UserArgs) settings() api.UserSettings {
	return api.UserSettings{
		Username:      args.Username,
		Email:         args.Email,
		EmailVerified: args.EmailVerified,
		FirstName:     args.FirstName,
		LastName:      args.LastName,
		DisplayName:   args.DisplayName,
		IsAdmin:       args.IsAdmin,
		Disabled:      args.Disabled,
		Locale:        args.Locale,
	}
}

// refreshed are the inputs with the values that the server has. Omitted inputs stay
// omitted.
func (args UserArgs) refreshed(u api.User) UserArgs {
	args.Username = inputs.NormalizeNFC(u.Username)
	for input, value := range map[**string]string{
		&args.Email: inputs.NormalizeNFC(u.Email), &args.FirstName: inputs.NormalizeNFC(u.FirstName), &args.LastName: inputs.NormalizeNFC(u.LastName),
		&args.DisplayName: inputs.NormalizeNFC(u.DisplayName), &args.Locale: u.Locale,
	} {
		if *input != nil {
			*input = &value
		}
	}
	for input, value := range map[**bool]bool{&args.EmailVerified: u.EmailVerified, &args.IsAdmin: u.IsAdmin, &args.Disabled: u.Disabled} {
		if *input != nil {
			*input = &value
		}
	}
	return args
}

// userState converts the server's form to the state. Claims that the inputs omit are not
// in the state.
func userState(u api.User, args UserArgs) UserState {
	state := UserState{
		UserArgs: UserArgs{
			Username:      inputs.NormalizeNFC(u.Username),
			Email:         inputs.NonEmpty(inputs.NormalizeNFC(u.Email)),
			EmailVerified: &u.EmailVerified,
			FirstName:     inputs.NonEmpty(inputs.NormalizeNFC(u.FirstName)),
			LastName:      inputs.NonEmpty(inputs.NormalizeNFC(u.LastName)),
			DisplayName:   inputs.NonEmpty(inputs.NormalizeNFC(u.DisplayName)),
			IsAdmin:       &u.IsAdmin,
			Disabled:      &u.Disabled,
			Locale:        inputs.NonEmpty(u.Locale),
			ForceDestroy:  inputs.Ptr(inputs.ValueOr(args.ForceDestroy, false)),
		},
		UserID:      u.ID,
		LDAPManaged: u.LDAPID != nil,
	}
	if args.CustomClaims != nil {
		state.CustomClaims = normalizeClaims(u.Claims())
	}
	return state
}
