package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// ClientSecret is one secret of a client, with a life of its own. The server
// cannot change a secret: another takes its place. Its plan is in
// client_secret_plan.go.
type ClientSecret struct {
	config *Config
	now    func() time.Time
}

// ClientSecretArgs is what a program says of a secret. No property is marked as
// one that replaces, for an import may come to know it in place; Plan decides.
type ClientSecretArgs struct {
	ClientID         string            `pulumi:"clientId" provider:"replaceOnChanges"`
	Value            *string           `pulumi:"value,optional" provider:"secret"`
	ExpiresAt        *string           `pulumi:"expiresAt,optional"`
	ExpiresIn        *string           `pulumi:"expiresIn,optional"`
	RotationTriggers map[string]string `pulumi:"rotationTriggers,optional"`
	RotateAfter      *string           `pulumi:"rotateAfter,optional"`
}

// ClientSecretState is what the stack knows of it.
type ClientSecretState struct {
	ClientSecretArgs
	ExpiresAt *string `pulumi:"expiresAt,optional"` // also where the program says expiresIn
	Secret    *string `pulumi:"secret,optional" provider:"secret"`
	SecretID  string  `pulumi:"secretId"`
	Prefix    *string `pulumi:"prefix,optional"`
	CreatedAt string  `pulumi:"createdAt"`
	IsActive  bool    `pulumi:"isActive"`
	Issuer    string  `pulumi:"issuer"`
}

// Annotate describes the resource.
func (s *ClientSecret) Annotate(a infer.Annotator) {
	a.Describe(&s, "A secret of a client, with a life of its own: a client has up to 20 of them at a time, and each works. Needs Pocket ID 2.14 or later: "+
		"before, a client has one secret, which a new one replaces at once (`Client.secretRotationTriggers`).\n\n"+
		"Secrets cannot be changed. What differs makes a new one first; the old one is deleted when everything in the stack that uses the secret has been updated, so a rotation leaves no gap. "+
		"(Do not set `deleteBeforeReplace`. A stack that takes the secret through a stack reference is updated later: for it, `Client.previousSecretValidFor` lets a replaced secret work on.) A secret that is gone or has expired is made anew by the next update.\n\n"+
		"A client whose secrets are resources of this kind wants `createSecret: false`, or it has one of its own besides.\n\n"+
		"Import one as `<clientId>/<secretId>` (see the client's page in Pocket ID, or `GET /api/oidc/clients/<clientId>/secrets`). "+
		"The server never repeats secrets, so `secret` is empty then; name its `value` to adopt it.")
}

// Annotate describes the inputs.
func (s *ClientSecretArgs) Annotate(a infer.Annotator) {
	a.Describe(&s.ClientID, "Id of the confidential client that the secret is for. Changing it replaces the secret.")
	a.Describe(&s.Value, "An own value, at least 16 printable ASCII characters. Default: 32 random letters and digits. Another value replaces the secret; leaving it out again keeps it. "+
		"On an imported secret it is adopted, after trying it. A secret with an own value is never rotated by itself: change the value.")
	a.Describe(&s.ExpiresAt, "When Pocket ID stops accepting the secret, whether or not anybody updates the stack: a time in the future, as in RFC 3339, to the second. Default: never. Changing it replaces the secret. "+
		"After that time there is no secret until the program says another time.")
	a.Describe(&s.ExpiresIn, "How long the secret works from when it is made, such as `90d` or `12h`, in place of `expiresAt`. Changing it replaces the secret. "+
		"An expired secret is replaced by the next update, unless it has an own `value`; with a `rotateAfter` that is shorter, that is done in time.")
	a.Describe(&s.RotationTriggers, "Any values; when one of them changes, or the first is added, the secret is replaced. Cannot be used with an own `value`.")
	a.Describe(&s.RotateAfter, "Age from which a preview shows the secret's replacement and an update makes it, such as `60d`. Nothing happens between updates: run them often enough. "+
		"Changing it replaces the secret only if it is that old. Cannot be used with an own `value`.")
}

// Annotate describes the outputs.
func (s *ClientSecretState) Annotate(a infer.Annotator) {
	a.Describe(&s.ExpiresAt, "When Pocket ID stops accepting the secret; empty if never.")
	a.Describe(&s.Secret, "The secret itself. Empty after an import, until the program names its `value`.")
	a.Describe(&s.SecretID, "Names the secret among the client's secrets.")
	a.Describe(&s.Prefix, "The first characters of the secret, by which Pocket ID shows it. Empty for one that was made before 2.14.")
	a.Describe(&s.CreatedAt, "When it was made.")
	a.Describe(&s.IsActive, "Whether Pocket ID accepted it (it had not expired) when it was last read.")
	a.Describe(&s.Issuer, "The issuer of the Pocket ID instance that the secret is in.")
}

// WireDependencies keeps the secret a secret whatever the inputs are.
func (*ClientSecret) WireDependencies(f infer.FieldSelector, _ *ClientSecretArgs, state *ClientSecretState) {
	f.OutputField(&state.Secret).AlwaysSecret()
}

// Canonical brings a program's words to the form that Read returns.
func (*ClientSecret) Canonical(in property.Map) property.Map {
	in = emptyIsAbsent(in, "value", "expiresAt", "expiresIn", "rotationTriggers", "rotateAfter")
	in = inWords(in, "rotationTriggers")
	if at := in.Get("expiresAt"); at.IsString() {
		if t, ok := instant(at.AsString()); ok {
			in = in.Set("expiresAt", property.WithGoValue(at, timestamp(t)))
		}
	}
	return in
}

// Check says at preview what the server would refuse, or what could not work.
func (s *ClientSecret) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[ClientSecretArgs], error) {
	args, failures, err := infer.DefaultCheck[ClientSecretArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[ClientSecretArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.that(args.ClientID != "" && !strings.ContainsAny(args.ClientID, "/\\ #") && strings.Trim(args.ClientID, ".") != "", "clientId", "must be the id of a client, is %s", check.quoted("clientId", args.ClientID))
	check.secretValue("value", args.Value)
	own := check.said("value")
	check.that(!own || !check.said("rotationTriggers"), "rotationTriggers", "cannot be used with an own value: to rotate, change the value")
	check.that(!own || !check.said("rotateAfter"), "rotateAfter", "cannot be used with an own value: to rotate, change the value")
	check.expiry(s.now(), args)
	check.manySecrets(s.config, "a ClientSecret")
	return infer.CheckResponse[ClientSecretArgs]{Inputs: args, Failures: check.failures}, nil
}

func (c *checks) expiry(now time.Time, args ClientSecretArgs) {
	c.that(!c.said("expiresAt") || !c.said("expiresIn"), "expiresIn", "cannot be used together with expiresAt")
	expiresIn := c.duration("expiresIn", args.ExpiresIn, time.Minute)
	rotateAfter := c.duration("rotateAfter", args.RotateAfter, time.Minute)
	if expiresIn > 0 && rotateAfter > 0 && !c.silent("expiresIn") {
		c.that(rotateAfter < expiresIn, "rotateAfter", "must be shorter than expiresIn: the secret would expire before its rotation")
	}
	if args.ExpiresAt == nil || c.silent("expiresAt") {
		return
	}
	at, ok := instant(*args.ExpiresAt)
	c.that(ok, "expiresAt", "must be a time as in RFC 3339, such as 2030-01-31T00:00:00Z, is %s", c.quoted("expiresAt", *args.ExpiresAt))
	// A secret may come to its end as the program says, but none is made that is at
	// its end: before a replacement the engine checks once more, as for a new one.
	c.that(!ok || at.After(now) || same(c.old.Get("expiresAt"), c.inputs.Get("expiresAt")),
		"expiresAt", "must be in the future: Pocket ID makes no secret that has expired")
}

// secretValue checks the value of a secret as the server does.
func (c *checks) secretValue(name string, value *string) {
	if value == nil || c.silent(name) {
		return
	}
	runes := []rune(*value)
	c.that(len(runes) >= 16, name, "must have at least 16 characters, has %d", len(runes))
	c.that(!slices.ContainsFunc(runes, func(r rune) bool { return r < ' ' || r > '~' }), name, "must consist of printable ASCII characters")
}

// manySecrets wants a server on which a client has several secrets.
func (c *checks) manySecrets(config *Config, what string) {
	version, err := config.versionAtOnce(c.ctx)
	if err == nil {
		err = manySecretsOn(version, what)
	}
	c.that(err == nil || errors.Is(err, errNoVersion), "", "%v", err)
}

// manySecretsGate asks the version once more: in a preview the server may have been away.
func manySecretsGate(ctx context.Context, conn *api.Conn, what string) error {
	version, err := conn.Version(ctx)
	if err != nil {
		return err
	}
	return manySecretsOn(version, what)
}

func manySecretsOn(version api.Version, what string) error {
	if version.Has(api.ManySecrets) {
		return nil
	}
	return tooOld(offeredBy(version, api.ManySecrets, what).Error() + ", where a client has one secret, which a new one replaces at once")
}

// Create makes the secret. A value that the program does not say is made here, so
// that a lost answer loses nothing.
func (s *ClientSecret) Create(ctx context.Context, req infer.CreateRequest[ClientSecretArgs]) (infer.CreateResponse[ClientSecretState], error) {
	var none infer.CreateResponse[ClientSecretState]
	conn, err := s.config.connection()
	if err != nil {
		return none, err
	}
	if err := manySecretsGate(ctx, conn, "a ClientSecret"); err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	client, err := conn.GetClient(ctx, req.Inputs.ClientID)
	if err != nil {
		return none, err
	}
	made, err := conn.MintSecret(ctx, client.ID, req.Inputs.wanted(s.now()), client.Credentials.Secrets)
	if err != nil {
		return none, err
	}
	return infer.CreateResponse[ClientSecretState]{
		ID:     clientSecretID(client.ID, made.ID),
		Output: clientSecretState(client.ID, made, req.Inputs, made.Value, issuer),
	}, nil
}

// Read brings back what the server has, which is everything but the secret itself.
func (s *ClientSecret) Read(ctx context.Context, req infer.ReadRequest[ClientSecretArgs, ClientSecretState]) (infer.ReadResponse[ClientSecretArgs, ClientSecretState], error) {
	var none infer.ReadResponse[ClientSecretArgs, ClientSecretState]
	conn, err := s.config.connection()
	if err != nil {
		return none, err
	}
	clientID, secretID, err := splitClientSecretID(req.ID)
	if err != nil {
		return none, err
	}
	if err := manySecretsGate(ctx, conn, "a ClientSecret"); err != nil {
		return none, err
	}
	found, err := findSecret(ctx, conn, clientID, secretID)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // the secret is gone, or its client and with it all of them
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	state := clientSecretState(clientID, found, req.Inputs, or(req.State.Secret, ""), issuer)
	inputs := state.ClientSecretArgs
	if imported := req.State.Issuer == ""; imported || inputs.ExpiresAt != nil {
		inputs.ExpiresAt = state.ExpiresAt
	}
	return infer.ReadResponse[ClientSecretArgs, ClientSecretState]{ID: req.ID, Inputs: inputs, State: state}, nil
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

// Update writes nothing: it takes down what the program says now, and adopts the
// value of an imported secret.
func (s *ClientSecret) Update(ctx context.Context, req infer.UpdateRequest[ClientSecretArgs, ClientSecretState]) (infer.UpdateResponse[ClientSecretState], error) {
	var none infer.UpdateResponse[ClientSecretState]
	conn, err := s.config.connection()
	if err != nil {
		return none, err
	}
	found, err := findSecret(ctx, conn, req.State.ClientID, req.State.SecretID)
	if errors.Is(err, api.ErrNotFound) {
		err = fmt.Errorf("%w; after a refresh, the next update makes another", err)
	}
	if err != nil {
		return none, err
	}
	secret := or(req.State.Secret, "")
	if own := or(req.Inputs.Value, ""); own != "" && own != secret {
		if err := isValueOf(ctx, conn, req.State.ClientID, found, own); err != nil {
			return none, err
		}
		secret = own
	}
	return infer.UpdateResponse[ClientSecretState]{
		Output: clientSecretState(req.State.ClientID, found, req.Inputs, secret, req.State.Issuer),
	}, nil
}

// isValueOf tries a value that is said to be this secret's. The server tells
// whether it is one of the client's, and the first characters of which.
func isValueOf(ctx context.Context, conn *api.Conn, clientID string, secret api.ClientSecret, value string) error {
	works := secret.MayBe(value)
	if works {
		var err error
		if works, err = conn.VerifyClientSecret(ctx, clientID, value); err != nil {
			return fmt.Errorf("value could not be tried: %w", err)
		}
	}
	if !works {
		return errors.New("value is not that of this secret, or the secret has expired, so it is not adopted: leave it out, or replace the secret with rotationTriggers")
	}
	return nil
}

// Delete takes the secret from its client.
func (s *ClientSecret) Delete(ctx context.Context, req infer.DeleteRequest[ClientSecretState]) (infer.DeleteResponse, error) {
	conn, err := s.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	clientID, secretID, err := splitClientSecretID(req.ID)
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, conn.DeleteSecret(ctx, clientID, secretID)
}

// ListInputs are what a list can be narrowed by.
func (*ClientSecret) ListInputs() map[string]string {
	return map[string]string{"clientId": "Id of a client: only its secrets."}
}

// List names the secrets there are, by the characters that Pocket ID shows of them.
func (*ClientSecret) List(ctx context.Context, conn *api.Conn, by map[string]string) ([]listing, error) {
	if err := manySecretsGate(ctx, conn, "a ClientSecret"); err != nil {
		return nil, err
	}
	clients, err := clientsBy(ctx, conn, by)
	if err != nil {
		return nil, err
	}
	var found []listing
	for _, client := range clients {
		for _, s := range client.Credentials.Secrets {
			found = append(found, listing{ID: clientSecretID(client.ID, s.ID), Name: strings.TrimSpace(client.Name + " " + s.Prefix)})
		}
	}
	return found, nil
}

// wanted is what the program says, in the server's words.
func (args ClientSecretArgs) wanted(now time.Time) api.NewSecret {
	secret := api.NewSecret{Value: or(args.Value, "")}
	if at, ok := instant(or(args.ExpiresAt, "")); ok {
		secret.ExpiresAt = &at
	}
	if in, err := parseDuration(or(args.ExpiresIn, "")); err == nil && in > 0 {
		secret.ExpiresAt = ptr(now.Add(in).UTC().Truncate(time.Second))
	}
	return secret
}

// clientSecretState is what the server says, in the program's words. What the
// server does not tell comes from what was said.
func clientSecretState(clientID string, s api.ClientSecret, said ClientSecretArgs, secret, issuer string) ClientSecretState {
	said.ClientID, said.RotationTriggers = clientID, maps.Clone(said.RotationTriggers)
	state := ClientSecretState{
		ClientSecretArgs: said,
		Secret:           some(secret),
		SecretID:         s.ID,
		Prefix:           some(s.Prefix),
		CreatedAt:        timestamp(s.CreatedAt),
		IsActive:         s.IsActive,
		Issuer:           issuer,
	}
	if s.ExpiresAt != nil {
		state.ExpiresAt = ptr(timestamp(*s.ExpiresAt))
	}
	return state
}

func clientSecretID(clientID, secretID string) string { return clientID + "/" + secretID }

func splitClientSecretID(id string) (clientID, secretID string, err error) {
	i := strings.LastIndex(id, "/")
	if i <= 0 || i == len(id)-1 {
		return "", "", fmt.Errorf("%q is not of the form <clientId>/<secretId>", id)
	}
	return id[:i], id[i+1:], nil
}
