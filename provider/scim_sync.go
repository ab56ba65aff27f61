package provider

import (
	"context"
	"maps"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// ScimSync runs a synchronization of users and groups to the application of a client.
type ScimSync struct {
	config *Config
	now    func() time.Time
}

// ScimSyncArgs are the inputs.
type ScimSyncArgs struct {
	ClientID string            `pulumi:"clientId" provider:"replaceOnChanges"`
	Triggers map[string]string `pulumi:"triggers,optional"`
}

// ScimSyncState is the state.
type ScimSyncState struct {
	ScimSyncArgs
	LastSyncedAt string `pulumi:"lastSyncedAt"`
	Instance
}

// Annotate describes the resource.
func (s *ScimSync) Annotate(a infer.Annotator) {
	a.Describe(&s, "Synchronizes users and groups to the application of a `ScimServiceProvider` now, and again whenever `triggers` change.\n\n"+
		"For example, synchronize when the members of a group change. Otherwise, Pocket ID synchronizes every hour, and some minutes after a change.\n\n"+
		"The update waits until the synchronization is complete. It fails if the application refuses: Pocket ID's log shows the reason. "+
		"With many users, increase the provider's `requestTimeout`.\n\n"+
		"The resource has no object on the server. Deleting it undoes nothing, and it cannot be imported."+anySupportedVersion)
}

// Annotate describes the inputs.
func (s *ScimSyncArgs) Annotate(a infer.Annotator) {
	a.Describe(&s.ClientID, "ID of the client that has the service provider. Use the `clientId` of the `ScimServiceProvider`, so that this resource is created after it. "+
		"Changing it replaces the resource, which synchronizes again.")
	a.Describe(&s.Triggers, "Arbitrary values. Changing or adding one synchronizes again.")
}

// Annotate describes the outputs.
func (s *ScimSyncState) Annotate(a infer.Annotator) {
	a.Describe(&s.LastSyncedAt, "Time of the last synchronization by this resource, in RFC 3339 format.")
}

// Normalize brings the inputs to one form.
func (*ScimSync) Normalize(in property.Map) property.Map { return normalizeTriggers(in) }

// Check validates the ID.
func (*ScimSync) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *ScimSyncArgs) {
		check.ClientID("clientId", args.ClientID)
	})
}

// Plan plans a run if a trigger changes.
func (*ScimSync) Plan(plan *lifecycle.Plan) { planSync(plan) }

// Create runs the synchronization.
func (s *ScimSync) Create(ctx context.Context, req infer.CreateRequest[ScimSyncArgs]) (infer.CreateResponse[ScimSyncState], error) {
	if err := s.config.conn().SyncSCIM(ctx, req.Inputs.ClientID); err != nil {
		return infer.CreateResponse[ScimSyncState]{}, err
	}
	return infer.CreateResponse[ScimSyncState]{ID: req.Inputs.ClientID, Output: s.state(req.Inputs)}, nil
}

// Read returns the state: there is nothing to read.
func (*ScimSync) Read(ctx context.Context, req infer.ReadRequest[ScimSyncArgs, ScimSyncState]) (infer.ReadResponse[ScimSyncArgs, ScimSyncState], error) {
	if lifecycle.IsImport(ctx) {
		return infer.ReadResponse[ScimSyncArgs, ScimSyncState]{}, errSyncNotImportable
	}
	return infer.ReadResponse[ScimSyncArgs, ScimSyncState](req), nil
}

// Update runs the synchronization again if a trigger has changed.
func (s *ScimSync) Update(ctx context.Context, req infer.UpdateRequest[ScimSyncArgs, ScimSyncState]) (infer.UpdateResponse[ScimSyncState], error) {
	ran, err := runAgain(ctx, req.State.Triggers, req.Inputs.Triggers, func(ctx context.Context) error { return s.config.conn().SyncSCIM(ctx, req.Inputs.ClientID) })
	if err != nil || !ran {
		return infer.UpdateResponse[ScimSyncState]{Output: req.State}, err
	}
	return infer.UpdateResponse[ScimSyncState]{Output: s.state(req.Inputs)}, nil
}

// Delete has nothing to undo.
func (*ScimSync) Delete(context.Context, infer.DeleteRequest[ScimSyncState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, nil
}

func (s *ScimSync) state(args ScimSyncArgs) ScimSyncState {
	args.Triggers = maps.Clone(args.Triggers)
	return ScimSyncState{ScimSyncArgs: args, LastSyncedAt: inputs.FormatTime(s.now())}
}
