package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// SignupToken lets a number of people make themselves users.
type SignupToken struct {
	ID         string     `json:"id"`
	Token      string     `json:"token"` // the server's list tells it, too
	ExpiresAt  time.Time  `json:"expiresAt"`
	CreatedAt  time.Time  `json:"createdAt"`
	UsageLimit int        `json:"usageLimit"`
	UsageCount int        `json:"usageCount"`
	UserGroups []GroupRef `json:"userGroups"`
}

// GroupIDs are the ids of the groups that the new users join, sorted.
func (t SignupToken) GroupIDs() []string {
	ids := make([]string, len(t.UserGroups))
	for i, g := range t.UserGroups {
		ids[i] = g.ID
	}
	slices.Sort(ids)
	return ids
}

// TTL is how long the token lasts from when it was made. Servers before 2.10 round only
// one of the two times, so what is almost whole minutes is meant to be.
func (t SignupToken) TTL() time.Duration {
	d := t.ExpiresAt.Sub(t.CreatedAt)
	if whole := d.Round(time.Minute); (d - whole).Abs() <= Rounding {
		return whole
	}
	return d.Round(time.Second)
}

// Rounding is how much the times of a signup token may be beside what was said.
const Rounding = 2 * time.Second

// NewSignupToken is what is said of a token before it is made; it cannot be changed.
type NewSignupToken struct {
	TTL        time.Duration
	UsageLimit int
	GroupIDs   []string
}

// CreateSignupToken makes a token. An answer that gets lost is settled by the tokens
// that there are before and after. A group that does not exist is an error, with the
// token, which exists then.
func (c *Conn) CreateSignupToken(ctx context.Context, wanted NewSignupToken) (made SignupToken, err error) {
	before, err := c.ListSignupTokens(ctx)
	if err != nil {
		return made, err
	}
	in := map[string]any{"ttl": wanted.TTL.String(), "usageLimit": wanted.UsageLimit}
	if len(wanted.GroupIDs) > 0 {
		in["userGroupIds"] = wanted.GroupIDs
	}
	body, err := json.Marshal(in)
	if err != nil {
		return made, err
	}
	r := request{method: http.MethodPost, path: "api/signup-tokens", body: body, kind: "application/json"}
	err = c.retry.do(ctx, attempts{
		settle: func(ctx context.Context) (done bool, err error) {
			made, err = c.findMadeToken(ctx, wanted, before)
			return made.ID != "", err
		},
		lost: func(err error) error {
			return &Undecided{Kind: "signup token", Key: "the newest of them", Import: "<id>", Err: err}
		},
	}, func() error { return c.make(ctx, r, &made, func() bool { return made.ID != "" && made.Token != "" }) })
	if err != nil {
		return made, err
	}
	return made, dropped("user groups", wanted.GroupIDs, made.GroupIDs())
}

// findMadeToken finds the token that was made though its answer was lost, if it was.
// Others may have made some meanwhile.
func (c *Conn) findMadeToken(ctx context.Context, wanted NewSignupToken, before []SignupToken) (found SignupToken, err error) {
	now, err := c.ListSignupTokens(ctx)
	if err != nil {
		return found, err
	}
	alike := slices.DeleteFunc(now, func(t SignupToken) bool {
		old := slices.ContainsFunc(before, func(b SignupToken) bool { return b.ID == t.ID })
		strange := slices.ContainsFunc(t.GroupIDs(), func(id string) bool { return !slices.Contains(wanted.GroupIDs, id) })
		return old || strange || t.UsageLimit != wanted.UsageLimit || (t.TTL()-wanted.TTL).Abs() > Rounding
	})
	switch len(alike) {
	case 0:
		return found, nil
	case 1:
		return alike[0], nil
	}
	ids := make([]string, len(alike))
	for i, t := range alike {
		ids[i] = clipped(t.ID, 128)
	}
	return found, fmt.Errorf("it is one of %s", strings.Join(ids, ", "))
}

// ListSignupTokens are all signup tokens, the oldest first. Servers from 2.10 on
// leave out those that have expired.
func (c *Conn) ListSignupTokens(ctx context.Context) ([]SignupToken, error) {
	return list[SignupToken](ctx, c, "api/signup-tokens", url.Values{"sort[column]": {"createdAt"}})
}

// GetSignupToken reads one token; the server has only the list.
func (c *Conn) GetSignupToken(ctx context.Context, id string) (SignupToken, error) {
	all, err := c.ListSignupTokens(ctx)
	if err != nil {
		return SignupToken{}, err
	}
	i := slices.IndexFunc(all, func(t SignupToken) bool { return t.ID == id })
	if i < 0 {
		return SignupToken{}, fmt.Errorf("%w: there is no signup token %s", ErrNotFound, clipped(id, 128))
	}
	return all[i], nil
}

// DeleteSignupToken takes a token out of use. Nothing happens if it is gone already.
func (c *Conn) DeleteSignupToken(ctx context.Context, id string) error {
	return gone(c.call(ctx, http.MethodDelete, nil, nil, "signup-tokens", id))
}
