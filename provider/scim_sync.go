package provider

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// ScimSync has Pocket ID tell an application of users and groups at once.
type ScimSync struct {
	config *Config
	now    func() time.Time
}

// ScimSyncArgs is what a program says of it.
type ScimSyncArgs struct {
	ClientID string            `pulumi:"clientId" provider:"replaceOnChanges"`
	Triggers map[string]string `pulumi:"triggers,optional"`
}

// ScimSyncState is what the stack knows of it.
type ScimSyncState struct {
	ScimSyncArgs
	LastSyncedAt string `pulumi:"lastSyncedAt"`
	Issuer       string `pulumi:"issuer"`
}

// Annotate describes the resource.
func (s *ScimSync) Annotate(a infer.Annotator) {
	a.Describe(&s, "Has Pocket ID bring the application behind a `ScimServiceProvider` up to date now, and again whenever `triggers` change: when the members of a group do, say. "+
		"Otherwise Pocket ID does so every hour, and some minutes after a change.\n\n"+
		"The update waits until it is done, and fails if the application refuses; Pocket ID's log says why. With many users raise the provider's `requestTimeout`. "+
		"It has no object on the server: deleting it undoes nothing, and it cannot be imported.")
}

// Annotate describes the inputs.
func (s *ScimSyncArgs) Annotate(a infer.Annotator) {
	a.Describe(&s.ClientID, "Id of the client that has the service provider; take it from the `ScimServiceProvider`, so that this comes after it. Changing it makes another run.")
	a.Describe(&s.Triggers, "Any values; when one of them changes or is added, it is done again.")
}

// Annotate describes the outputs.
func (s *ScimSyncState) Annotate(a infer.Annotator) {
	a.Describe(&s.LastSyncedAt, "When this resource did it last.")
	a.Describe(&s.Issuer, "The issuer of the Pocket ID instance that the client is in.")
}

// Canonical brings a program's words to one form.
func (*ScimSync) Canonical(in property.Map) property.Map {
	return emptyIsAbsent(inWords(in, "triggers"), "triggers")
}

// Check says at preview what can be no id.
func (s *ScimSync) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[ScimSyncArgs], error) {
	args, failures, err := infer.DefaultCheck[ScimSyncArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[ScimSyncArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.that(isClientID(args.ClientID), "clientId", "must be the id of a client, is %s", check.quoted("clientId", args.ClientID))
	return infer.CheckResponse[ScimSyncArgs]{Inputs: args, Failures: check.failures}, nil
}

// Plan runs nothing where the triggers are only taken out of the program.
func (*ScimSync) Plan(c *change) { planRun(c) }

func planRun(c *change) {
	c.leftAlone("triggers")
	if c.differs("triggers") {
		c.renews("lastSyncedAt")
	}
}

// Create does it for the first time.
func (s *ScimSync) Create(ctx context.Context, req infer.CreateRequest[ScimSyncArgs]) (infer.CreateResponse[ScimSyncState], error) {
	var none infer.CreateResponse[ScimSyncState]
	conn, err := s.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	if err := conn.SyncSCIM(ctx, req.Inputs.ClientID); err != nil {
		return none, err
	}
	return infer.CreateResponse[ScimSyncState]{ID: req.Inputs.ClientID, Output: s.done(req.Inputs, issuer)}, nil
}

// Read has nothing to read: what was done is done.
func (*ScimSync) Read(_ context.Context, req infer.ReadRequest[ScimSyncArgs, ScimSyncState]) (infer.ReadResponse[ScimSyncArgs, ScimSyncState], error) {
	if req.State.Issuer == "" {
		return infer.ReadResponse[ScimSyncArgs, ScimSyncState]{}, errNoImport
	}
	return infer.ReadResponse[ScimSyncArgs, ScimSyncState](req), nil // as it was
}

var errNoImport = errors.New("this has no object on the server that could be imported: leave out the import, and it is done anew")

// Update does it again, if the triggers say so.
func (s *ScimSync) Update(ctx context.Context, req infer.UpdateRequest[ScimSyncArgs, ScimSyncState]) (infer.UpdateResponse[ScimSyncState], error) {
	unchanged := infer.UpdateResponse[ScimSyncState]{Output: req.State}
	if maps.Equal(req.State.Triggers, req.Inputs.Triggers) {
		return unchanged, nil // what it says has become a secret
	}
	conn, err := s.config.connection()
	if err != nil {
		return unchanged, err
	}
	if err := conn.SyncSCIM(ctx, req.Inputs.ClientID); err != nil {
		return unchanged, err
	}
	return infer.UpdateResponse[ScimSyncState]{Output: s.done(req.Inputs, req.State.Issuer)}, nil
}

// Delete forgets it.
func (*ScimSync) Delete(context.Context, infer.DeleteRequest[ScimSyncState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, nil
}

func (s *ScimSync) done(said ScimSyncArgs, issuer string) ScimSyncState {
	said.Triggers = maps.Clone(said.Triggers)
	return ScimSyncState{ScimSyncArgs: said, LastSyncedAt: timestamp(s.now()), Issuer: issuer}
}
