package provider

import (
	"context"
	"errors"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// LdapSync and ScimSync run a synchronization when they are created, and again when
// their triggers change. The server has no object for them.

func normalizeTriggers(in property.Map) property.Map {
	return inputs.OmitEmpty(inputs.Stringify(in, "triggers"), "triggers")
}

// planSync plans a run unless the triggers are only removed from the program.
func planSync(plan *lifecycle.Plan) {
	plan.KeepIfOmitted("triggers")
	if plan.Differs("triggers") {
		plan.Recompute("lastSyncedAt")
	}
}

// runAgain runs the synchronization if the triggers differ. They do not where an update
// only makes them secret.
func runAgain(ctx context.Context, before, after map[string]string, run func(context.Context) error) (ran bool, err error) {
	if maps.Equal(before, after) {
		return false, nil
	}
	return true, run(ctx)
}

var errSyncNotImportable = errors.New("a synchronization has no object on the server that could be imported; remove the import, and it is run instead")
