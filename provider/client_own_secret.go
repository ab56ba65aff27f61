package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// The server keeps secrets as hashes and never repeats one, and says before 2.14
// not even that there is one. So what a stack knows of a client's secret is a
// small machine of its own; a refresh moves it, and only an update acts.
const (
	secretNone    = "none"    // there is to be none of ours
	secretManaged = "managed" // we made or adopted it
	secretUnknown = "unknown" // the client was imported: what it has is not ours
	secretMissing = "missing" // there is to be one, and there is not
)

// ownSecret is what a stack knows of a client's secret.
type ownSecret struct {
	status, value, id string
	triggers          map[string]string // under which it was made
	previous          []PreviousSecret
}

// PreviousSecret is a secret that was replaced and is still to be deleted.
type PreviousSecret struct {
	SecretID    string  `pulumi:"secretId"`
	RetireAfter *string `pulumi:"retireAfter,optional"` // nil: at once
}

// Annotate describes the type.
func (s *PreviousSecret) Annotate(a infer.Annotator) {
	a.Describe(&s.SecretID, "Names the secret among the client's secrets.")
	a.Describe(&s.RetireAfter, "The first update after this time deletes it.")
}

func secretOf(s ClientState) ownSecret {
	return ownSecret{or(s.SecretStatus, secretNone), or(s.ClientArgs.ClientSecret, ""), or(s.ClientSecretID, ""), s.SecretRotationTriggers, s.PreviousSecrets}
}

// importedSecret is what an import knows: nothing, not even of what there is.
func importedSecret(c api.OIDCClient) ownSecret {
	if c.IsPublic {
		return ownSecret{status: secretNone}
	}
	return ownSecret{status: secretUnknown}
}

// secretWish is what a program wants of the secret.
type secretWish struct {
	wanted   bool   // that there is one
	own      string // its value, if the program says it
	triggers map[string]string
	overlap  time.Duration // how long at least a replaced one works on
}

func (args ClientArgs) secretWish() secretWish {
	return secretWish{
		wanted:   or(args.CreateSecret, true) && !or(args.IsPublic, false),
		own:      or(args.ClientSecret, ""),
		triggers: args.SecretRotationTriggers,
		overlap:  overlap(or(args.PreviousSecretValidFor, "")),
	}
}

func overlap(text string) time.Duration {
	d, _ := parseDuration(text) // what is wrong with it, Check has said
	return d
}

// overdue tells whether a replaced secret is to go now.
func (p PreviousSecret) overdue(wish secretWish, now time.Time) bool {
	after, ok := instant(or(p.RetireAfter, ""))
	return !ok || wish.overlap == 0 || !now.Before(after)
}

// reminder is for those who preview or refresh a stack whose replaced secret works on.
func (p PreviousSecret) reminder(now time.Time) (text string, due bool) {
	after, ok := instant(or(p.RetireAfter, ""))
	return fmt.Sprintf("the replaced secret %s was to work until %s at least, and still works: the next update deletes it", p.SecretID, or(p.RetireAfter, "")), ok && !now.Before(after)
}

type secretStep int

const (
	keepSecret   secretStep = iota
	mintSecret              // a new one; the one we know, if any, is retired
	adoptSecret             // the program knows the value of one that we do not
	retireSecret            // ours goes, and none comes
)

// step is what must happen for a wish, given what is known.
func (s ownSecret) step(wish secretWish) secretStep {
	rotated := len(wish.triggers) > 0 && !maps.Equal(wish.triggers, s.triggers)
	switch {
	case !wish.wanted && s.status == secretManaged:
		return retireSecret
	case !wish.wanted:
		return keepSecret
	case s.status == secretNone || s.status == secretMissing:
		return mintSecret
	case wish.own != "" && s.status == secretUnknown:
		return adoptSecret
	case wish.own != "" && wish.own != s.value:
		return mintSecret
	case wish.own == "" && rotated && (s.status == secretManaged || s.triggers != nil):
		// An import does not know under which triggers a secret was made; those the
		// program has from then on count.
		return mintSecret
	}
	return keepSecret
}

// planSecret makes the plan of a client's update say what step will do.
func planSecret(c *change) {
	status := c.State.Get("secretStatus")
	if !status.IsString() {
		return
	}
	s := ownSecret{status: status.AsString(), value: text(c.State.Get("clientSecret")), triggers: texts(c.State.Get("secretRotationTriggers"))}
	wish := secretWish{wanted: truth(c.Inputs.Get("createSecret")) && !truth(c.Inputs.Get("isPublic")), own: text(c.Inputs.Get("clientSecret"))}
	wish.triggers = texts(c.Inputs.Get("secretRotationTriggers"))
	wish.overlap = overlap(text(c.Inputs.Get("previousSecretValidFor")))
	step := s.step(wish)
	own := c.Inputs.Get("clientSecret")
	if anyComputed(c.Inputs, "clientSecret", "secretRotationTriggers", "createSecret", "isPublic") {
		step = mintSecret // perhaps: what it depends on is not known yet
	}

	if !own.HasComputed() && (wish.own == "" || step == keepSecret) {
		c.forget("clientSecret") // what a program leaves out is no wish to remove it
	}
	if step == keepSecret && s.status == secretUnknown {
		c.forget("createSecret", "secretRotationTriggers", "previousSecretValidFor")
	}
	switch step {
	case mintSecret, adoptSecret:
		if wish.own == "" {
			c.renews("clientSecret")
		}
		if len(c.diffs) == 0 { // nothing the program says differs: the secret is gone
			c.updates("clientSecret")
		}
		c.renews("clientSecretId", "secretStatus")
		if wish.overlap > 0 {
			c.renews("previousSecrets")
		}
	case retireSecret:
		c.updates("clientSecret")
		c.renews("clientSecretId", "secretStatus")
	}
	for _, previous := range previousSecrets(c.State.Get("previousSecrets")) {
		if reminder, due := previous.reminder(c.Now); due {
			c.warn("%s", reminder)
		}
		if previous.overdue(wish, c.Now) {
			c.updates("previousSecrets")
			c.renews("previousSecrets")
		}
	}
}

func previousSecrets(v property.Value) (all []PreviousSecret) {
	if !v.IsArray() {
		return nil
	}
	for _, one := range v.AsArray().All {
		if one.IsMap() {
			all = append(all, PreviousSecret{text(one.AsMap().Get("secretId")), some(text(one.AsMap().Get("retireAfter")))})
		}
	}
	return all
}

// create sees to the secret of a client that was made just now.
func (s *ownSecret) create(ctx context.Context, conn *api.Conn, client api.OIDCClient, in ClientArgs) error {
	wish := in.secretWish()
	var made api.ClientSecret
	var err error
	switch {
	case !wish.wanted:
	case client.CreatedSecret != nil && wish.own == "": // 2.17 and later make one by themselves
		made = *client.CreatedSecret
	default:
		if err = s.mint(ctx, conn, client, wish.own, nil); err != nil {
			err = fmt.Errorf("the client was made, but not its secret: %w", err)
		}
	}
	if made.ID != "" {
		s.status, s.value, s.id = secretManaged, made.Value, made.ID
	}
	s.triggers = in.SecretRotationTriggers
	// Unused, the secret that came with the client would be an orphan that can sign
	// in. Others it has by now are somebody's: a ClientSecret may be faster than this.
	if client.CreatedSecret != nil {
		s.supersede(client.CreatedSecret.ID, nil)
		return errors.Join(err, s.retire(ctx, conn, client.ID, wish, time.Time{}))
	}
	s.warnOfStrangers(ctx, client.Credentials.Secrets) // the answer of the create may have been lost, and with it what came
	return err
}

// mint gives the client a secret, and notes the one it replaces. One of which it
// is unknown whether it was made is missing, and its value is kept: the next
// update tries it before it makes another.
func (s *ownSecret) mint(ctx context.Context, conn *api.Conn, client api.OIDCClient, own string, after *string) error {
	old, value := s.id, own
	if s.status == secretMissing && s.value != "" && (own == "" || own == s.value) {
		value = s.value
		works, err := conn.VerifyClientSecret(ctx, client.ID, value)
		if err != nil {
			return err
		}
		if works {
			s.status, s.id = secretManaged, idOf(client.Credentials.Secrets, value)
			return nil
		}
	}
	made, err := conn.MintSecret(ctx, client.ID, api.NewSecret{Value: value}, client.Credentials.Secrets)
	switch {
	case errors.Is(err, api.ErrUndecided):
		s.status, s.value, s.id = secretMissing, made.Value, ""
	case err != nil:
		return err
	default:
		s.status, s.value, s.id = secretManaged, made.Value, made.ID
	}
	s.supersede(old, after)
	return err
}

// look compares what is known with what the server lists (2.14 and later). A
// secret that is gone or expired is missing from now on.
func (s *ownSecret) look(client api.OIDCClient) {
	listed := client.Credentials.Secrets
	if listed == nil {
		return // the server does not tell
	}
	alive := func(id string) bool {
		return slices.ContainsFunc(listed, func(l api.ClientSecret) bool {
			return l.ID == id && (l.IsActive || l.ExpiresAt == nil) // by the server's clock
		})
	}
	if s.status == secretManaged && s.id != "" && !alive(s.id) {
		s.status, s.value, s.id = secretMissing, "", ""
	}
	s.previous = unlessEmpty(slices.DeleteFunc(slices.Clone(s.previous), func(p PreviousSecret) bool {
		return !slices.ContainsFunc(listed, func(l api.ClientSecret) bool { return l.ID == p.SecretID })
	}))
}

// update makes the wish true, as planSecret said.
func (s *ownSecret) update(ctx context.Context, conn *api.Conn, client api.OIDCClient, in ClientArgs, now time.Time) error {
	wish := in.secretWish()
	step := s.step(wish)
	if step == mintSecret || step == retireSecret {
		if err := s.identify(ctx, conn, client); err != nil {
			return err
		}
	}
	old := s.id
	switch step {
	case mintSecret:
		s.warnOfStrangers(ctx, client.Credentials.Secrets)
		if err := s.mint(ctx, conn, client, wish.own, retireAfter(now, wish.overlap)); err != nil {
			return fmt.Errorf("the new secret was not made, what there was stays: %w", err)
		}
	case adoptSecret:
		ok, err := conn.VerifyClientSecret(ctx, client.ID, wish.own)
		if err != nil {
			return fmt.Errorf("clientSecret could not be tried: %w", err)
		}
		if !ok {
			return errors.New("clientSecret is not a secret of this client, so it is not adopted: " +
				"leave it out, or give the client a new secret with secretRotationTriggers")
		}
		s.status, s.value, s.id = secretManaged, wish.own, idOf(client.Credentials.Secrets, wish.own)
	case retireSecret:
		if old == "" {
			p.GetLogger(ctx).Warning("the client's secret is forgotten, but it still works: before 2.14, Pocket ID cannot delete one")
		}
		s.status, s.value, s.id = secretNone, "", ""
		s.supersede(old, nil)
	case keepSecret:
		if !wish.wanted && (s.status == secretMissing || client.IsPublic) {
			s.status = secretNone
		}
	}
	s.triggers = in.SecretRotationTriggers
	return s.retire(ctx, conn, client.ID, wish, now)
}

// identify finds the id of a secret that was made when secrets had none: the
// server has been updated since.
func (s *ownSecret) identify(ctx context.Context, conn *api.Conn, client api.OIDCClient) error {
	listed := client.Credentials.Secrets
	if s.status != secretManaged || s.id != "" || len(listed) == 0 {
		return nil
	}
	ours, err := conn.VerifyClientSecret(ctx, client.ID, s.value)
	if ours {
		s.id = idOf(listed, s.value)
	}
	if err != nil {
		return fmt.Errorf("which of the client's secrets is to be replaced could not be found out: %w", err)
	}
	return nil
}

// warnOfStrangers names secrets that still work and are not this resource's: of
// an imported client, made by hand, or by an update that was killed.
func (s *ownSecret) warnOfStrangers(ctx context.Context, listed []api.ClientSecret) {
	var strangers []string
	for _, l := range listed {
		ours := l.ID == s.id || slices.ContainsFunc(s.previous, func(p PreviousSecret) bool { return p.SecretID == l.ID })
		if !ours && l.IsActive {
			strangers = append(strangers, fmt.Sprintf("%s (%s…)", l.ID, l.Prefix))
		}
	}
	if len(strangers) > 0 {
		p.GetLogger(ctx).Warningf("the client has other secrets, which are left alone: %s. If they are not ClientSecret resources, delete those that nobody uses", strings.Join(strangers, ", "))
	}
}

// supersede notes a secret to delete. Before 2.14 secrets have no id: a new one
// has replaced the old, and the last one cannot be deleted.
func (s *ownSecret) supersede(id string, after *string) {
	if id != "" && id != s.id {
		s.previous = append(slices.Clone(s.previous), PreviousSecret{id, after})
	}
}

func retireAfter(now time.Time, overlap time.Duration) *string {
	if overlap == 0 {
		return nil
	}
	return ptr(timestamp(now.Add(overlap)))
}

// retire deletes the replaced secrets whose time has come; one that cannot be
// deleted is kept in mind.
func (s *ownSecret) retire(ctx context.Context, conn *api.Conn, clientID string, wish secretWish, now time.Time) error {
	var failed error
	s.previous = unlessEmpty(slices.DeleteFunc(slices.Clone(s.previous), func(p PreviousSecret) bool {
		if !p.overdue(wish, now) {
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

// idOf is the id of the one secret that a value, which works, can be the value of.
func idOf(secrets []api.ClientSecret, value string) string {
	found := ""
	for _, s := range secrets {
		if s.IsActive && s.MayBe(value) {
			if found != "" {
				return "" // two of them: neither may be retired by guess
			}
			found = s.ID
		}
	}
	return found
}

// secretInputs checks what a program says of the secret.
func (c *checks) secretInputs(config *Config, args ClientArgs, public bool) {
	said := args.ClientSecret != nil
	c.that(!said || !public, "clientSecret", "must not be set for a public client: it has no secret")
	c.that(!public || !or(args.CreateSecret, false), "createSecret", "must not be true for a public client: it has no secret")
	c.that(!said || public || or(args.CreateSecret, true), "createSecret", "must not be false together with clientSecret")
	c.that(!said || len(args.SecretRotationTriggers) == 0, "secretRotationTriggers", "cannot be used with an own clientSecret: to rotate, change its value")
	has := or(args.CreateSecret, !public) || anyComputed(c.inputs, "createSecret", "isPublic")
	c.that(len(args.SecretRotationTriggers) == 0 || has, "secretRotationTriggers", "has nothing to rotate: the client has no secret of this stack's")
	c.secretValue("clientSecret", args.ClientSecret)
	if own := or(args.ClientSecret, ""); len(own) > 72 {
		version, err := config.versionAtOnce(c.ctx)
		c.that(err != nil || version.Has(api.ManySecrets), "clientSecret", "must be at most 72 characters before Pocket ID %s, has %d", api.ManySecrets.Since(), len(own))
	}
	if c.duration("previousSecretValidFor", args.PreviousSecretValidFor, 0) > 0 {
		c.that(has, "previousSecretValidFor", "has nothing to keep: the client has no secret of this stack's")
		c.manySecrets(config, "previousSecretValidFor")
	}
}

func text(v property.Value) string {
	if v.IsString() {
		return v.AsString()
	}
	return ""
}

func truth(v property.Value) bool { return v.IsBool() && v.AsBool() }

// texts is a map of strings, nil if there is none. What is unknown differs from all that is known.
func texts(v property.Value) map[string]string {
	if !v.IsMap() {
		return nil
	}
	out := map[string]string{}
	for key, value := range v.AsMap().All {
		out[key] = text(value)
		if value.HasComputed() {
			out[key] = "\x00unknown"
		}
	}
	return out
}
