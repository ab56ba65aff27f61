package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// soon is how long before an API key expires its user hears of it.
const soon = 14 * 24 * time.Hour

// warnOfExpiry says, once and after the first call that went well, that the API
// key in use will expire soon. It costs one request, and nothing fails because of it.
func (c *Config) warnOfExpiry(ctx context.Context, failed *error) {
	if *failed != nil || c.session == nil || c.conn == nil || !c.keyChecked.CompareAndSwap(false, true) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	keys, now, err := c.conn.KeysInUse(ctx)
	if err != nil {
		return
	}
	if warning := expiry(keys, now); warning != "" {
		p.GetLogger(ctx).Warning(warning)
	}
}

// expiry words the warning about keys of which one is in use, or is empty.
func expiry(keys []api.APIKey, now time.Time) string {
	var ending []string
	for _, k := range keys {
		if left := k.ExpiresAt.Sub(now); left <= soon {
			ending = append(ending, fmt.Sprintf("%q expires on %s (in %s)", k.Name, k.ExpiresAt.UTC().Format(time.DateOnly), days(left)))
		}
	}
	const advice = "make a new one in Pocket ID (Settings, API keys) and replace apiKey before; that changes no resource"
	switch {
	case len(ending) == 0:
		return ""
	case len(keys) == 1:
		return fmt.Sprintf("the API key %s: %s", ending[0], advice)
	}
	return fmt.Sprintf("one of %d API keys of the same user is in use here, and the API key %s: %s", len(keys), strings.Join(ending, ", and "), advice)
}

func days(d time.Duration) string {
	switch n := int(d / (24 * time.Hour)); n {
	case 0:
		return "less than a day"
	case 1:
		return "a day"
	default:
		return fmt.Sprintf("%d days", n)
	}
}
