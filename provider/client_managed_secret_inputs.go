package provider

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// secretInputs are the inputs about the secret.
type secretInputs struct {
	wanted   bool   // this stack manages a secret of the client
	value    string // "" for a random one
	triggers map[string]string
	validFor time.Duration // minimum time that a replaced secret stays valid
}

func (args ClientArgs) secretInputs() secretInputs {
	return secretInputs{
		wanted:   inputs.ValueOr(args.CreateSecret, true) && !inputs.ValueOr(args.IsPublic, false),
		value:    inputs.ValueOr(args.ClientSecret, ""),
		triggers: args.SecretRotationTriggers,
		validFor: validDuration(inputs.ValueOr(args.PreviousSecretValidFor, "")),
	}
}

// validDuration is a duration that Check has validated.
func validDuration(text string) time.Duration {
	d, _ := inputs.ParseDuration(text)
	return d
}

// checkManagedSecret validates the inputs about the secret.
func checkManagedSecret(check *inputs.Checker, config *Config, args *ClientArgs, public bool) {
	custom, triggers := args.ClientSecret != nil, len(args.SecretRotationTriggers) > 0
	check.Require(!custom || !public, "clientSecret", "must not be set for a public client, which has no secret")
	check.Require(!public || !inputs.ValueOr(args.CreateSecret, false), "createSecret", "must not be true for a public client, which has no secret")
	check.Require(!custom || public || inputs.ValueOr(args.CreateSecret, true), "createSecret", "must not be false together with clientSecret")
	check.Require(!custom || !triggers, "secretRotationTriggers", "must not be set together with clientSecret; to rotate the secret, change clientSecret")
	hasSecret := inputs.ValueOr(args.CreateSecret, !public) || inputs.AnyUnknown(check.Inputs, "createSecret", "isPublic")
	check.Require(!triggers || hasSecret, "secretRotationTriggers", "has no secret to rotate; this stack manages no secret for the client")
	checkSecretValue(check, "clientSecret", args.ClientSecret)
	if value := inputs.ValueOr(args.ClientSecret, ""); len(value) > 72 {
		version, err := config.previewVersion(check.Context(), api.MultipleSecrets)
		check.Require(err != nil || version.Has(api.MultipleSecrets), "clientSecret", "must be at most 72 characters before Pocket ID %s (got %d)", api.MultipleSecrets.Since(), len(value))
	}
	if check.Duration("previousSecretValidFor", args.PreviousSecretValidFor, 0) > 0 {
		check.Require(hasSecret, "previousSecretValidFor", "has no secret to keep; this stack manages no secret for the client")
		checkFeature(check, config, api.MultipleSecrets, "previousSecretValidFor")
	}
}

// plannedSecretInputs are the inputs about the secret before they are decoded: some may be
// unknown.
func plannedSecretInputs(in property.Map) secretInputs {
	return secretInputs{
		wanted:   inputs.BoolValue(in.Get("createSecret")) && !inputs.BoolValue(in.Get("isPublic")),
		value:    inputs.Text(in.Get("clientSecret")),
		triggers: inputs.StringMap(in.Get("secretRotationTriggers")),
		validFor: validDuration(inputs.Text(in.Get("previousSecretValidFor"))),
	}
}

// planManagedSecret plans what action will do.
func planManagedSecret(plan *lifecycle.Plan) {
	status := plan.State.Get("secretStatus")
	if !status.IsString() {
		return
	}
	s := managedSecret{status: status.AsString(), value: inputs.Text(plan.State.Get("clientSecret")), triggers: inputs.StringMap(plan.State.Get("secretRotationTriggers"))}
	in := plannedSecretInputs(plan.Inputs)
	action := s.action(in)
	if inputs.AnyUnknown(plan.Inputs, "clientSecret", "secretRotationTriggers", "createSecret", "isPublic") {
		action = createSecret // possibly
	}
	if !plan.Inputs.Get("clientSecret").HasComputed() && (in.value == "" || action == keepSecret) {
		plan.Drop("clientSecret") // omitting the value keeps the secret
	}
	if action == keepSecret && s.status == secretUnknown {
		plan.Drop("createSecret", "secretRotationTriggers", "previousSecretValidFor")
	}
	planSecretAction(plan, action, in)
	planPreviousSecrets(plan, in)
}

// planSecretAction recomputes the outputs that the action changes.
func planSecretAction(plan *lifecycle.Plan, action secretAction, in secretInputs) {
	switch action {
	case keepSecret:
		return
	case retireSecret:
		plan.Update("clientSecret")
	case createSecret, adoptSecret:
		if in.value == "" {
			plan.Recompute("clientSecret")
		}
		if plan.IsEmpty() { // no input has changed: the secret is gone from the server
			plan.Update("clientSecret")
		}
		if in.validFor > 0 {
			plan.Recompute("previousSecrets")
		}
	}
	plan.Recompute("clientSecretId", "secretStatus")
}

func planPreviousSecrets(plan *lifecycle.Plan, in secretInputs) {
	for _, previous := range parsePreviousSecrets(plan.State.Get("previousSecrets")) {
		if warning, overdue := previous.overdueWarning(plan.Now); overdue {
			plan.Warn("%s", warning)
		}
		if previous.isDue(in, plan.Now) {
			plan.Update("previousSecrets")
			plan.Recompute("previousSecrets")
		}
	}
}

func parsePreviousSecrets(v property.Value) (all []PreviousSecret) {
	if !v.IsArray() {
		return nil
	}
	for _, one := range v.AsArray().All {
		if one.IsMap() {
			all = append(all, PreviousSecret{inputs.Text(one.AsMap().Get("secretId")), inputs.NonEmpty(inputs.Text(one.AsMap().Get("retireAfter")))})
		}
	}
	return all
}
