package provider

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// Plan decides which changes replace the secret, and which only change the state. What an
// import cannot know (everything but the client and the expiry) is no difference: from then
// on, the state has the program's values.
func (*ClientSecret) Plan(plan *lifecycle.Plan) {
	imported := inputs.Text(plan.State.Get("secret")) == ""
	for _, name := range []string{"rotationTriggers", "rotateAfter"} {
		if imported && plan.State.Get(name).IsNull() || inputs.Same(plan.State.Get(name), plan.Inputs.Get(name)) {
			plan.Drop(name)
		}
	}
	if plan.Differs("rotationTriggers") && !plan.Inputs.Get("rotationTriggers").IsNull() {
		plan.Replace("rotationTriggers")
	}
	planSecretValue(plan, imported)
	planExpiry(plan, imported)
	planRotation(plan)
}

// planSecretValue compares with the secret itself: the program may set the value that a
// random secret has.
func planSecretValue(plan *lifecycle.Plan, imported bool) {
	plan.KeepIfOmitted("value")
	switch {
	case !plan.Differs("value"):
	case imported:
		plan.Recompute("secret") // it is adopted in place
	case !inputs.Same(plan.Inputs.Get("value"), plan.State.Get("secret")):
		plan.Replace("value")
	}
}

// planExpiry replaces a secret that expires at another time than the program sets.
func planExpiry(plan *lifecycle.Plan, imported bool) {
	if expiresAsSet(plan.State, plan.Inputs) {
		plan.Drop("expiresAt") // the state has it also for expiresIn
		if imported || inputs.Same(plan.State.Get("expiresIn"), plan.Inputs.Get("expiresIn")) {
			plan.Drop("expiresIn")
		}
		return
	}
	if plan.Inputs.Get("expiresAt").IsNull() && plan.Differs("expiresIn") {
		plan.Drop("expiresAt")
		plan.Replace("expiresIn")
		return
	}
	plan.Replace("expiresAt")
}

// expiresAsSet reports whether the secret expires when the program wants it to. A lifetime
// is compared with the lifetime that the secret was created with, which an import can
// compute.
func expiresAsSet(state, in property.Map) bool {
	at, lifetime := in.Get("expiresAt"), in.Get("expiresIn")
	if at.HasComputed() || lifetime.HasComputed() {
		return false
	}
	end, expires := inputs.ParseTime(inputs.Text(state.Get("expiresAt")))
	switch {
	case !at.IsNull():
		wanted, ok := inputs.ParseTime(inputs.Text(at))
		return ok && expires && wanted.Equal(end)
	case !lifetime.IsNull():
		wanted, _ := inputs.ParseDuration(inputs.Text(lifetime))
		if before := state.Get("expiresIn"); !before.IsNull() {
			given, _ := inputs.ParseDuration(inputs.Text(before))
			return given == wanted
		}
		created, _ := inputs.ParseTime(inputs.Text(state.Get("createdAt")))
		return expires && (end.Sub(created)-wanted).Abs() <= time.Minute
	}
	return !expires
}

// planRotation replaces a secret that has expired, or has reached the age of rotateAfter,
// unless the program sets a fixed end.
func planRotation(plan *lifecycle.Plan) {
	custom, fixed := !plan.Inputs.Get("value").IsNull(), !plan.Inputs.Get("expiresAt").IsNull()
	end, expires := inputs.ParseTime(inputs.Text(plan.State.Get("expiresAt")))
	created, known := inputs.ParseTime(inputs.Text(plan.State.Get("createdAt")))
	age, _ := inputs.ParseDuration(inputs.Text(plan.Inputs.Get("rotateAfter")))
	active := plan.State.Get("isActive")
	expired := expires && !plan.Now.Before(end) || active.IsBool() && !active.AsBool()
	switch {
	case plan.Replaces():
	case expired && fixed:
		plan.Warn("the secret has expired at expiresAt; set a later time to create a new one")
	case expired && custom:
		plan.Warn("the secret has expired; an expired value is not used again, so set another value")
	case expired:
		plan.Replace("expiresAt")
	case age > 0 && known && !custom && !plan.Now.Before(created.Add(age)):
		plan.Replace("rotateAfter")
	}
}
