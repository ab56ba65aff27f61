package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// GetUserPasskeys looks up the passkeys of a user.
type GetUserPasskeys struct{ config *Config }

// GetUserPasskeysArgs are the inputs.
type GetUserPasskeysArgs struct {
	UserID string `pulumi:"userId"`
}

// GetUserPasskeysResult is the result.
type GetUserPasskeysResult struct {
	Passkeys []PasskeySummary `pulumi:"passkeys"`
}

// PasskeySummary is a passkey, without its key material.
type PasskeySummary struct {
	ID             string   `pulumi:"id"`
	Name           string   `pulumi:"name"`
	CreatedAt      *string  `pulumi:"createdAt,optional"`
	BackupEligible bool     `pulumi:"backupEligible"`
	BackupState    bool     `pulumi:"backupState"`
	Transports     []string `pulumi:"transports"`
}

// Annotate describes the function.
func (g *GetUserPasskeys) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up the passkeys of a user, for example to check that an administrator has two. Credentials and public keys are never returned.\n\n"+
		"Requires Pocket ID 2.6 or later.")
}

// Annotate describes the inputs.
func (g *GetUserPasskeysArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.UserID, "ID of the user. A user that does not exist is an error.")
}

// Annotate describes the result.
func (r *GetUserPasskeysResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Passkeys, "The passkeys in the order in which Pocket ID returns them. Empty if the user has none.")
}

// Annotate describes a passkey.
func (p *PasskeySummary) Annotate(a infer.Annotator) {
	a.Describe(&p.ID, "ID of the passkey in Pocket ID.")
	a.Describe(&p.Name, "Name of the passkey, which the user can change.")
	a.Describe(&p.CreatedAt, "Creation time in RFC 3339 format.")
	a.Describe(&p.BackupEligible, "Whether the passkey can be synchronized between devices.")
	a.Describe(&p.BackupState, "Whether the passkey is synchronized between devices now.")
	a.Describe(&p.Transports, "How the passkey's device can be connected, such as `internal`, `hybrid` and `usb`, sorted. Empty if the device did not report it.")
}

// Invoke reads the passkeys from Pocket ID.
func (g *GetUserPasskeys) Invoke(ctx context.Context, req infer.FunctionRequest[GetUserPasskeysArgs]) (infer.FunctionResponse[GetUserPasskeysResult], error) {
	var none infer.FunctionResponse[GetUserPasskeysResult]
	conn := g.config.conn()
	if err := conn.Require(ctx, api.PasskeyListing, "getUserPasskeys"); err != nil {
		return none, err
	}
	user, err := conn.GetUser(ctx, req.Input.UserID) // the list of a user that does not exist is empty
	if err != nil {
		return none, err
	}
	all, err := conn.ListPasskeys(ctx, user.ID)
	if err != nil {
		return none, err
	}
	passkeys := []PasskeySummary{}
	for _, k := range all {
		passkeys = append(passkeys, passkeySummary(k))
	}
	return infer.FunctionResponse[GetUserPasskeysResult]{Output: GetUserPasskeysResult{passkeys}}, nil
}

func passkeySummary(k api.Passkey) PasskeySummary {
	found := PasskeySummary{ID: k.ID, Name: k.Name, BackupEligible: k.BackupEligible, BackupState: k.BackupState, Transports: inputs.SortedSet(k.Transports)}
	if !k.CreatedAt.IsZero() {
		found.CreatedAt = inputs.Ptr(inputs.FormatTime(k.CreatedAt))
	}
	return found
}
