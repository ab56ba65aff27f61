package provider

import (
	"context"
	"maps"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// LdapSync has Pocket ID take over users and groups from its LDAP directory at once.
type LdapSync struct {
	config *Config
	now    func() time.Time
}

// LdapSyncArgs is what a program says of it.
type LdapSyncArgs struct {
	Triggers map[string]string `pulumi:"triggers,optional"`
}

// LdapSyncState is what the stack knows of it.
type LdapSyncState struct {
	LdapSyncArgs
	LastSyncedAt string `pulumi:"lastSyncedAt"`
	Issuer       string `pulumi:"issuer"`
}

// Annotate describes the resource.
func (l *LdapSync) Annotate(a infer.Annotator) {
	a.Describe(&l, "Has Pocket ID take over users and groups from its LDAP directory now, and again whenever `triggers` change: when the application's LDAP settings do, say. "+
		"Otherwise Pocket ID does so every hour. LDAP must be enabled.\n\n"+
		"The update waits until it is done, and fails if the directory cannot be reached or refuses; Pocket ID's log says why. With many users raise the provider's `requestTimeout`. "+
		"It has no object on the server: deleting it undoes nothing, and it cannot be imported.")
}

// Annotate describes the inputs.
func (l *LdapSyncArgs) Annotate(a infer.Annotator) {
	a.Describe(&l.Triggers, "Any values; when one of them changes or is added, it is done again.")
}

// Annotate describes the outputs.
func (l *LdapSyncState) Annotate(a infer.Annotator) {
	a.Describe(&l.LastSyncedAt, "When this resource did it last.")
	a.Describe(&l.Issuer, "The issuer of the Pocket ID instance.")
}

// Canonical brings a program's words to one form.
func (*LdapSync) Canonical(in property.Map) property.Map {
	return emptyIsAbsent(inWords(in, "triggers"), "triggers")
}

// Check has nothing to say beyond the types.
func (*LdapSync) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[LdapSyncArgs], error) {
	args, failures, err := infer.DefaultCheck[LdapSyncArgs](ctx, req.NewInputs)
	return infer.CheckResponse[LdapSyncArgs]{Inputs: args, Failures: failures}, err
}

// Plan runs nothing where the triggers are only taken out of the program.
func (*LdapSync) Plan(c *change) { planRun(c) }

// ldapSyncID is the id of every such resource: an instance has one directory.
const ldapSyncID = "ldap-sync"

// Create does it for the first time.
func (l *LdapSync) Create(ctx context.Context, req infer.CreateRequest[LdapSyncArgs]) (infer.CreateResponse[LdapSyncState], error) {
	var none infer.CreateResponse[LdapSyncState]
	conn, err := l.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	if err := conn.SyncLDAP(ctx); err != nil {
		return none, err
	}
	return infer.CreateResponse[LdapSyncState]{ID: ldapSyncID, Output: l.done(req.Inputs, issuer)}, nil
}

// Read has nothing to read: what was done is done.
func (*LdapSync) Read(_ context.Context, req infer.ReadRequest[LdapSyncArgs, LdapSyncState]) (infer.ReadResponse[LdapSyncArgs, LdapSyncState], error) {
	if req.State.Issuer == "" {
		return infer.ReadResponse[LdapSyncArgs, LdapSyncState]{}, errNoImport
	}
	return infer.ReadResponse[LdapSyncArgs, LdapSyncState](req), nil // as it was
}

// Update does it again, if the triggers say so.
func (l *LdapSync) Update(ctx context.Context, req infer.UpdateRequest[LdapSyncArgs, LdapSyncState]) (infer.UpdateResponse[LdapSyncState], error) {
	unchanged := infer.UpdateResponse[LdapSyncState]{Output: req.State}
	if maps.Equal(req.State.Triggers, req.Inputs.Triggers) {
		return unchanged, nil // what it says has become a secret
	}
	conn, err := l.config.connection()
	if err != nil {
		return unchanged, err
	}
	if err := conn.SyncLDAP(ctx); err != nil {
		return unchanged, err
	}
	return infer.UpdateResponse[LdapSyncState]{Output: l.done(req.Inputs, req.State.Issuer)}, nil
}

// Delete forgets it.
func (*LdapSync) Delete(context.Context, infer.DeleteRequest[LdapSyncState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, nil
}

func (l *LdapSync) done(said LdapSyncArgs, issuer string) LdapSyncState {
	said.Triggers = maps.Clone(said.Triggers)
	return LdapSyncState{LdapSyncArgs: said, LastSyncedAt: timestamp(l.now()), Issuer: issuer}
}
