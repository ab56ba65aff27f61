package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// ApplicationConfiguration is the part of an instance's settings that a program
// manages. The settings are in application_settings.go.
type ApplicationConfiguration struct {
	config *Config
	lists  *shares
	heirs  heirs
}

// ApplicationConfigurationArgs is what a program says of them.
type ApplicationConfigurationArgs struct {
	ApplicationSettings
	OnDestroy *string `pulumi:"onDestroy,optional"`
}

// ApplicationConfigurationState is what the stack knows of them: what the program
// says, and of the others those that an import found at their default.
type ApplicationConfigurationState struct {
	ApplicationConfigurationArgs
	Issuer string `pulumi:"issuer"`
}

const (
	applicationConfigurationID = "application-configuration" // there is one

	onDestroyRetain = "retain"
	onDestroyReset  = "reset"
)

// Annotate describes the resource.
func (c *ApplicationConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&c, "The settings of the instance: its name, sessions, sign-up, mail server, LDAP directory, and rules for passkeys.\n\n"+
		"Only what the program says is managed; everything else is left alone, so one program can have the mail server and people the rest. A setting that is taken out of the program goes back to Pocket ID's default.\n\n"+
		"There is one configuration, and it is always there: creating this resource takes over the settings that it names, whatever they were, and two resources that name the same ones fight over them. "+
		"Destroying it leaves them as they are, unless `onDestroy` says otherwise. Pocket ID writes all settings at once: if somebody else writes in the same moment, this is noticed and written again, but their change can be lost.\n\n"+
		"An instance that takes its settings from its environment (`UI_CONFIG_DISABLED`) cannot be configured like this.\n\n"+
		"Import it by the id `application-configuration`: the settings that differ from their defaults. Passwords are not in the program that Pulumi then writes, and stay as they are until a program says them.")
}

// Annotate describes the inputs; the settings describe themselves.
func (c *ApplicationConfigurationArgs) Annotate(a infer.Annotator) {
	a.Describe(&c.OnDestroy, "What becomes of the settings when the resource is destroyed: `retain` leaves them as they are, `reset` puts those that the program says back to Pocket ID's defaults. Default: `retain`.")
	a.SetDefault(&c.OnDestroy, onDestroyRetain)
}

// Annotate describes the outputs.
func (c *ApplicationConfigurationState) Annotate(a infer.Annotator) {
	a.Describe(&c.Issuer, "The issuer of the Pocket ID instance whose settings they are.")
}

// WireDependencies keeps the passwords secret whatever the inputs are.
func (*ApplicationConfiguration) WireDependencies(f infer.FieldSelector, _ *ApplicationConfigurationArgs, state *ApplicationConfigurationState) {
	f.OutputField(&state.SMTPPassword).AlwaysSecret()
	f.OutputField(&state.LDAPBindPassword).AlwaysSecret()
}

// Canonical brings a program's words to the form that Read returns.
func (*ApplicationConfiguration) Canonical(in property.Map) property.Map {
	return asSets(nfc(in, "appName"), "signupDefaultUserGroupIds", "cimdUrlAllowlist")
}

// Check says at preview what the server would refuse.
func (c *ApplicationConfiguration) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[ApplicationConfigurationArgs], error) {
	args, failures, err := infer.DefaultCheck[ApplicationConfigurationArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[ApplicationConfigurationArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.that(slices.Contains([]string{onDestroyRetain, onDestroyReset}, or(args.OnDestroy, onDestroyRetain)), "onDestroy", "must be retain or reset")
	check.settings(args.ApplicationSettings)
	check.onlyOne(c.config, c.lists, "configuration", "ApplicationConfiguration", req.Name, "")
	used := args.gated()
	for _, feature := range slices.Sorted(maps.Keys(used)) {
		check.knownTo(c.config, feature, used[feature]...)
	}
	return infer.CheckResponse[ApplicationConfigurationArgs]{Inputs: args, Failures: check.failures}, nil
}

func (c *checks) settings(args ApplicationSettings) {
	for _, s := range settingTable() {
		text, isText := args.field(s.property).Interface().(*string)
		if isText && text != nil && *text == "" && s.standard != "" {
			c.that(false, s.property, "must not be empty: Pocket ID would take its default, %q", s.standard)
		}
	}
	c.length("appName", or(args.AppName, "Pocket ID"), 1, 30)
	c.that(or(args.SessionDurationMinutes, 1) >= 1, "sessionDurationMinutes", "must be at least 1 minute, is %d", or(args.SessionDurationMinutes, 1))
	c.within("smtpPort", args.SMTPPort, 1, 65535, "")
	if from := or(args.SMTPFrom, ""); from != "" {
		address, err := mail.ParseAddress(from)
		c.that(err == nil && address.Address == from, "smtpFrom", "must be an address such as id@example.com, is %s", c.quoted("smtpFrom", from))
	}
	if url := or(args.LDAPURL, ""); url != "" {
		c.stricter(strings.HasPrefix(url, "ldap://") || strings.HasPrefix(url, "ldaps://") || strings.HasPrefix(url, "ldapi://"), "ldapUrl",
			"must be a URL such as ldaps://ldap.example.com, is %s", c.quoted("ldapUrl", url))
	}
	c.oneOf("allowUserSignups", args.AllowUserSignups, "disabled", "withToken", "open")
	c.oneOf("smtpTls", args.SMTPTLS, "none", "starttls", "tls")
	c.oneOf("webauthnUserVerification", args.WebauthnUserVerification, "required", "preferred")
	c.oneOf("webauthnAuthenticatorAttachment", args.WebauthnAuthenticatorAttachment, "any", "platform", "cross-platform")
	for i, id := range or(args.SignupUserGroupIDs, nil) {
		c.that(id != "", fmt.Sprintf("signupDefaultUserGroupIds[%d]", i), "must be the id of a user group, is empty")
	}
	c.claims("signupDefaultCustomClaims", args.SignupCustomClaims)
	for i, url := range or(args.CIMDURLAllowlist, nil) {
		c.redirectURL(fmt.Sprintf("cimdUrlAllowlist[%d]", i), url)
	}
}

// oneOf wants one of some words.
func (c *checks) oneOf(name string, v *string, words ...string) {
	if v != nil {
		c.that(slices.Contains(words, *v), name, "must be %s, is %s", alternatives(words), c.quoted(name, *v))
	}
}

// Discreet: the passwords.
func (*ApplicationConfiguration) Discreet() []string {
	return []string{"smtpPassword", "ldapBindPassword"}
}

// Plan takes out what goes back to the default that it has already.
func (*ApplicationConfiguration) Plan(c *change) {
	for _, s := range settingTable() {
		if c.Inputs.Get(s.property).IsNull() && same(c.State.Get(s.property), standardOf(s)) {
			c.forget(s.property)
		}
	}
}

// Create writes what the program says. It is the same as an update of what nothing was said of.
func (c *ApplicationConfiguration) Create(ctx context.Context, req infer.CreateRequest[ApplicationConfigurationArgs]) (infer.CreateResponse[ApplicationConfigurationState], error) {
	var none infer.CreateResponse[ApplicationConfigurationState]
	conn, err := c.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	now, err := configure(ctx, conn, req.Inputs, ApplicationSettings{})
	if now == nil {
		return none, err
	}
	c.heirs.came(applicationConfigurationID)
	state := applicationConfigurationState(now, req.Inputs, ApplicationSettings{}, issuer)
	return infer.CreateResponse[ApplicationConfigurationState]{ID: applicationConfigurationID, Output: state}, unfinished(err)
}

// configure writes what the program says, and puts back what it says no longer. It
// returns no settings if nothing was written.
func configure(ctx context.Context, conn *api.Conn, args ApplicationConfigurationArgs, before ApplicationSettings) (api.Settings, error) {
	if err := shut(ctx, conn, args.gated()); err != nil {
		return nil, err
	}
	if err := existing(ctx, conn, or(args.SignupUserGroupIDs, nil), or(before.SignupUserGroupIDs, nil)); err != nil {
		return nil, err
	}
	said, back := args.said(), args.reset(&before)
	change := maps.Clone(said)
	maps.Copy(change, back)
	return conn.EditSettings(ctx, said, back, func(next api.Settings) error { return soundFor(change, next) })
}

// existing is an error for groups that there are not: Pocket ID keeps any text, and
// gives new users those groups that it finds. Those that were there before stay.
func existing(ctx context.Context, conn *api.Conn, groups, before []string) error {
	for _, id := range groups {
		if slices.Contains(before, id) {
			continue
		}
		_, err := conn.GetGroup(ctx, id)
		if errors.Is(err, api.ErrNotFound) {
			err = asItWas(fmt.Errorf("signupDefaultUserGroupIds: there is no user group with the id %s; new users would do without it", id))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// soundFor is an error for what a change would turn on without what it needs:
// Pocket ID takes it, and then fails where only its log tells.
func soundFor(change, next api.Settings) error {
	lacks := func(switches, needs []string) error {
		on := slices.IndexFunc(switches, func(key string) bool { return next[key] == "true" })
		concerned := slices.ContainsFunc(append(slices.Clone(switches), needs...), func(key string) bool { _, ok := change[key]; return ok })
		missing := slices.DeleteFunc(slices.Clone(needs), func(key string) bool { return next[key] != "" })
		if on < 0 || !concerned || len(missing) == 0 {
			return nil
		}
		return fmt.Errorf("%s needs %s, which has no value", switches[on], strings.Join(missing, " and "))
	}
	return errors.Join(
		lacks([]string{"emailLoginNotificationEnabled", "emailOneTimeAccessAsUnauthenticatedEnabled", "emailOneTimeAccessAsAdminEnabled", "emailApiKeyExpirationEnabled", "emailVerificationEnabled"},
			[]string{"smtpHost", "smtpPort", "smtpFrom"}),
		lacks([]string{"ldapEnabled"},
			[]string{"ldapUrl", "ldapBindDn", "ldapBindPassword", "ldapBase", "ldapAttributeUserUniqueIdentifier", "ldapAttributeUserUsername"}),
	)
}

// Read brings back what the server has of what the program says.
func (c *ApplicationConfiguration) Read(ctx context.Context, req infer.ReadRequest[ApplicationConfigurationArgs, ApplicationConfigurationState]) (infer.ReadResponse[ApplicationConfigurationArgs, ApplicationConfigurationState], error) {
	var none infer.ReadResponse[ApplicationConfigurationArgs, ApplicationConfigurationState]
	if req.ID != applicationConfigurationID {
		return none, fmt.Errorf("the id of the configuration is %s, not %q", applicationConfigurationID, req.ID)
	}
	conn, err := c.config.connection()
	if err != nil {
		return none, err
	}
	now, err := conn.GetSettings(ctx)
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	said, had := req.Inputs, req.State.ApplicationSettings
	if said.OnDestroy == nil {
		said.OnDestroy = ptr(onDestroyRetain)
	}
	if imported := req.State.Issuer == ""; imported {
		had = settingsInForce(now)
		said.ApplicationSettings = had.butDefaults(now)
	}
	state := applicationConfigurationState(now, said, had, issuer)
	inputs := state.ApplicationConfigurationArgs
	inputs.ApplicationSettings = state.only(&said.ApplicationSettings)
	return infer.ReadResponse[ApplicationConfigurationArgs, ApplicationConfigurationState]{ID: req.ID, Inputs: inputs, State: state}, nil
}

// Update writes what the program says.
func (c *ApplicationConfiguration) Update(ctx context.Context, req infer.UpdateRequest[ApplicationConfigurationArgs, ApplicationConfigurationState]) (infer.UpdateResponse[ApplicationConfigurationState], error) {
	conn, err := c.config.connection()
	if err != nil {
		return infer.UpdateResponse[ApplicationConfigurationState]{}, err
	}
	now, err := configure(ctx, conn, req.Inputs, req.State.ApplicationSettings)
	if now == nil {
		return infer.UpdateResponse[ApplicationConfigurationState]{Output: req.State}, unwritten(err)
	}
	state := applicationConfigurationState(now, req.Inputs, req.State.ApplicationSettings, req.State.Issuer)
	return infer.UpdateResponse[ApplicationConfigurationState]{Output: state}, unfinished(err)
}

// Delete forgets the settings, or puts them back to their defaults.
func (c *ApplicationConfiguration) Delete(ctx context.Context, req infer.DeleteRequest[ApplicationConfigurationState]) (infer.DeleteResponse, error) {
	if or(req.State.OnDestroy, onDestroyRetain) == onDestroyRetain || c.heirs.took(ctx, applicationConfigurationID) {
		return infer.DeleteResponse{}, nil
	}
	conn, err := c.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	var nothing ApplicationSettings
	back := nothing.reset(&req.State.ApplicationSettings)
	_, err = conn.EditSettings(ctx, nil, back, nil)
	return infer.DeleteResponse{}, err
}

// applicationConfigurationState is what the server says, in the program's words: of
// what the program says, and of what the stack knew at its default what is still so.
func applicationConfigurationState(now api.Settings, said ApplicationConfigurationArgs, had ApplicationSettings, issuer string) ApplicationConfigurationState {
	state := ApplicationConfigurationState{ApplicationConfigurationArgs{OnDestroy: said.OnDestroy}, issuer}
	for _, s := range settingTable() {
		text, has := now[s.serverKey()]
		switch {
		case !has:
		case text == api.Withheld && said.says(s.property):
			state.field(s.property).Set(said.field(s.property)) // the server keeps it to itself
		case said.says(s.property), had.says(s.property) && text == s.standard:
			state.learn(s.property, text)
		}
	}
	return state
}

// only is a with nothing but what others say, too.
func (a *ApplicationSettings) only(others *ApplicationSettings) ApplicationSettings {
	var out ApplicationSettings
	for _, s := range settingTable() {
		if others.says(s.property) {
			out.field(s.property).Set(a.field(s.property))
		}
	}
	return out
}

// butDefaults is a without what is as it is anyway, and without what the server
// keeps to itself.
func (a *ApplicationSettings) butDefaults(now api.Settings) ApplicationSettings {
	var out ApplicationSettings
	for _, s := range settingTable() {
		if text := now[s.serverKey()]; a.says(s.property) && text != s.standard && text != api.Withheld {
			out.field(s.property).Set(a.field(s.property))
		}
	}
	return out
}

// ListInputs: there is nothing to narrow by.
func (*ApplicationConfiguration) ListInputs() map[string]string { return nil }

// List names the one configuration there is.
func (*ApplicationConfiguration) List(ctx context.Context, conn *api.Conn, _ map[string]string) ([]listing, error) {
	_, err := conn.GetSettings(ctx)
	if err != nil {
		return nil, err
	}
	return []listing{{ID: applicationConfigurationID, Name: applicationConfigurationID}}, nil
}
