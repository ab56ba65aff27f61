package provider

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// Normalize brings the inputs to the form that Read returns.
func (*Client) Normalize(in property.Map) property.Map {
	in = inputs.NFC(in, "name", "description")
	in = inputs.Sets(in, "callbackUrls", "logoutCallbackUrls", "allowedUserGroups")
	in = inputs.Stringify(in, "secretRotationTriggers")
	in = inputs.OmitEmpty(in, "description", "launchUrl", "backchannelLogoutUrl", "logoutCallbackUrls", "clientId", "clientSecret", "secretRotationTriggers", "previousSecretValidFor")
	if in.Get("allowedUserGroups").IsNull() || !inputs.BoolValue(in.Get("isGroupRestricted")) {
		in = inputs.OmitEmpty(in, "allowedUserGroups") // [] only has a meaning with isGroupRestricted: true
	}
	if groups := in.Get("allowedUserGroups"); groups.IsComputed() {
		in = inputs.Default(in, "isGroupRestricted", property.Computed)
	} else {
		in = inputs.Default(in, "isGroupRestricted", groups.IsArray())
	}
	if public := in.Get("isPublic"); public.IsComputed() {
		in = inputs.Default(in, "createSecret", property.Computed)
	} else {
		in = inputs.Default(in, "createSecret", !inputs.BoolValue(public))
	}
	return in
}

var clientIDPattern = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)

// Check refuses what the server would refuse, or accept and ignore.
func (c *Client) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *ClientArgs) {
		check.Length("name", args.Name, 1, 50)
		check.Length("description", inputs.ValueOr(args.Description, ""), 0, 150)
		checkClientURLs(check, args)
		if args.ClientID != nil {
			id := *args.ClientID
			check.Length("clientId", id, 2, 128)
			check.Require(clientIDPattern.MatchString(id) && strings.Trim(id, ".") != "", "clientId",
				"must consist of letters, digits, '.', '_' and '-', and not only of dots (got %s)", check.Quote("clientId", id))
		}
		check.Range("accessTokenDurationMinutes", args.AccessTokenDurationMinutes, 1, maxTokenMinutes, "minutes")
		check.Range("refreshTokenDurationMinutes", args.RefreshTokenDurationMinutes, 1, maxTokenMinutes, "minutes")
		public := inputs.ValueOr(args.IsPublic, false)
		check.Require(!public || inputs.ValueOr(args.PKCEEnabled, true), "pkceEnabled", "must not be false for a public client, because Pocket ID requires PKCE of it; omit it")
		checkAllowedGroups(check, args)
		checkManagedSecret(check, c.config, args, public)
		checkImage(check, "logo", args.Logo, logoRules(c.config.previewVersion))
		checkImage(check, "darkLogo", args.DarkLogo, logoRules(c.config.previewVersion))
		checkClientVersion(check, c.config, args)
	})
}

func checkClientURLs(check *inputs.Checker, args *ClientArgs) {
	for i, u := range args.CallbackURLs {
		check.RedirectURL(fmt.Sprintf("callbackUrls[%d]", i), u)
	}
	warnAboutBroadCallbacks(check, args.CallbackURLs)
	for i, u := range args.LogoutCallbackURLs {
		check.RedirectURL(fmt.Sprintf("logoutCallbackUrls[%d]", i), u)
	}
	if args.LaunchURL != nil {
		check.LinkURL("launchUrl", *args.LaunchURL)
	}
	if args.BackchannelLogoutURL != nil {
		check.WebURL("backchannelLogoutUrl", *args.BackchannelLogoutURL)
	}
}

// warnAboutBroadCallbacks warns about redirect URLs that match more than they seem to. Each page
// that one matches can receive the codes of a sign-in. It is silent about those in the state.
func warnAboutBroadCallbacks(check *inputs.Checker, urls []string) {
	before := check.OldInputs.Get("callbackUrls")
	isKnown := func(value string) bool {
		return before.IsArray() && slices.ContainsFunc(before.AsArray().AsSlice(), func(v property.Value) bool { return inputs.Text(v) == value })
	}
	for i, value := range urls {
		u, err := url.Parse(value)
		property := fmt.Sprintf("callbackUrls[%d]", i)
		switch {
		case isKnown(value):
		case value == "*":
			check.Warn("%s: * accepts every URL, so any page can receive the codes of this client. List the URLs of the application", property)
		case err == nil && u.Path == "" && inputs.IsWebURL(value) && !inputs.IsLoopback(u.Hostname()):
			check.Warn("%s: %s has no path. Pocket ID 2.4 and later accept every path of this host. If the application uses one path, add it", property, check.Quote(property, value))
		}
	}
}

func checkAllowedGroups(check *inputs.Checker, args *ClientArgs) {
	for i, id := range args.AllowedUserGroups {
		property := fmt.Sprintf("allowedUserGroups[%d]", i)
		check.Require(id != "" && !strings.ContainsAny(id, "/\\") && strings.Trim(id, ".") != "", property, "must be the ID of a user group (got %s)", check.Quote(property, id))
	}
	restricted := inputs.ValueOr(args.IsGroupRestricted, true)
	check.Require(restricted || len(args.AllowedUserGroups) == 0, "isGroupRestricted",
		"must not be false while allowedUserGroups has entries: Pocket ID would ignore the groups and allow every user; omit one of the two")
	if args.ClientID != nil && check.IsSet("allowedUserGroups") {
		lifecycle.DeclareInputs(check, lifecycle.Declaration{Object: clientGroups(*args.ClientID), Entries: args.AllowedUserGroups}, "allowedUserGroups", "clientId")
	}
}

// checkClientVersion refuses inputs that an older server would ignore.
func checkClientVersion(check *inputs.Checker, config *Config, args *ClientArgs) {
	used := args.features()
	if !check.IsNew() {
		delete(used, api.CustomSecretValues) // it may adopt the secret of an imported client
	}
	checkUsedFeatures(check, config, used)
	if args.CallbackURLs != nil && len(args.CallbackURLs) == 0 && !check.Inputs.Get("callbackUrls").HasComputed() {
		if v, err := config.previewVersion(check.Context()); err == nil && !v.Has(api.ExplicitCallbackURLs) {
			check.Warn("callbackUrls is empty. Pocket ID %s adds the first redirect URI that anyone uses with this client", v)
		}
	}
}

// features are the inputs that not every server knows, by the feature they need.
func (args ClientArgs) features() map[api.Feature][]string {
	used := map[api.Feature][]string{}
	when := func(ok bool, feature api.Feature, property string) {
		if ok {
			used[feature] = append(used[feature], property)
		}
	}
	public, par := inputs.ValueOr(args.IsPublic, false), inputs.ValueOr(args.RequiresPushedAuthorizationRequests, false)
	when(args.Description != nil, api.ClientDescriptions, "description")
	when(inputs.ValueOr(args.SkipConsent, false), api.SkipConsent, "skipConsent")
	when(par && !public, api.PushedAuthorizationRequests, "requiresPushedAuthorizationRequests")
	when(par && public, api.PublicClientPAR, "requiresPushedAuthorizationRequests")
	when(inputs.ValueOr(args.AccessTokenDurationMinutes, defaultAccessMinutes) != defaultAccessMinutes, api.TokenLifetimes, "accessTokenDurationMinutes")
	when(inputs.ValueOr(args.RefreshTokenDurationMinutes, defaultRefreshMinutes) != defaultRefreshMinutes, api.TokenLifetimes, "refreshTokenDurationMinutes")
	when(args.BackchannelLogoutURL != nil, api.BackchannelLogout, "backchannelLogoutUrl")
	when(args.ClientSecret != nil, api.CustomSecretValues, "clientSecret")
	return used
}

// requireVersion checks the version of the server before an update: it may have been
// down at preview. Whether the server supports a custom secret value is checked when one
// is created.
func (args ClientArgs) requireVersion(ctx context.Context, conn *api.Conn) error {
	used := args.features()
	delete(used, api.CustomSecretValues)
	return args.requireUsedFeatures(ctx, conn, used)
}

// requireVersionToCreate checks the version of the server before a create, which also
// creates the secret.
func (args ClientArgs) requireVersionToCreate(ctx context.Context, conn *api.Conn) error {
	return args.requireUsedFeatures(ctx, conn, args.features())
}

func (args ClientArgs) requireUsedFeatures(ctx context.Context, conn *api.Conn, used map[api.Feature][]string) error {
	if args.secretInputs().validFor > 0 {
		if err := conn.Require(ctx, api.MultipleSecrets, "previousSecretValidFor"); err != nil {
			return err
		}
	}
	return requireFeatures(ctx, conn, used)
}

// Plan corrects the plan of an update.
func (*Client) Plan(plan *lifecycle.Plan) {
	plan.KeepIfOmitted("clientId")
	planAllowedGroups(plan)
	plan.DeclareList(clientGroups(plan.ID), "allowedUserGroups")
	planManagedSecret(plan)
	planLogos(plan)
	if plan.State.Get("endpoints").IsNull() { // an earlier version of the provider wrote the state
		plan.Recompute("endpoints")
	}
	before, after := plan.State.Get("isGroupRestricted"), plan.Inputs.Get("isGroupRestricted")
	if inputs.BoolValue(before) && after.IsBool() && !after.AsBool() {
		plan.Warn("this opens the client to every user; until now only members of certain groups could use it. " +
			"Set isGroupRestricted: true to keep it restricted")
	}
	if before.IsBool() && !before.AsBool() && inputs.BoolValue(after) && plan.Inputs.Get("allowedUserGroups").IsNull() {
		plan.Warn("this restricts the client to groups that are managed elsewhere. Nobody may use it, and Pocket ID 2.17 and later signs its users out, until a group is allowed. " +
			"To avoid that, set allowedUserGroups in this update")
	}
}

// planAllowedGroups keeps the groups of a restricted client if they are omitted.
func planAllowedGroups(plan *lifecycle.Plan) {
	before, after := plan.OldInputs.Get("allowedUserGroups"), plan.Inputs.Get("allowedUserGroups")
	restricted := inputs.BoolValue(plan.Inputs.Get("isGroupRestricted"))
	if restricted && after.IsNull() && before.IsArray() && before.AsArray().Len() > 0 {
		plan.Warn("allowedUserGroups is now omitted; the client keeps its current groups, and they are no longer managed. Set it to [] to allow no user")
	}
	groups := plan.State.Get("allowedUserGroups")
	if restricted || groups.IsArray() && groups.AsArray().Len() == 0 {
		plan.KeepIfOmitted("allowedUserGroups")
	}
}

// keepsGroups reports whether the client is restricted to groups that the program does
// not set.
func (args ClientArgs) keepsGroups() bool {
	return args.AllowedUserGroups == nil && inputs.ValueOr(args.IsGroupRestricted, false)
}
