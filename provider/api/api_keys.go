package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// APIKey is an API key that a user has created. The server does not return its value.
type APIKey struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Description *string    `json:"description"`
	CreatedAt   time.Time  `json:"createdAt"`
	ExpiresAt   time.Time  `json:"expiresAt"`
	LastUsedAt  *time.Time `json:"lastUsedAt"`
}

// ListAPIKeys lists the API keys of this connection's user, sorted by name. The static key
// of the server's configuration is not among them.
func (c *Conn) ListAPIKeys(ctx context.Context) ([]APIKey, error) {
	return list[APIKey](ctx, c, "api/api-keys", url.Values{"sort[column]": {"name"}})
}

// CurrentAPIKeys returns the API key that this connection uses, and the server's time. It
// returns several keys if others of the same user are used at the same time. The static
// key of the server's configuration is not among them.
//
// No response names the key of the request. But the server records the time of use
// before it answers, so it is the key of the user that was used last.
func (c *Conn) CurrentAPIKeys(ctx context.Context) (keys []APIKey, now time.Time, err error) {
	var page struct {
		Data []APIKey `json:"data"`
	}
	r := request{method: http.MethodGet, path: "api/api-keys", query: url.Values{
		"sort[column]": {"lastUsedAt"}, "sort[direction]": {"desc"}, "pagination[limit]": {strconv.Itoa(pageSize)},
	}}
	if err := c.attempt(ctx, r, &page); err != nil { // no retry: the result is only needed for a warning
		return nil, now, err
	}
	keys, now = InUse(page.Data)
	return keys, now, nil
}

// InUse returns those of a user's API keys that are in use now, and the server's time. It
// returns several keys if they are used at the same time.
func InUse(all []APIKey) (keys []APIKey, now time.Time) {
	const tolerance = 10 * time.Second // another key may be used after the time is recorded and before the list is read
	for _, k := range all {
		if k.LastUsedAt != nil && k.LastUsedAt.After(now) {
			now = *k.LastUsedAt
		}
	}
	for _, k := range all {
		if k.LastUsedAt != nil && now.Sub(*k.LastUsedAt) <= tolerance && k.ExpiresAt.After(*k.LastUsedAt) {
			keys = append(keys, k)
		}
	}
	return keys, now
}
