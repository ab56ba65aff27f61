package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// ClientSecret is one of several secrets of a client. The server cannot change a secret,
// so changes replace it; client_secret_plan.go decides which.
type ClientSecret struct {
	config *Config
	now    func() time.Time
}

// ClientSecretArgs are the inputs. Most of them are not marked replaceOnChanges, because
// an imported secret can adopt them in place; Plan decides.
type ClientSecretArgs struct {
	ClientID         string            `pulumi:"clientId" provider:"replaceOnChanges"`
	Value            *string           `pulumi:"value,optional" provider:"secret"`
	ExpiresAt        *string           `pulumi:"expiresAt,optional"`
	ExpiresIn        *string           `pulumi:"expiresIn,optional"`
	RotationTriggers map[string]string `pulumi:"rotationTriggers,optional"`
	RotateAfter      *string           `pulumi:"rotateAfter,optional"`
}

// ClientSecretState is the state.
type ClientSecretState struct {
	ClientSecretArgs
	ExpiresAt *string `pulumi:"expiresAt,optional"` // also set for expiresIn
	Secret    *string `pulumi:"secret,optional" provider:"secret"`
	SecretID  string  `pulumi:"secretId"`
	Prefix    *string `pulumi:"prefix,optional"`
	CreatedAt string  `pulumi:"createdAt"`
	IsActive  bool    `pulumi:"isActive"`
	Instance
}

// Annotate describes the resource.
func (s *ClientSecret) Annotate(a infer.Annotator) {
	a.Describe(&s, "A secret of a client, managed as a separate resource.\n\n"+
		"A client can have up to 20 secrets at a time, and all of them are valid.\n\n"+
		"A secret cannot be changed. "+
		"A change creates a new secret first, and deletes the old one after everything in the stack that uses it was updated, so that a rotation causes no downtime. "+
		"Do not set `deleteBeforeReplace`. A stack that gets the secret through a stack reference is updated later. "+
		"For such a stack, use `Client.previousSecretValidFor`, which keeps a replaced secret valid.\n\n"+
		"If a secret was deleted outside Pulumi or has expired, the next update creates a new one. "+
		"An expired secret with an `expiresAt` or a custom `value` is not replaced automatically.\n\n"+
		"Set `createSecret: false` on a client whose secrets are resources of this type. Otherwise, the client also has a secret of its own.\n\n"+
		"Import with the client ID and the secret ID: `pulumi import pocketid:index:ClientSecret key <clientId>/<secretId>`. "+
		"The secret ID is on the client's page in Pocket ID, and in `GET /api/oidc/clients/<clientId>/secrets`. "+
		"Pocket ID never returns an existing secret, so `secret` is empty after an import. Set `value` to adopt the secret.\n\n"+
		"Requires Pocket ID 2.14 or later. On older servers, a client has one secret, which a new one replaces at once (`Client.secretRotationTriggers`).")
}

// Annotate describes the inputs.
func (s *ClientSecretArgs) Annotate(a infer.Annotator) {
	a.Describe(&s.ClientID, "ID of the confidential client that the secret belongs to. Changing it replaces the resource.")
	a.Describe(&s.Value, "A custom secret value of at least 16 printable ASCII characters. Defaults to 32 random letters and digits. Changing it replaces the resource. "+
		"If omitted later, the current value is kept. On an imported secret, the provider verifies the value and adopts it without a replacement. "+
		"A secret with a custom value is never rotated automatically: change the value instead.")
	a.Describe(&s.ExpiresAt, "Time at which Pocket ID stops accepting the secret, even without an update of the stack. A time in the future in RFC 3339 format, to the second. Defaults to never. "+
		"Changing it replaces the resource. After that time, there is no valid secret until `expiresAt` changes.")
	a.Describe(&s.ExpiresIn, "Lifetime of the secret from its creation, such as `90d` or `12h`. Cannot be combined with `expiresAt`. Changing it replaces the resource. "+
		"The next update replaces an expired secret, unless it has a custom `value`. Set a shorter `rotateAfter` to replace it before it expires.")
	a.Describe(&s.RotationTriggers, "Arbitrary values. Changing one, or adding the first one, replaces the resource. Cannot be combined with a custom `value`.")
	a.Describe(&s.RotateAfter, "Age from which a preview shows the replacement of the secret and an update performs it, such as `60d`. Nothing happens between updates, so run them often enough. "+
		"Changing it replaces the resource only if the secret has already reached that age. Cannot be combined with a custom `value`.")
}

// Annotate describes the outputs.
func (s *ClientSecretState) Annotate(a infer.Annotator) {
	a.Describe(&s.ExpiresAt, "Time at which Pocket ID stops accepting the secret, in RFC 3339 format. Empty if the secret does not expire.")
	a.Describe(&s.Secret, "The secret value. Empty after an import, until `value` is set.")
	a.Describe(&s.SecretID, "ID of the secret among the client's secrets.")
	a.Describe(&s.Prefix, "First characters of the secret, which Pocket ID shows to identify it. Empty for a secret that was created before Pocket ID 2.14.")
	a.Describe(&s.CreatedAt, "Creation time in RFC 3339 format.")
	a.Describe(&s.IsActive, "Whether Pocket ID accepted the secret (it had not expired) when it was last read.")
}

// Normalize brings the inputs to the form that Read returns.
func (*ClientSecret) Normalize(in property.Map) property.Map {
	in = inputs.OmitEmpty(in, "value", "expiresAt", "expiresIn", "rotationTriggers", "rotateAfter")
	in = inputs.Stringify(in, "rotationTriggers")
	if at := in.Get("expiresAt"); at.IsString() {
		if t, ok := inputs.ParseTime(at.AsString()); ok {
			in = in.Set("expiresAt", property.WithGoValue(at, inputs.FormatTime(t)))
		}
	}
	return in
}

// Check refuses what the server would refuse, and what could not work.
func (s *ClientSecret) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *ClientSecretArgs) {
		check.ClientID("clientId", args.ClientID)
		checkSecretValue(check, "value", args.Value)
		custom := check.IsSet("value")
		check.Require(!custom || !check.IsSet("rotationTriggers"), "rotationTriggers", "must not be set together with value; to rotate the secret, change value")
		check.Require(!custom || !check.IsSet("rotateAfter"), "rotateAfter", "must not be set together with value; to rotate the secret, change value")
		checkExpiry(check, s.now(), args)
		checkFeature(check, s.config, api.MultipleSecrets, "a ClientSecret")
	})
}

func checkExpiry(check *inputs.Checker, now time.Time, args *ClientSecretArgs) {
	check.Require(!check.IsSet("expiresAt") || !check.IsSet("expiresIn"), "expiresIn", "must not be set together with expiresAt")
	expiresIn := check.Duration("expiresIn", args.ExpiresIn, time.Minute)
	rotateAfter := check.Duration("rotateAfter", args.RotateAfter, time.Minute)
	if expiresIn > 0 && rotateAfter > 0 && !check.Skips("expiresIn") {
		check.Require(rotateAfter < expiresIn, "rotateAfter", "must be shorter than expiresIn, or the secret would expire before it is rotated")
	}
	if args.ExpiresAt == nil || check.Skips("expiresAt") {
		return
	}
	at, ok := inputs.ParseTime(*args.ExpiresAt)
	check.Require(ok, "expiresAt", "must be an RFC 3339 timestamp such as 2030-01-31T00:00:00Z (got %s)", check.Quote("expiresAt", *args.ExpiresAt))
	// An existing secret may have expired. A new one must not: before a replacement, the
	// engine checks again, without old inputs.
	check.Require(!ok || at.After(now) || check.Unchanged("expiresAt"), "expiresAt", "must be in the future; Pocket ID creates no expired secret")
}

// checkSecretValue validates the value of a secret as the server does.
func checkSecretValue(check *inputs.Checker, property string, value *string) {
	if value == nil || check.Skips(property) {
		return
	}
	runes := []rune(*value)
	check.Require(len(runes) >= 16, property, "must have at least 16 characters (got %d)", len(runes))
	check.Require(!slices.ContainsFunc(runes, func(r rune) bool { return r < ' ' || r > '~' }), property, "must consist of printable ASCII characters")
}

// Create creates the secret. A random value is generated here, so that a lost response
// loses nothing.
func (s *ClientSecret) Create(ctx context.Context, req infer.CreateRequest[ClientSecretArgs]) (infer.CreateResponse[ClientSecretState], error) {
	var none infer.CreateResponse[ClientSecretState]
	conn := s.config.conn()
	if err := conn.Require(ctx, api.MultipleSecrets, "a ClientSecret"); err != nil {
		return none, err
	}
	client, err := conn.GetClient(ctx, req.Inputs.ClientID)
	if err != nil {
		return none, err
	}
	created, err := conn.CreateSecret(ctx, client.ID, req.Inputs.newSecret(s.now()), client.Credentials.Secrets)
	if err != nil {
		return none, err
	}
	return infer.CreateResponse[ClientSecretState]{
		ID:     ids.ClientSecret(client.ID, created.ID),
		Output: clientSecretState(client.ID, created, req.Inputs, created.Value),
	}, nil
}

// Read reads everything but the value of the secret.
func (s *ClientSecret) Read(ctx context.Context, req infer.ReadRequest[ClientSecretArgs, ClientSecretState]) (infer.ReadResponse[ClientSecretArgs, ClientSecretState], error) {
	var none infer.ReadResponse[ClientSecretArgs, ClientSecretState]
	clientID, secretID, err := ids.SplitClientSecret(req.ID)
	if err != nil {
		return none, err
	}
	if err := s.config.conn().Require(ctx, api.MultipleSecrets, "a ClientSecret"); err != nil {
		return none, err
	}
	found, err := findSecret(ctx, s.config.conn(), clientID, secretID)
	if err != nil {
		return none, err
	}
	state := clientSecretState(clientID, found, req.Inputs, inputs.ValueOr(req.State.Secret, ""))
	in := state.ClientSecretArgs
	if lifecycle.IsImport(ctx) || in.ExpiresAt != nil {
		in.ExpiresAt = state.ExpiresAt
	}
	return infer.ReadResponse[ClientSecretArgs, ClientSecretState]{ID: req.ID, Inputs: in, State: state}, nil
}

func findSecret(ctx context.Context, conn *api.Conn, clientID, secretID string) (api.ClientSecret, error) {
	all, err := conn.ListSecrets(ctx, clientID)
	if err != nil {
		return api.ClientSecret{}, err
	}
	i := slices.IndexFunc(all, func(s api.ClientSecret) bool { return s.ID == secretID })
	if i < 0 {
		return api.ClientSecret{}, fmt.Errorf("%w: client %s has no secret %s", api.ErrNotFound, clientID, secretID)
	}
	return all[i], nil
}

// Update writes nothing to the server. It stores the inputs in the state, and adopts the
// value of an imported secret.
func (s *ClientSecret) Update(ctx context.Context, req infer.UpdateRequest[ClientSecretArgs, ClientSecretState]) (infer.UpdateResponse[ClientSecretState], error) {
	var none infer.UpdateResponse[ClientSecretState]
	conn := s.config.conn()
	found, err := findSecret(ctx, conn, req.State.ClientID, req.State.SecretID)
	if errors.Is(err, api.ErrNotFound) {
		err = fmt.Errorf("%w; run a refresh, and the next update creates another secret", err)
	}
	if err != nil {
		return none, err
	}
	secret := inputs.ValueOr(req.State.Secret, "")
	if value := inputs.ValueOr(req.Inputs.Value, ""); value != "" && value != secret {
		if err := verifySecretValue(ctx, conn, req.State.ClientID, found, value); err != nil {
			return none, lifecycle.Unchanged(err)
		}
		secret = value
	}
	return infer.UpdateResponse[ClientSecretState]{Output: clientSecretState(req.State.ClientID, found, req.Inputs, secret)}, nil
}

// verifySecretValue returns an error if value is not that of the secret. The server verifies
// whether it is that of any secret of the client, and the prefix shows which.
func verifySecretValue(ctx context.Context, conn *api.Conn, clientID string, secret api.ClientSecret, value string) error {
	works := secret.PrefixMatches(value)
	if works {
		var err error
		if works, err = conn.VerifyClientSecret(ctx, clientID, value); err != nil {
			return fmt.Errorf("value could not be verified: %w", err)
		}
	}
	if !works {
		return errors.New("value is not the value of this secret, or the secret has expired, so it was not adopted; omit it, or replace the secret with rotationTriggers")
	}
	return nil
}

// Delete deletes the secret.
func (s *ClientSecret) Delete(ctx context.Context, req infer.DeleteRequest[ClientSecretState]) (infer.DeleteResponse, error) {
	clientID, secretID, err := ids.SplitClientSecret(req.ID)
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, s.config.conn().DeleteSecret(ctx, clientID, secretID)
}

// ListInputs are the filters of List.
func (*ClientSecret) ListInputs() map[string]string {
	return map[string]string{"clientId": "ID of a client. Lists only the secrets of this client."}
}

// List returns the secrets of all clients, or of one. Their names contain the prefix that
// Pocket ID shows.
func (s *ClientSecret) List(ctx context.Context, filter map[string]string) ([]lifecycle.Listed, error) {
	return s.config.list(ctx, inventory.ClientSecrets, inventory.Filter{ClientID: filter["clientId"]})
}

// newSecret converts the inputs to the server's form.
func (args ClientSecretArgs) newSecret(now time.Time) api.SecretRequest {
	secret := api.SecretRequest{Value: inputs.ValueOr(args.Value, "")}
	if at, ok := inputs.ParseTime(inputs.ValueOr(args.ExpiresAt, "")); ok {
		secret.ExpiresAt = &at
	}
	if in, err := inputs.ParseDuration(inputs.ValueOr(args.ExpiresIn, "")); err == nil && in > 0 {
		secret.ExpiresAt = inputs.Ptr(now.Add(in).UTC().Truncate(time.Second))
	}
	return secret
}

// clientSecretState converts the server's form to the state. What the server does not
// return comes from the inputs.
func clientSecretState(clientID string, s api.ClientSecret, args ClientSecretArgs, secret string) ClientSecretState {
	args.ClientID, args.RotationTriggers = clientID, maps.Clone(args.RotationTriggers)
	state := ClientSecretState{
		ClientSecretArgs: args,
		Secret:           inputs.NonEmpty(secret),
		SecretID:         s.ID,
		Prefix:           inputs.NonEmpty(s.Prefix),
		CreatedAt:        inputs.FormatTime(s.CreatedAt),
		IsActive:         s.IsActive,
	}
	if s.ExpiresAt != nil {
		state.ExpiresAt = inputs.Ptr(inputs.FormatTime(*s.ExpiresAt))
	}
	return state
}
