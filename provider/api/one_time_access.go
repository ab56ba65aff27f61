package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// CreateOneTimeAccessToken creates a token with which a user can sign in once without a passkey.
// It may create a second token if a response is lost: nobody knows the first one, and
// it expires.
func (c *Conn) CreateOneTimeAccessToken(ctx context.Context, userID string, ttl time.Duration) (token string, err error) {
	p, err := path("users", userID, "one-time-access-token")
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]string{"userId": userID, "ttl": ttl.String()}) // older servers use this userId, not the one of the path
	if err != nil {
		return "", err
	}
	var created struct {
		Token string `json:"token"`
	}
	r := request{method: http.MethodPost, path: p, body: body, contentType: "application/json"}
	err = c.retry.do(ctx, operation{idempotent: true}, func() error { return c.attemptCreate(ctx, r, &created, func() bool { return created.Token != "" }) })
	return created.Token, err
}
