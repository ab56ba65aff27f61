package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// OneTimeAccess makes a token with which a user signs in once without a passkey.
// A token whose answer got lost is known to nobody, and expires.
func (c *Conn) OneTimeAccess(ctx context.Context, userID string, lasts time.Duration) (token string, err error) {
	p, err := path("users", userID, "one-time-access-token")
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]string{"userId": userID, "ttl": lasts.String()}) // older servers look at this userId only
	if err != nil {
		return "", err
	}
	var made struct {
		Token string `json:"token"`
	}
	r := request{method: http.MethodPost, path: p, body: body, kind: "application/json"}
	err = c.retry.do(ctx, attempts{safe: true}, func() error { return c.make(ctx, r, &made, func() bool { return made.Token != "" }) })
	return made.Token, err
}
