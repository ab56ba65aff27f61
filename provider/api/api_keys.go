package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// APIKey is an API key that its user made; its value is known to nobody but them.
type APIKey struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Description *string    `json:"description"`
	CreatedAt   time.Time  `json:"createdAt"`
	ExpiresAt   time.Time  `json:"expiresAt"`
	LastUsedAt  *time.Time `json:"lastUsedAt"`
}

// ListKeys reads the API keys of this connection's user, by name. The static key of
// the server's configuration is not among them.
func (c *Conn) ListKeys(ctx context.Context) ([]APIKey, error) {
	return list[APIKey](ctx, c, "api/api-keys", url.Values{"sort[column]": {"name"}})
}

// KeysInUse are the API keys that this connection may be using, and the server's
// time: the one key, or several if others of the same user are in use right now.
// The static key of the server's configuration is not among them.
//
// No answer names the key of the request. But the server notes the time at the key
// before it answers, so among the user's keys it is the one that was used last.
func (c *Conn) KeysInUse(ctx context.Context) (keys []APIKey, now time.Time, err error) {
	const close = 10 * time.Second // another key may be used between the note and the list
	var page struct {
		Data []APIKey `json:"data"`
	}
	r := request{method: http.MethodGet, path: "api/api-keys", query: url.Values{
		"sort[column]": {"lastUsedAt"}, "sort[direction]": {"desc"}, "pagination[limit]": {strconv.Itoa(pageSize)},
	}}
	if err := c.attempt(ctx, r, &page); err != nil { // once: it is not worth more
		return nil, now, err
	}
	for _, k := range page.Data {
		if k.LastUsedAt != nil && k.LastUsedAt.After(now) {
			now = *k.LastUsedAt
		}
	}
	for _, k := range page.Data {
		if k.LastUsedAt != nil && now.Sub(*k.LastUsedAt) <= close && k.ExpiresAt.After(*k.LastUsedAt) {
			keys = append(keys, k)
		}
	}
	return keys, now, nil
}
