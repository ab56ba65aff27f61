package provider

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// User is somebody who signs in.
type User struct {
	config *Config
	lists  *shares
}

// UserArgs is what a program says of a user; nil is what it leaves out.
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

// UserState is what the stack knows of a user, also of what the program leaves out.
type UserState struct {
	UserArgs
	UserID      string `pulumi:"userId"` // always set here
	LDAPManaged bool   `pulumi:"ldapManaged"`
	Issuer      string `pulumi:"issuer"`
}

// leftAloneOfUser are the inputs that keep their value where a program leaves them out.
func leftAloneOfUser() []string {
	return append(textsOfUser(), "emailVerified", "isAdmin", "disabled", "userId", "customClaims")
}

// textsOfUser are those of which "" means none.
func textsOfUser() []string {
	return []string{"email", "firstName", "lastName", "displayName", "locale"}
}

// Annotate describes the resource.
func (u *User) Annotate(a infer.Annotator) {
	a.Describe(&u, "A user of Pocket ID. A new user has no passkey: let them in with a `OneTimeAccessToken`, or with a login code by email.\n\n"+
		"What a program leaves out keeps its value: a new user gets Pocket ID's defaults, later the person and the administrators may change it. "+
		"Groups are not part of the user (see `GroupMembers` and `GroupMember`); a new user gets those that the instance has for new users (its setting `signupDefaultUserGroupIDs`), "+
		"and its default claims (`signupDefaultCustomClaims`) unless `customClaims` says others.\n\n"+
		"Import one by its id. A user that comes from LDAP can be imported, but Pocket ID changes nothing of it but `locale`: another change is an error, and so is the deletion unless the user is disabled. "+
		"The user whose API key the provider uses cannot be deleted, disabled or made an ordinary user by it.")
}

// Annotate describes the inputs.
func (u *UserArgs) Annotate(a infer.Annotator) {
	a.Describe(&u.Username, "Name that the user signs in with, 1 to 50 characters (at least 2 before Pocket ID 2.5): letters, digits, `_`, `.`, `-` and `@`, with a letter or digit at both ends. "+
		"Unique, where upper and lower case are the same.")
	a.Describe(&u.Email, "Email address, unique (here upper and lower case differ). Required by Pocket ID unless its setting `requireUserEmail` is off. `\"\"` is none. Left alone when left out.")
	a.Describe(&u.EmailVerified, "Whether the email address counts as verified, as applications see it. A new user's does not. Left alone when left out, also when `email` changes.")
	a.Describe(&u.FirstName, "First name, at most 50 characters; required before Pocket ID 2.4. `\"\"` is none. Left alone when left out.")
	a.Describe(&u.LastName, "Last name, at most 50 characters. `\"\"` is none. Left alone when left out.")
	a.Describe(&u.DisplayName, "Name that people and applications see, at most 100 characters; required before Pocket ID 2.4. Pocket ID does not make it from the other names. `\"\"` is none. Left alone when left out.")
	a.Describe(&u.IsAdmin, "Whether the user administers Pocket ID. A new user does not. Left alone when left out.")
	a.Describe(&u.Disabled, "Whether the user is kept from signing in. A new user is not. Left alone when left out.")
	a.Describe(&u.Locale, "Language of the user's pages, such as `en` or `de`. `\"\"` is none: the browser's. Left alone when left out.")
	a.Describe(&u.UserID, "Id of the user, a UUID. It is the `sub` claim that applications know the user by. Default: a random one. Changing it replaces the user; naming the id that it has is no change. Pocket ID 2.12 or later.")
	a.Describe(&u.CustomClaims, "Claims that the user's tokens have in addition, all of the user's own: what is not named here is removed. `{}` removes all. "+
		"Left alone when left out. Names that tokens use themselves (`sub`, `email`, `groups` …) are refused. Together with a `UserCustomClaims` of the same user it is an error: they would undo each other's work.")
	a.Describe(&u.ForceDestroy, "Delete the user though they have passkeys, which nobody can bring back. Default: false, and then deleting (or replacing) such a user is an error. "+
		"Set it in an update before the deletion. Pocket ID before 2.6 does not show passkeys, so there a user is deleted without a question.")
	a.SetDefault(&u.ForceDestroy, false)
}

// Annotate describes the outputs.
func (u *UserState) Annotate(a infer.Annotator) {
	a.Describe(&u.UserID, "Id of the user, the `sub` claim of their tokens.")
	a.Describe(&u.LDAPManaged, "Whether the user comes from LDAP.")
	a.Describe(&u.Issuer, "The issuer of the Pocket ID instance that the user is in.")
}

// Canonical brings a program's words to the form that Read returns.
func (*User) Canonical(in property.Map) property.Map {
	in = emptyIsAbsent(in, "userId")
	return nfc(inWords(in, "customClaims"), "username", "email", "firstName", "lastName", "displayName", "customClaims")
}

var (
	usernameShape = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9_.@-]*[a-zA-Z0-9])?$`)
	anyUUIDShape  = regexp.MustCompile(`^(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// Check says at preview what the server would refuse.
func (u *User) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[UserArgs], error) {
	args, failures, err := infer.DefaultCheck[UserArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[UserArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.length("username", args.Username, 1, 50)
	check.that(usernameShape.MatchString(args.Username), "username",
		"must consist of letters, digits, '_', '.', '-' and '@', with a letter or digit at both ends, is %s", check.quoted("username", args.Username))
	if email := or(args.Email, ""); email != "" {
		check.that(strings.Contains(strings.Trim(email, "@"), "@"), "email", "must be an email address, is %s", check.quoted("email", email))
	}
	check.length("firstName", or(args.FirstName, ""), 0, 50)
	check.length("lastName", or(args.LastName, ""), 0, 50)
	check.length("displayName", or(args.DisplayName, ""), 0, 100)
	check.claims("customClaims", args.CustomClaims)
	if id := or(args.UserID, ""); id != "" {
		check.that(anyUUIDShape.MatchString(id), "userId", "must be a UUID such as 0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11, is %s", check.quoted("userId", id))
		check.that(id != api.StaticKeyUserID, "userId", "must be another: it is that of the user whom Pocket ID invents for its static API key")
		if check.old.Len() == 0 { // or it names the id that an imported user has
			check.knownTo(u.config, api.OwnUserID, "userId")
		}
	}
	return infer.CheckResponse[UserArgs]{Inputs: args, Failures: check.failures}, nil
}

// Plan leaves alone what the program does, and knows the two ways to say "none"
// and to write an id. A user that keeps a name cannot be there twice.
func (u *User) Plan(c *change) {
	c.leftAlone(leftAloneOfUser()...)
	c.listShared(u.config, u.lists, claimsOf(api.UserClaims, c.ID), "User", "customClaims")
	for _, name := range textsOfUser() {
		if text(c.State.Get(name)) == "" && same(c.Inputs.Get(name), property.New("")) {
			c.forget(name)
		}
	}
	if strings.EqualFold(text(c.State.Get("userId")), text(c.Inputs.Get("userId"))) {
		c.forget("userId")
	}
	keeps := func(name string) bool {
		before, after := text(c.State.Get(name)), text(c.Inputs.Get(name))
		return after != "" && strings.EqualFold(before, after)
	}
	c.DeleteBeforeReplace = c.replaced() && (keeps("username") || keeps("email"))
}

// Create makes the user, then gives them their claims.
func (u *User) Create(ctx context.Context, req infer.CreateRequest[UserArgs]) (infer.CreateResponse[UserState], error) {
	var none infer.CreateResponse[UserState]
	conn, err := u.config.connection()
	if err != nil {
		return none, err
	}
	id := strings.ToLower(or(req.Inputs.UserID, ""))
	if id != "" {
		if err := shut(ctx, conn, map[api.Feature][]string{api.OwnUserID: {"userId"}}); err != nil {
			return none, err
		}
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	user, err := conn.CreateUser(ctx, id, req.Inputs.settings())
	if err != nil {
		return none, err
	}
	var failed error
	if req.Inputs.CustomClaims != nil { // also if it is empty: the instance may have defaults
		u.lists.takes(u.config.session, claimsOf(api.UserClaims, user.ID), everyEntry, share{resource: saidBy("User", req.Name), isNew: true})
		if failed = conn.SetClaims(ctx, api.UserClaims, user.ID, req.Inputs.CustomClaims); failed == nil {
			user.CustomClaims = api.ClaimsOf(req.Inputs.CustomClaims)
		}
	}
	return infer.CreateResponse[UserState]{ID: user.ID, Output: userState(user, req.Inputs, issuer)}, unfinished(failed)
}

// Read brings back what the server has. An import takes down all of it; a program
// that leaves some of that out leaves it alone.
func (u *User) Read(ctx context.Context, req infer.ReadRequest[UserArgs, UserState]) (infer.ReadResponse[UserArgs, UserState], error) {
	var none infer.ReadResponse[UserArgs, UserState]
	conn, err := u.config.connection()
	if err != nil {
		return none, err
	}
	user, err := conn.GetUser(ctx, req.ID)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // no id: it is gone
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	said := req.Inputs
	imported := req.State.Issuer == ""
	if imported {
		said.CustomClaims = user.Claims()
	}
	state := userState(user, said, issuer)
	inputs := state.UserArgs
	if !imported {
		inputs = said.now(user)
		inputs.CustomClaims = state.CustomClaims
	}
	return infer.ReadResponse[UserArgs, UserState]{ID: user.ID, Inputs: inputs, State: state}, nil
}

// Update writes what the program says, then the claims.
func (u *User) Update(ctx context.Context, req infer.UpdateRequest[UserArgs, UserState]) (infer.UpdateResponse[UserState], error) {
	var none infer.UpdateResponse[UserState]
	conn, err := u.config.connection()
	if err != nil {
		return none, err
	}
	if err := req.Inputs.spareKeyUser(ctx, conn, req.ID); err != nil {
		return none, err
	}
	user, err := conn.UpdateUser(ctx, req.ID, req.Inputs.settings())
	if user.ID == "" {
		return infer.UpdateResponse[UserState]{Output: req.State}, unwritten(err)
	}
	failed := []error{err}
	if req.Inputs.CustomClaims != nil {
		if err = conn.SetClaims(ctx, api.UserClaims, req.ID, req.Inputs.CustomClaims); err == nil {
			user.CustomClaims = api.ClaimsOf(req.Inputs.CustomClaims)
		}
		failed = append(failed, err)
	}
	return infer.UpdateResponse[UserState]{Output: userState(user, req.Inputs, req.State.Issuer)}, unfinished(failed...)
}

// spareKeyUser refuses to take from the user of the API key what the key needs.
func (args UserArgs) spareKeyUser(ctx context.Context, conn *api.Conn, id string) error {
	demoted, disabled := !or(args.IsAdmin, true), or(args.Disabled, false)
	if !demoted && !disabled {
		return nil
	}
	owner, err := conn.KeyUser(ctx)
	if err != nil || owner != id {
		return err
	}
	var failed error
	if demoted {
		failed = errors.New("isAdmin must not be false: this user's API key is what the provider uses, and it must be an administrator's; use another administrator's key for that")
	}
	if disabled {
		failed = errors.Join(failed, errors.New("disabled must not be true: this user's API key is what the provider uses; use another administrator's key for that"))
	}
	return failed
}

// Delete removes the user, unless it would cut off the branch it sits on, or lose
// passkeys that nobody said may go.
func (u *User) Delete(ctx context.Context, req infer.DeleteRequest[UserState]) (infer.DeleteResponse, error) {
	var done infer.DeleteResponse
	conn, err := u.config.connection()
	if err != nil {
		return done, err
	}
	owner, err := conn.KeyUser(ctx)
	if err != nil {
		return done, err
	}
	if owner == req.ID {
		return done, errors.New("this user is not deleted: their API key is what the provider uses; use another administrator's key, or let the stack forget them with `pulumi state delete`")
	}
	if !or(req.State.ForceDestroy, false) {
		keys, err := conn.Passkeys(ctx, req.ID)
		if errors.Is(err, api.ErrNotFound) {
			return done, nil // they are gone already
		}
		if err != nil {
			return done, err
		}
		if len(keys) > 0 {
			return done, fmt.Errorf("this user is not deleted: they have %d passkeys (%s), which nobody can bring back; set forceDestroy: true in an update before, or delete the passkeys in Pocket ID",
				len(keys), enumerated(keys, func(k api.Passkey) string { return fmt.Sprintf("%q", k.Name) }))
		}
	}
	return done, conn.DeleteUser(ctx, req.ID)
}

// ListInputs are what a list of users can be narrowed by.
func (*User) ListInputs() map[string]string {
	return map[string]string{"groupId": "Only members of the user group with this id."}
}

// List names the users there are, by their names.
func (*User) List(ctx context.Context, conn *api.Conn, by map[string]string) ([]listing, error) {
	all, err := conn.ListUsers(ctx)
	if err != nil {
		return nil, err
	}
	var out []listing
	for _, u := range all {
		if group := by["groupId"]; group == "" || slices.Contains(u.GroupIDs(), group) {
			out = append(out, listing{ID: u.ID, Name: u.Username, LDAP: u.LDAPID != nil})
		}
	}
	return out, nil
}

// settings is what the program says, in the server's words.
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

// now is what args says, with the values that the server has. What the program
// leaves out stays out.
func (args UserArgs) now(u api.User) UserArgs {
	args.Username = composed(u.Username)
	for said, value := range map[**string]string{
		&args.Email: composed(u.Email), &args.FirstName: composed(u.FirstName), &args.LastName: composed(u.LastName),
		&args.DisplayName: composed(u.DisplayName), &args.Locale: u.Locale,
	} {
		if *said != nil {
			*said = &value
		}
	}
	for said, value := range map[**bool]bool{&args.EmailVerified: u.EmailVerified, &args.IsAdmin: u.IsAdmin, &args.Disabled: u.Disabled} {
		if *said != nil {
			*said = &value
		}
	}
	return args
}

// userState is what the server says, in the program's words. Claims that the
// program leaves out are left out here too.
func userState(u api.User, said UserArgs, issuer string) UserState {
	state := UserState{
		UserArgs: UserArgs{
			Username:      composed(u.Username),
			Email:         some(composed(u.Email)),
			EmailVerified: &u.EmailVerified,
			FirstName:     some(composed(u.FirstName)),
			LastName:      some(composed(u.LastName)),
			DisplayName:   some(composed(u.DisplayName)),
			IsAdmin:       &u.IsAdmin,
			Disabled:      &u.Disabled,
			Locale:        some(u.Locale),
			ForceDestroy:  ptr(or(said.ForceDestroy, false)),
		},
		UserID:      u.ID,
		LDAPManaged: u.LDAPID != nil,
		Issuer:      issuer,
	}
	if said.CustomClaims != nil {
		state.CustomClaims = composedClaims(u.Claims())
	}
	return state
}
