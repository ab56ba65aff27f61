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

// LdapSync runs a synchronization of users and groups from the LDAP directory.
type LdapSync struct {
	config *Config
	now    func() time.Time
}

// LdapSyncArgs are the inputs.
type LdapSyncArgs struct {
	Triggers map[string]string `pulumi:"triggers,optional"`
}

// LdapSyncState is the state.
type LdapSyncState struct {
	LdapSyncArgs
	LastSyncedAt string `pulumi:"lastSyncedAt"`
	Instance
}

// ldapSyncID is the ID of every LdapSync: an instance has one directory.
const ldapSyncID = "ldap-sync"

// Annotate describes the resource.
func (l *LdapSync) Annotate(a infer.Annotator) {
	a.Describe(&l, "Synchronizes users and groups from the LDAP directory to Pocket ID now, and again whenever `triggers` change.\n\n"+
		"For example, synchronize when the LDAP settings of the instance change. Otherwise, Pocket ID synchronizes every hour. LDAP must be enabled.\n\n"+
		"The update waits until the synchronization is complete. It fails if the directory cannot be reached or refuses: Pocket ID's log shows the reason. "+
		"With many users, increase the provider's `requestTimeout`.\n\n"+
		"The resource has no object on the server. Deleting it undoes nothing, and it cannot be imported."+anySupportedVersion)
}

// Annotate describes the inputs.
func (l *LdapSyncArgs) Annotate(a infer.Annotator) {
	a.Describe(&l.Triggers, "Arbitrary values. Changing or adding one synchronizes again.")
}

// Annotate describes the outputs.
func (l *LdapSyncState) Annotate(a infer.Annotator) {
	a.Describe(&l.LastSyncedAt, "Time of the last synchronization by this resource, in RFC 3339 format.")
}

// Normalize brings the inputs to one form.
func (*LdapSync) Normalize(in property.Map) property.Map { return normalizeTriggers(in) }

// Check validates the types of the inputs only.
func (*LdapSync) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(*inputs.Checker, *LdapSyncArgs) {})
}

// Plan plans a run if a trigger changes.
func (*LdapSync) Plan(plan *lifecycle.Plan) { planSync(plan) }

// Create runs the synchronization.
func (l *LdapSync) Create(ctx context.Context, req infer.CreateRequest[LdapSyncArgs]) (infer.CreateResponse[LdapSyncState], error) {
	if err := l.config.conn().SyncLDAP(ctx); err != nil {
		return infer.CreateResponse[LdapSyncState]{}, err
	}
	return infer.CreateResponse[LdapSyncState]{ID: ldapSyncID, Output: l.state(req.Inputs)}, nil
}

// Read returns the state: there is nothing to read.
func (*LdapSync) Read(ctx context.Context, req infer.ReadRequest[LdapSyncArgs, LdapSyncState]) (infer.ReadResponse[LdapSyncArgs, LdapSyncState], error) {
	if lifecycle.IsImport(ctx) {
		return infer.ReadResponse[LdapSyncArgs, LdapSyncState]{}, errSyncNotImportable
	}
	return infer.ReadResponse[LdapSyncArgs, LdapSyncState](req), nil
}

// Update runs the synchronization again if a trigger has changed.
func (l *LdapSync) Update(ctx context.Context, req infer.UpdateRequest[LdapSyncArgs, LdapSyncState]) (infer.UpdateResponse[LdapSyncState], error) {
	ran, err := runAgain(ctx, req.State.Triggers, req.Inputs.Triggers, func(ctx context.Context) error { return l.config.conn().SyncLDAP(ctx) })
	if err != nil || !ran {
		return infer.UpdateResponse[LdapSyncState]{Output: req.State}, err
	}
	return infer.UpdateResponse[LdapSyncState]{Output: l.state(req.Inputs)}, nil
}

// Delete has nothing to undo.
func (*LdapSync) Delete(context.Context, infer.DeleteRequest[LdapSyncState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, nil
}

func (l *LdapSync) state(args LdapSyncArgs) LdapSyncState {
	args.Triggers = maps.Clone(args.Triggers)
	return LdapSyncState{LdapSyncArgs: args, LastSyncedAt: inputs.FormatTime(l.now())}
}
