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
	previous          []PreviousSecret
}

// PreviousSecret is a secret that was replaced and is still to be deleted.
type PreviousSecret struct {
	SecretID string `pulumi:"secretId"`
}

// Annotate describes the type.
func (s *PreviousSecret) Annotate(a infer.Annotator) {
	a.Describe(&s.SecretID, "Names the secret among the client's secrets.")
}

func secretOf(s ClientState) ownSecret {
	return ownSecret{or(s.SecretStatus, secretNone), or(s.ClientArgs.ClientSecret, ""), or(s.ClientSecretID, ""), s.PreviousSecrets}
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
}

func (args ClientArgs) secretWish() secretWish {
	return secretWish{
		wanted:   or(args.CreateSecret, true) && !or(args.IsPublic, false),
		own:      or(args.ClientSecret, ""),
		triggers: args.SecretRotationTriggers,
	}
}

type secretStep int

const (
	keepSecret   secretStep = iota
	mintSecret              // a new one; the one we know, if any, is retired
	adoptSecret             // the program knows the value of one that we do not
	retireSecret            // ours goes, and none comes
)

// step is what must happen for a wish, given what is known and the triggers that
// the secret was last made under.
func (s ownSecret) step(wish secretWish, triggers map[string]string) secretStep {
	rotated := len(wish.triggers) > 0 && !maps.Equal(wish.triggers, triggers)
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
	case wish.own == "" && rotated && (s.status == secretManaged || triggers != nil):
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
	s := ownSecret{status: status.AsString(), value: text(c.State.Get("clientSecret"))}
	wish := secretWish{wanted: truth(c.Inputs.Get("createSecret")) && !truth(c.Inputs.Get("isPublic")), own: text(c.Inputs.Get("clientSecret"))}
	wish.triggers = texts(c.Inputs.Get("secretRotationTriggers"))
	step := s.step(wish, texts(c.State.Get("secretRotationTriggers")))
	if own := c.Inputs.Get("clientSecret"); own.HasComputed() && wish.wanted {
		step = mintSecret
	}

	if step == keepSecret {
		c.forget("createSecret", "clientSecret")
		if s.status == secretUnknown {
			c.forget("secretRotationTriggers")
		}
	}
	switch step {
	case mintSecret, adoptSecret:
		if wish.own == "" || !c.differs("clientSecret") {
			c.updates("clientSecret")
			c.renews("clientSecret")
		}
		c.renews("clientSecretId", "secretStatus")
	case retireSecret:
		c.updates("clientSecret")
		c.renews("clientSecretId", "secretStatus")
	}
	if overdue := c.State.Get("previousSecrets"); overdue.IsArray() && overdue.AsArray().Len() > 0 {
		c.updates("previousSecrets")
		c.renews("previousSecrets")
	}
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
		made, err = conn.MintSecret(ctx, client.ID, api.NewSecret{Value: wish.own}, client.Credentials.Secrets)
	}
	if err != nil {
		return fmt.Errorf("the client was made, but not its secret: %w", err)
	}
	if wish.wanted {
		s.status, s.value, s.id = secretManaged, made.Value, made.ID
	}
	// The client is new: what else it has came with it, and would be an orphan that can sign in.
	stray := client.Credentials.Secrets
	if client.CreatedSecret != nil {
		stray = append(slices.Clone(stray), *client.CreatedSecret)
	}
	for _, other := range stray {
		if other.ID != made.ID && other.ID != "" {
			err = errors.Join(err, conn.DeleteSecret(ctx, client.ID, other.ID))
		}
	}
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
			return l.ID == id && (l.ExpiresAt == nil || l.ExpiresAt.After(time.Now()))
		})
	}
	if s.status == secretManaged && s.id != "" && !alive(s.id) {
		s.status, s.value, s.id = secretMissing, "", ""
	}
	s.previous = slices.DeleteFunc(slices.Clone(s.previous), func(p PreviousSecret) bool {
		return !slices.ContainsFunc(listed, func(l api.ClientSecret) bool { return l.ID == p.SecretID })
	})
}

// update makes the wish true, as planSecret said.
func (s *ownSecret) update(ctx context.Context, conn *api.Conn, client api.OIDCClient, before, in ClientArgs) error {
	wish := in.secretWish()
	old := s.id
	switch s.step(wish, before.SecretRotationTriggers) {
	case mintSecret:
		made, err := conn.MintSecret(ctx, client.ID, api.NewSecret{Value: wish.own}, client.Credentials.Secrets)
		if err != nil {
			return fmt.Errorf("the new secret was not made, what there was stays: %w", err)
		}
		s.warnOfStrangers(ctx, client.Credentials.Secrets)
		s.status, s.value, s.id = secretManaged, made.Value, made.ID
		s.supersede(old)
	case adoptSecret:
		ok, err := conn.VerifyClientSecret(ctx, client.ID, wish.own)
		if err != nil {
			return fmt.Errorf("clientSecret could not be tried: %w", err)
		}
		if !ok {
			return errors.New("clientSecret is not a secret of this client, so it is not adopted: " +
				"leave it out, or give the client a new secret with secretRotationTriggers")
		}
		s.status, s.value, s.id = secretManaged, wish.own, idByPrefix(client.Credentials.Secrets, wish.own)
	case retireSecret:
		s.status, s.value, s.id = secretNone, "", ""
		s.supersede(old)
	case keepSecret:
		if !wish.wanted && (s.status == secretMissing || client.IsPublic) {
			s.status = secretNone
		}
	}
	return s.retire(ctx, conn, client.ID)
}

// warnOfStrangers names secrets that still work and are not this stack's: of an
// imported client, made by hand, or by an update that was killed.
func (s *ownSecret) warnOfStrangers(ctx context.Context, listed []api.ClientSecret) {
	var strangers []string
	for _, l := range listed {
		ours := l.ID == s.id || slices.ContainsFunc(s.previous, func(p PreviousSecret) bool { return p.SecretID == l.ID })
		if !ours && l.IsActive {
			strangers = append(strangers, fmt.Sprintf("%s (%s…)", l.ID, l.Prefix))
		}
	}
	if len(strangers) > 0 {
		p.GetLogger(ctx).Warningf("the client has secrets that this stack did not make and leaves alone: %s; delete what nobody uses", strings.Join(strangers, ", "))
	}
}

// supersede notes a secret to delete. Before 2.14 secrets have no id: a new one
// has replaced the old, and the last one cannot be deleted.
func (s *ownSecret) supersede(id string) {
	if id != "" && id != s.id {
		s.previous = append(slices.Clone(s.previous), PreviousSecret{id})
	}
}

// retire deletes the secrets that were replaced; one that cannot be is kept in mind.
func (s *ownSecret) retire(ctx context.Context, conn *api.Conn, clientID string) error {
	var failed error
	s.previous = slices.DeleteFunc(slices.Clone(s.previous), func(p PreviousSecret) bool {
		err := conn.DeleteSecret(ctx, clientID, p.SecretID)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("the replaced secret %s still works: %w", p.SecretID, err))
		}
		return err == nil
	})
	if len(s.previous) == 0 {
		s.previous = nil
	}
	return failed
}

// idByPrefix is the id of the one secret whose first characters are value's.
func idByPrefix(secrets []api.ClientSecret, value string) string {
	found := ""
	for _, s := range secrets {
		if s.Prefix != "" && len(value) >= len(s.Prefix) && value[:len(s.Prefix)] == s.Prefix {
			if found != "" {
				return "" // two of them: neither may be retired by guess
			}
			found = s.ID
		}
	}
	return found
}

// secretInputs checks what a program says of the secret.
func (c *checks) secretInputs(args ClientArgs, public bool) {
	own, said := or(args.ClientSecret, ""), args.ClientSecret != nil
	c.that(!said || !public, "clientSecret", "must not be set for a public client: it has no secret")
	c.that(!public || !or(args.CreateSecret, false), "createSecret", "must not be true for a public client: it has no secret")
	c.that(!said || public || or(args.CreateSecret, true), "createSecret", "must not be false together with clientSecret")
	c.that(!said || len(args.SecretRotationTriggers) == 0, "secretRotationTriggers", "cannot be used with an own clientSecret: to rotate, change its value")
	c.that(len(args.SecretRotationTriggers) == 0 || or(args.CreateSecret, !public), "secretRotationTriggers", "has nothing to rotate: the client has no secret of this stack's")
	if !said || c.inputs.Get("clientSecret").HasComputed() {
		return
	}
	c.that(len([]rune(own)) >= 16, "clientSecret", "must have at least 16 characters, has %d", len([]rune(own)))
	c.that(!slices.ContainsFunc([]rune(own), func(r rune) bool { return r < ' ' || r > '~' }), "clientSecret", "must consist of printable ASCII characters")
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
