package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// SignupToken allows a number of people to sign up as users.
type SignupToken struct {
	ID         string     `json:"id"`
	Token      string     `json:"token"` // the server's list contains it, too
	ExpiresAt  time.Time  `json:"expiresAt"`
	CreatedAt  time.Time  `json:"createdAt"`
	UsageLimit int        `json:"usageLimit"`
	UsageCount int        `json:"usageCount"`
	UserGroups []GroupRef `json:"userGroups"`
}

// GroupIDs returns the IDs of the groups that the new users join, sorted.
func (t SignupToken) GroupIDs() []string {
	ids := make([]string, len(t.UserGroups))
	for i, g := range t.UserGroups {
		ids[i] = g.ID
	}
	slices.Sort(ids)
	return ids
}

// TTL returns how long the token is valid after its creation. Servers before 2.10 round
// only one of the two times, so TTL rounds to whole minutes if the difference is small.
func (t SignupToken) TTL() time.Duration {
	d := t.ExpiresAt.Sub(t.CreatedAt)
	if minutes := d.Round(time.Minute); (d - minutes).Abs() <= TTLTolerance {
		return minutes
	}
	return d.Round(time.Second)
}

// TTLTolerance is the maximum difference between the requested and the stored TTL of a
// signup token.
const TTLTolerance = 2 * time.Second

// SignupTokenRequest are the settings of a signup token that is to be created. They cannot be
// changed afterwards.
type SignupTokenRequest struct {
	TTL        time.Duration
	UsageLimit int
	GroupIDs   []string
}

// CreateSignupToken creates a token. If a response is lost, it compares the tokens before
// and after the request. If a group does not exist, it returns an error together with the
// token, which was created without the group.
func (c *Conn) CreateSignupToken(ctx context.Context, wanted SignupTokenRequest) (created SignupToken, err error) {
	if _, err := c.earlier(ctx, "api/signup-tokens"); err != nil {
		return created, err
	}
	in := map[string]any{"ttl": wanted.TTL.String(), "usageLimit": wanted.UsageLimit}
	if len(wanted.GroupIDs) > 0 {
		in["userGroupIds"] = wanted.GroupIDs
	}
	created, err = create(ctx, c, creation[SignupToken]{
		path:       "api/signup-tokens",
		body:       in,
		find:       func(ctx context.Context) (SignupToken, bool, error) { return c.findCreatedToken(ctx, wanted) },
		isComplete: func(t SignupToken) bool { return t.ID != "" && t.Token != "" },
		unknown:    OutcomeUnknownError{Kind: "signup token", Key: "the newest of them", ImportID: "<id>"},
	})
	if err != nil {
		return created, err
	}
	c.baselines.of("api/signup-tokens").noteCreated(created.ID)
	return created, droppedError("user groups", wanted.GroupIDs, created.GroupIDs())
}

// findCreatedToken looks for a token whose creation got no response. Others may have
// created tokens meanwhile.
func (c *Conn) findCreatedToken(ctx context.Context, wanted SignupTokenRequest) (found SignupToken, exists bool, err error) {
	now, err := c.ListSignupTokens(ctx)
	if err != nil {
		return found, false, err
	}
	var candidates []SignupToken
	for _, t := range now {
		otherGroups := slices.ContainsFunc(t.GroupIDs(), func(id string) bool { return !slices.Contains(wanted.GroupIDs, id) })
		if otherGroups || t.UsageLimit != wanted.UsageLimit || (t.TTL()-wanted.TTL).Abs() > TTLTolerance {
			continue
		}
		isNew, err := c.isNew(ctx, "api/signup-tokens", t.ID)
		if err != nil {
			return found, false, err
		}
		if isNew {
			candidates = append(candidates, t)
		}
	}
	switch len(candidates) {
	case 0:
		return found, false, nil
	case 1:
		return candidates[0], true, nil
	}
	ids := make([]string, len(candidates))
	for i, t := range candidates {
		ids[i] = printable(t.ID, 128)
	}
	return found, false, fmt.Errorf("it may be one of these signup tokens: %s", strings.Join(ids, ", "))
}

// ListSignupTokens lists all signup tokens, the oldest first. Servers since 2.10 omit
// expired ones.
func (c *Conn) ListSignupTokens(ctx context.Context) ([]SignupToken, error) {
	return list[SignupToken](ctx, c, "api/signup-tokens", url.Values{"sort[column]": {"createdAt"}})
}

// GetSignupToken reads one token. It reads the list, because the server has no other route.
func (c *Conn) GetSignupToken(ctx context.Context, id string) (SignupToken, error) {
	all, err := c.ListSignupTokens(ctx)
	if err != nil {
		return SignupToken{}, err
	}
	i := slices.IndexFunc(all, func(t SignupToken) bool { return t.ID == id })
	if i < 0 {
		return SignupToken{}, fmt.Errorf("%w: there is no signup token %s", ErrNotFound, printable(id, 128))
	}
	return all[i], nil
}

// DeleteSignupToken deletes a token. It succeeds if the token does not exist.
func (c *Conn) DeleteSignupToken(ctx context.Context, id string) error {
	return ignoreNotFound(c.call(ctx, http.MethodDelete, nil, nil, "signup-tokens", id))
}
