package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"slices"
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

// ApplicationConfiguration is the settings of an instance that the program sets. The settings
// themselves are in application_settings.go.
type ApplicationConfiguration struct{ config *Config }

// ApplicationConfigurationArgs are the inputs.
type ApplicationConfigurationArgs struct {
	ApplicationSettings
	OnDestroy *string `pulumi:"onDestroy,optional"`
}

// ApplicationConfigurationState is the state: the settings that the program sets, and those
// that an import found at their default.
type ApplicationConfigurationState struct {
	ApplicationConfigurationArgs
	Instance
}

const (
	onDestroyRetain = "retain"
	onDestroyReset  = "reset"
)

// Annotate describes the resource.
func (c *ApplicationConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&c, "The settings of the Pocket ID instance: its name, sessions, sign-up, mail server, LDAP directory, and rules for passkeys.\n\n"+
		"Only settings that the program sets are managed. All others are kept, so that a program can manage the mail server while administrators manage the rest. "+
		"Removing a setting from the program resets it to Pocket ID's default.\n\n"+
		"An instance has exactly one configuration, which always exists. Creating this resource overwrites the settings that it sets. "+
		"A second resource of this type in a program is an error. Resources in different programs that set the same settings overwrite each other.\n\n"+
		"Deleting this resource keeps the settings, unless `onDestroy` is `reset`.\n\n"+
		"Pocket ID writes all settings at once. If someone else writes at the same moment, the provider detects it and writes again, but the other change can be lost.\n\n"+
		"An instance that reads its settings from the environment (`UI_CONFIG_DISABLED`) cannot be configured with this resource.\n\n"+
		"Import with the ID `application-configuration`: `pulumi import pocketid:index:ApplicationConfiguration settings application-configuration`. "+
		"The import contains the settings that differ from their defaults. The program that Pulumi generates does not contain passwords. "+
		"An update keeps the passwords that the server has until the program sets them."+anySupportedVersion)
}

// Annotate describes the inputs; the settings describe themselves.
func (c *ApplicationConfigurationArgs) Annotate(a infer.Annotator) {
	a.Describe(&c.OnDestroy, "What happens to the settings when the resource is deleted: `retain` keeps them, and `reset` resets the settings in the program to Pocket ID's defaults. "+
		"Defaults to `retain`.")
	a.SetDefault(&c.OnDestroy, onDestroyRetain)
}

// Normalize brings the inputs to the form that Read returns.
func (*ApplicationConfiguration) Normalize(in property.Map) property.Map {
	in = inputs.Stringify(in, "signupDefaultCustomClaims")
	return inputs.Sets(inputs.NFC(in, "appName"), "signupDefaultUserGroupIds", "cimdUrlAllowlist")
}

// Check refuses what the server would refuse.
func (c *ApplicationConfiguration) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *ApplicationConfigurationArgs) {
		check.OneOf("onDestroy", args.OnDestroy, onDestroyRetain, onDestroyReset)
		checkSettings(check, c.config, &args.ApplicationSettings)
		checkAlternatives(check, c.config, &args.ApplicationSettings)
		lifecycle.DeclareInputs(check, lifecycle.Declaration{Object: instanceConfiguration(), Conflict: onlyOneConflict})
		checkUsedFeatures(check, c.config, args.features())
		checkListedSettings(check, c.config, &args.ApplicationSettings)
	})
}

func checkSettings(check *inputs.Checker, config *Config, args *ApplicationSettings) {
	for _, s := range settings() {
		text, isText := args.field(s.property).Interface().(*string)
		if isText && text != nil && *text == "" && s.defaultText != "" {
			check.Require(false, s.property, "must not be empty; Pocket ID would use its default, %q", s.defaultText)
		}
	}
	check.Length("appName", inputs.ValueOr(args.AppName, "Pocket ID"), 1, 30)
	session := inputs.ValueOr(args.SessionDurationMinutes, 1)
	check.Require(session >= 1, "sessionDurationMinutes", "must be at least 1 minute (got %s)", check.Quote("sessionDurationMinutes", session))
	check.Range("smtpPort", args.SMTPPort, 1, 65535, "")
	if from := inputs.ValueOr(args.SMTPFrom, ""); from != "" {
		address, err := mail.ParseAddress(from)
		check.Require(err == nil && address.Address == from, "smtpFrom", "must be an email address such as id@example.com (got %s)", check.Quote("smtpFrom", from))
	}
	if url := inputs.ValueOr(args.LDAPURL, ""); url != "" {
		check.RequireForChanges(strings.HasPrefix(url, "ldap://") || strings.HasPrefix(url, "ldaps://") || strings.HasPrefix(url, "ldapi://"), "ldapUrl",
			"must be a URL such as ldaps://ldap.example.com (got %s)", check.Quote("ldapUrl", url))
	}
	check.OneOf("allowUserSignups", args.AllowUserSignups, "disabled", "withToken", "open")
	check.OneOf("emailLoginNotificationMode", args.EmailLoginNotificationMode, "disabled", "always", "ipAndUserAgent", "browserRecognition")
	check.OneOf("smtpTls", args.SMTPTLS, "none", "starttls", "tls")
	check.OneOf("webauthnUserVerification", args.WebauthnUserVerification, "required", "preferred")
	check.OneOf("webauthnAuthenticatorAttachment", args.WebauthnAuthenticatorAttachment, "any", "platform", "cross-platform")
	for i, id := range inputs.ValueOr(args.SignupUserGroupIDs, nil) {
		check.Require(id != "", fmt.Sprintf("signupDefaultUserGroupIds[%d]", i), "must be the ID of a user group (got an empty string)")
	}
	checkClaims(check, config, "signupDefaultCustomClaims", args.SignupCustomClaims)
	for i, url := range inputs.ValueOr(args.CIMDURLAllowlist, nil) {
		check.RedirectURL(fmt.Sprintf("cimdUrlAllowlist[%d]", i), url)
	}
}

// WriteOnlyInputs keeps the passwords out of the program that an import writes.
func (*ApplicationConfiguration) WriteOnlyInputs() []string {
	return []string{"smtpPassword", "ldapBindPassword"}
}

// Plan drops the reset of settings that have their default already.
func (*ApplicationConfiguration) Plan(plan *lifecycle.Plan) {
	for _, s := range settings() {
		if plan.Inputs.Get(s.property).IsNull() && inputs.Same(plan.State.Get(s.property), s.defaultValue()) {
			plan.Drop(s.property)
		}
	}
}

// Create writes the settings. It is an update of a configuration that set nothing before.
func (c *ApplicationConfiguration) Create(ctx context.Context, req infer.CreateRequest[ApplicationConfigurationArgs]) (infer.CreateResponse[ApplicationConfigurationState], error) {
	written, err := c.write(ctx, req.Inputs, ApplicationSettings{})
	if written == nil {
		return infer.CreateResponse[ApplicationConfigurationState]{}, err
	}
	state := applicationConfigurationState(written, req.Inputs, ApplicationSettings{})
	return infer.CreateResponse[ApplicationConfigurationState]{ID: ids.ApplicationConfiguration, Output: state}, lifecycle.Incomplete(err)
}

// write writes the settings that the program sets, and resets those that it no longer sets.
// It returns nil if nothing was written.
func (c *ApplicationConfiguration) write(ctx context.Context, args ApplicationConfigurationArgs, before ApplicationSettings) (api.Settings, error) {
	conn := c.config.conn()
	if err := requireFeatures(ctx, conn, args.features()); err != nil {
		return nil, err
	}
	if err := requireGroups(ctx, conn, inputs.ValueOr(args.SignupUserGroupIDs, nil), inputs.ValueOr(before.SignupUserGroupIDs, nil)); err != nil {
		return nil, err
	}
	set, reset := args.settings(), args.resets(&before)
	change := maps.Clone(set)
	maps.Copy(change, reset)
	return conn.EditSettings(ctx, api.SettingsEdit{
		Change: set, Restore: reset, Convert: convertSettings,
		Validate: func(next api.Settings) error { return requireDependencies(change, next) },
	})
}

// requireGroups is an error for groups that do not exist: Pocket ID stores any string, and
// adds new users to the groups that it finds. Groups that were set before may stay.
func requireGroups(ctx context.Context, conn *api.Conn, groups, before []string) error {
	for _, id := range groups {
		if slices.Contains(before, id) {
			continue
		}
		_, err := conn.GetGroup(ctx, id)
		if errors.Is(err, api.ErrNotFound) {
			err = lifecycle.Unchanged(fmt.Errorf("signupDefaultUserGroupIds: there is no user group with the ID %s; Pocket ID would ignore it", id))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// requireDependencies is an error for a change that turns a setting on without the settings
// that it needs. Pocket ID accepts that, and only its log shows that it does not work.
func requireDependencies(change, next api.Settings) error {
	missing := func(switches, needs []string) error {
		on := slices.IndexFunc(switches, func(key string) bool { return !slices.Contains([]string{"", "false", "disabled"}, next[key]) })
		concerned := slices.ContainsFunc(append(slices.Clone(switches), needs...), func(key string) bool { _, ok := change[key]; return ok })
		empty := slices.DeleteFunc(slices.Clone(needs), func(key string) bool { return next[key] != "" })
		if on < 0 || !concerned || len(empty) == 0 {
			return nil
		}
		return fmt.Errorf("%s requires %s to be set", switches[on], strings.Join(empty, " and "))
	}
	return lifecycle.Unchanged(errors.Join(
		missing([]string{"emailLoginNotificationEnabled", "emailLoginNotificationMode", "emailOneTimeAccessAsUnauthenticatedEnabled", "emailOneTimeAccessAsAdminEnabled", "emailApiKeyExpirationEnabled", "emailVerificationEnabled"},
			[]string{"smtpHost", "smtpPort", "smtpFrom"}),
		missing([]string{"ldapEnabled"},
			[]string{"ldapUrl", "ldapBindDn", "ldapBindPassword", "ldapBase", "ldapAttributeUserUniqueIdentifier", "ldapAttributeUserUsername"}),
	))
}

// Read reads the settings that the program sets. An import takes those that differ from
// their defaults into the inputs.
func (c *ApplicationConfiguration) Read(ctx context.Context, req infer.ReadRequest[ApplicationConfigurationArgs, ApplicationConfigurationState]) (infer.ReadResponse[ApplicationConfigurationArgs, ApplicationConfigurationState], error) {
	var none infer.ReadResponse[ApplicationConfigurationArgs, ApplicationConfigurationState]
	if req.ID != ids.ApplicationConfiguration {
		return none, fmt.Errorf("the ID of the application configuration is %s (got %q)", ids.ApplicationConfiguration, req.ID)
	}
	current, err := c.config.conn().GetSettings(ctx)
	if err != nil {
		return none, err
	}
	args, before := req.Inputs, req.State.ApplicationSettings
	if args.OnDestroy == nil {
		args.OnDestroy = inputs.Ptr(onDestroyRetain)
	}
	if lifecycle.IsImport(ctx) {
		before = parseSettings(current)
		args.ApplicationSettings = before.withoutDefaults(current)
	}
	state := applicationConfigurationState(current, args, before)
	in := state.ApplicationConfigurationArgs
	in.ApplicationSettings = state.selectSet(&args.ApplicationSettings)
	return infer.ReadResponse[ApplicationConfigurationArgs, ApplicationConfigurationState]{ID: req.ID, Inputs: in, State: state}, nil
}

// Update writes the settings.
func (c *ApplicationConfiguration) Update(ctx context.Context, req infer.UpdateRequest[ApplicationConfigurationArgs, ApplicationConfigurationState]) (infer.UpdateResponse[ApplicationConfigurationState], error) {
	written, err := c.write(ctx, req.Inputs, req.State.ApplicationSettings)
	if written == nil {
		return infer.UpdateResponse[ApplicationConfigurationState]{}, err
	}
	state := applicationConfigurationState(written, req.Inputs, req.State.ApplicationSettings)
	for _, password := range lifecycle.Unmanaged(ctx) {
		if text := written[password]; text != api.MaskedValue {
			state.parse(password, text)
		}
	}
	return infer.UpdateResponse[ApplicationConfigurationState]{Output: state}, lifecycle.Incomplete(err)
}

// Delete keeps the settings or resets them to their defaults, depending on onDestroy.
func (c *ApplicationConfiguration) Delete(ctx context.Context, req infer.DeleteRequest[ApplicationConfigurationState]) (infer.DeleteResponse, error) {
	if inputs.ValueOr(req.State.OnDestroy, onDestroyRetain) == onDestroyRetain || lifecycle.KeepsWhole(ctx, instanceConfiguration()) {
		return infer.DeleteResponse{}, nil
	}
	var none ApplicationSettings
	_, err := c.config.conn().EditSettings(ctx, api.SettingsEdit{Restore: none.resets(&req.State.ApplicationSettings), Convert: convertSettings})
	return infer.DeleteResponse{}, err
}

// applicationConfigurationState converts the server's form to the state: the settings that
// the inputs set, and those that the state had at their default and that still have it.
func applicationConfigurationState(current api.Settings, args ApplicationConfigurationArgs, before ApplicationSettings) ApplicationConfigurationState {
	state := ApplicationConfigurationState{ApplicationConfigurationArgs: ApplicationConfigurationArgs{OnDestroy: args.OnDestroy}}
	for _, s := range settings() {
		text, has := s.textIn(current, &args.ApplicationSettings, &before)
		switch {
		case !has:
		case text == api.MaskedValue && args.isSet(s.property):
			state.field(s.property).Set(args.field(s.property)) // the server does not return it
		case args.isSet(s.property), before.isSet(s.property) && text == s.defaultText:
			state.parse(s.property, text)
		}
	}
	return state
}

// ListInputs are the filters of List.
func (*ApplicationConfiguration) ListInputs() map[string]string { return nil }

// List returns the application configuration, which every instance has.
func (c *ApplicationConfiguration) List(ctx context.Context, _ map[string]string) ([]lifecycle.Listed, error) {
	return c.config.list(ctx, inventory.ApplicationConfiguration, inventory.Filter{})
}
