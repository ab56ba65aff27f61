package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// The server stores secrets as hashes and never returns one. Before 2.14 it does not even
// report whether a client has one. So the state records what is known about the secret: a
// refresh changes the record, and only an update changes the secret.
const (
	secretNone    = "none"    // the stack manages no secret
	secretManaged = "managed" // the stack created or adopted the secret
	secretUnknown = "unknown" // the client was imported, with a secret or without
	secretMissing = "missing" // the next update creates the secret
)

// managedSecret is what the state records about the secret of a client.
type managedSecret struct {
	status, value, id string
	triggers          map[string]string // when it was created
	previous          []PreviousSecret
}

// PreviousSecret is a secret that was replaced and still works.
type PreviousSecret struct {
	SecretID    string  `pulumi:"secretId"`
	RetireAfter *string `pulumi:"retireAfter,optional"` // nil: delete it in the next update
}

// Annotate describes the type.
func (s *PreviousSecret) Annotate(a infer.Annotator) {
	a.Describe(&s.SecretID, "ID of the secret among the client's secrets.")
	a.Describe(&s.RetireAfter, "Time in RFC 3339 format. The first update after it deletes the secret. If empty, the next update deletes the secret.")
}

func secretOf(s ClientState) managedSecret {
	return managedSecret{
		status:   inputs.ValueOr(s.SecretStatus, secretNone),
		value:    inputs.ValueOr(s.ClientArgs.ClientSecret, ""),
		id:       inputs.ValueOr(s.ClientSecretID, ""),
		triggers: s.SecretRotationTriggers,
		previous: s.PreviousSecrets,
	}
}

// importedSecret is what an import knows about the secret.
func importedSecret(c api.OIDCClient) managedSecret {
	if c.IsPublic {
		return managedSecret{status: secretNone}
	}
	return managedSecret{status: secretUnknown}
}

// isDue reports whether a replaced secret is to be deleted now.
func (p PreviousSecret) isDue(in secretInputs, now time.Time) bool {
	after, _ := inputs.ParseTime(inputs.ValueOr(p.RetireAfter, "")) // without a time, it is long past
	return in.validFor == 0 || !now.Before(after)
}

// overdueWarning warns about a replaced secret that still works after the time at which it
// should be deleted.
func (p PreviousSecret) overdueWarning(now time.Time) (text string, overdue bool) {
	after, ok := inputs.ParseTime(inputs.ValueOr(p.RetireAfter, ""))
	return fmt.Sprintf("the replaced secret %s was kept until %s and still works; the next update deletes it",
		p.SecretID, inputs.ValueOr(p.RetireAfter, "")), ok && !now.Before(after)
}

type secretAction int

const (
	keepSecret   secretAction = iota
	createSecret              // and retire the managed one, if any
	adoptSecret               // the program sets the value of an unknown secret
	retireSecret              // and create none
)

// action is what an update does about the secret.
func (s managedSecret) action(in secretInputs) secretAction {
	rotated := len(in.triggers) > 0 && !maps.Equal(in.triggers, s.triggers)
	switch {
	case !in.wanted && (s.status == secretManaged || s.isUnresolved()):
		return retireSecret
	case !in.wanted:
		return keepSecret
	case s.status == secretNone || s.status == secretMissing:
		return createSecret
	case in.value != "" && s.status == secretUnknown:
		return adoptSecret
	case in.value != "" && in.value != s.value:
		return createSecret
	case in.value == "" && rotated && (s.status == secretManaged || s.triggers != nil):
		// An import does not know the triggers of the existing secret, so the first ones
		// that the program sets rotate nothing.
		return createSecret
	}
	return keepSecret
}

// create creates the secret of a new client.
func (s *managedSecret) create(ctx context.Context, conn *api.Conn, client api.OIDCClient, args ClientArgs) error {
	in := args.secretInputs()
	var err error
	switch {
	case !in.wanted:
	case client.CreatedSecret != nil && in.value == "": // 2.17 and later create one with the client
		s.status, s.value, s.id = secretManaged, client.CreatedSecret.Value, client.CreatedSecret.ID
	default:
		if err = s.replace(ctx, conn, client, in.value, nil); err != nil {
			err = fmt.Errorf("the client was created, but not its secret: %w", err)
		}
	}
	s.triggers = args.SecretRotationTriggers
	// An unused secret that came with the client could still authenticate. Other secrets
	// that it has by now are not to be deleted: a ClientSecret may have been faster.
	if client.CreatedSecret != nil {
		s.supersede(client.CreatedSecret.ID, nil)
		return errors.Join(err, s.deleteDue(ctx, conn, client.ID, in, time.Time{}))
	}
	s.warnOfUnmanaged(ctx, client.Credentials.Secrets) // the response with the created secret may have been lost
	return err
}

// replace creates a secret, and records the one that it replaces. If the outcome is unknown,
// the secret is missing and its value is kept: the next update tries that value before it
// creates another secret.
func (s *managedSecret) replace(ctx context.Context, conn *api.Conn, client api.OIDCClient, wanted string, retireAfter *string) error {
	value := wanted
	if s.isUnresolved() {
		works, err := s.resolve(ctx, conn, client)
		if err != nil || works && (wanted == "" || wanted == s.value) {
			return err
		}
		value = cmp.Or(wanted, s.value)
	}
	replaced := s.id
	created, err := conn.CreateSecret(ctx, client.ID, api.SecretRequest{Value: value}, client.Credentials.Secrets)
	switch {
	case errors.Is(err, api.ErrOutcomeUnknown):
		s.status, s.value, s.id = secretMissing, created.Value, ""
	case err != nil:
		return err
	default:
		s.status, s.value, s.id = secretManaged, created.Value, created.ID
	}
	s.supersede(replaced, retireAfter)
	return err
}

// isUnresolved reports whether the server may have created the secret although no response
// confirmed it.
func (s *managedSecret) isUnresolved() bool { return s.status == secretMissing && s.value != "" }

// resolve determines whether the server has created an unresolved secret.
func (s *managedSecret) resolve(ctx context.Context, conn *api.Conn, client api.OIDCClient) (works bool, err error) {
	works, err = conn.VerifyClientSecret(ctx, client.ID, s.value)
	if works {
		s.status, s.id = secretManaged, idOfSecret(client.Credentials.Secrets, s.value)
	}
	return works, err
}

// retire stops managing the secret, and marks it for deletion. An unresolved secret
// that cannot be verified stays in the state.
func (s *managedSecret) retire(ctx context.Context, conn *api.Conn, client api.OIDCClient) error {
	if s.isUnresolved() {
		if _, err := s.resolve(ctx, conn, client); err != nil {
			return fmt.Errorf("cannot determine whether the client has the secret whose creation got no response: %w", err)
		}
	}
	retired, works := s.id, s.status == secretManaged
	s.status, s.value, s.id = secretNone, "", ""
	s.supersede(retired, nil)
	switch {
	case retired != "":
	case client.Credentials.Secrets != nil:
		s.warnOfUnmanaged(ctx, client.Credentials.Secrets) // it may be one of them
	case works:
		p.GetLogger(ctx).Warning("the client's secret is no longer managed, but it still works; before 2.14, Pocket ID cannot delete a secret")
	}
	return nil
}

// observe compares with the secrets that the server lists (2.14 and later). One that is
// gone or has expired is missing.
func (s *managedSecret) observe(ctx context.Context, conn *api.Conn, client api.OIDCClient) {
	s.observeWithoutID(ctx, conn, client)
	listed := client.Credentials.Secrets
	if listed == nil {
		return // an older server
	}
	works := func(id string) bool {
		return slices.ContainsFunc(listed, func(l api.ClientSecret) bool {
			return l.ID == id && (l.IsActive || l.ExpiresAt == nil) // by the clock of the server
		})
	}
	if s.status == secretManaged && s.id != "" && !works(s.id) {
		s.status, s.value, s.id = secretMissing, "", ""
	}
	s.previous = inputs.NilIfEmpty(slices.DeleteFunc(slices.Clone(s.previous), func(p PreviousSecret) bool {
		return !slices.ContainsFunc(listed, func(l api.ClientSecret) bool { return l.ID == p.SecretID })
	}))
}

// observeWithoutID verifies a secret that has no ID: before 2.14 no secret has one, and the
// state learns it after the server was upgraded. One that no longer works is missing. If it
// cannot be verified, the record stays.
func (s *managedSecret) observeWithoutID(ctx context.Context, conn *api.Conn, client api.OIDCClient) {
	if s.status != secretManaged || s.id != "" || s.value == "" || client.IsPublic {
		return
	}
	works, err := conn.VerifyClientSecret(ctx, client.ID, s.value)
	switch {
	case err != nil:
		p.GetLogger(ctx).Warningf("cannot verify whether the client's secret is still valid: %v", err)
	case works:
		s.id = idOfSecret(client.Credentials.Secrets, s.value)
	default:
		s.status, s.value = secretMissing, ""
	}
}

// update does what planManagedSecret has planned.
func (s *managedSecret) update(ctx context.Context, conn *api.Conn, client api.OIDCClient, args ClientArgs, now time.Time) error {
	in := args.secretInputs()
	if err := s.perform(ctx, conn, client, s.action(in), in, now); err != nil {
		return err
	}
	s.triggers = args.SecretRotationTriggers
	return s.deleteDue(ctx, conn, client.ID, in, now)
}

// perform performs an action.
func (s *managedSecret) perform(ctx context.Context, conn *api.Conn, client api.OIDCClient, action secretAction, in secretInputs, now time.Time) error {
	switch action {
	case createSecret:
		if err := s.identify(ctx, conn, client); err != nil {
			return err
		}
		s.warnOfUnmanaged(ctx, client.Credentials.Secrets)
		if err := s.replace(ctx, conn, client, in.value, retireTime(now, in.validFor)); err != nil {
			return fmt.Errorf("the new secret was not created, and the existing one stays: %w", err)
		}
	case adoptSecret:
		return s.adopt(ctx, conn, client, in.value)
	case retireSecret:
		if err := s.identify(ctx, conn, client); err != nil {
			return err
		}
		return s.retire(ctx, conn, client)
	case keepSecret:
		if !in.wanted && (s.status == secretMissing || client.IsPublic) {
			s.status = secretNone
		}
	}
	return nil
}

// adopt starts to manage an existing secret of an imported client. The program sets its
// value.
func (s *managedSecret) adopt(ctx context.Context, conn *api.Conn, client api.OIDCClient, value string) error {
	ok, err := conn.VerifyClientSecret(ctx, client.ID, value)
	if err != nil {
		return fmt.Errorf("clientSecret could not be verified: %w", err)
	}
	if !ok {
		return errors.New("clientSecret is not a secret of this client, so it was not adopted; " +
			"omit it, or rotate the secret with secretRotationTriggers")
	}
	s.status, s.value, s.id = secretManaged, value, idOfSecret(client.Credentials.Secrets, value)
	return nil
}

// identify finds the ID of a secret that was created before the server was upgraded to
// 2.14: until then, secrets have no ID.
func (s *managedSecret) identify(ctx context.Context, conn *api.Conn, client api.OIDCClient) error {
	listed := client.Credentials.Secrets
	if s.status != secretManaged || s.id != "" || len(listed) == 0 {
		return nil
	}
	works, err := conn.VerifyClientSecret(ctx, client.ID, s.value)
	if works {
		s.id = idOfSecret(listed, s.value)
	}
	if err != nil {
		return fmt.Errorf("cannot determine which of the client's secrets to replace: %w", err)
	}
	return nil
}

// warnOfUnmanaged names valid secrets that this resource does not manage. They are from before
// an import, were created by hand, or by an update that was killed.
func (s *managedSecret) warnOfUnmanaged(ctx context.Context, listed []api.ClientSecret) {
	var unmanaged []string
	for _, l := range listed {
		managed := l.ID == s.id || slices.ContainsFunc(s.previous, func(p PreviousSecret) bool { return p.SecretID == l.ID })
		if !managed && l.IsActive {
			unmanaged = append(unmanaged, fmt.Sprintf("%s (%s…)", l.ID, l.Prefix))
		}
	}
	if len(unmanaged) > 0 {
		p.GetLogger(ctx).Warningf("the client has other secrets, which this resource does not manage: %s. Delete those that nobody uses, unless they are ClientSecret resources", strings.Join(unmanaged, ", "))
	}
}

// supersede records a replaced secret for deletion. Before 2.14 there is no ID and nothing
// to delete: the new secret has replaced the old one.
func (s *managedSecret) supersede(id string, retireAfter *string) {
	if id != "" && id != s.id {
		s.previous = append(slices.Clone(s.previous), PreviousSecret{id, retireAfter})
	}
}

func retireTime(now time.Time, validFor time.Duration) *string {
	if validFor == 0 {
		return nil
	}
	return inputs.Ptr(inputs.FormatTime(now.Add(validFor)))
}

// deleteDue deletes the replaced secrets whose time has come. One that cannot be deleted
// stays in the state.
func (s *managedSecret) deleteDue(ctx context.Context, conn *api.Conn, clientID string, in secretInputs, now time.Time) error {
	var failed error
	s.previous = inputs.NilIfEmpty(slices.DeleteFunc(slices.Clone(s.previous), func(p PreviousSecret) bool {
		if !p.isDue(in, now) {
			return false
		}
		err := conn.DeleteSecret(ctx, clientID, p.SecretID)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("the replaced secret %s still works: %w", p.SecretID, err))
		}
		return err == nil
	}))
	return failed
}

// idOfSecret is the ID of the only secret that can have this value; "" if there are
// several.
func idOfSecret(secrets []api.ClientSecret, value string) string {
	found := ""
	for _, s := range secrets {
		if s.IsActive && s.PrefixMatches(value) {
			if found != "" {
				return "" // retiring one of them would be a guess
			}
			found = s.ID
		}
	}
	return found
}
