package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// expiryNotice is how long before an API key expires a warning is shown.
const expiryNotice = 14 * 24 * time.Hour

// warnOfKeyExpiry warns once in a session that the API key in use expires soon. It makes
// one request, whose failure is ignored.
func (c *Config) warnOfKeyExpiry(ctx context.Context) {
	if c.session == nil || c.session.client == nil || !c.session.expiryChecked.CompareAndSwap(false, true) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	keys, now, err := c.conn().CurrentAPIKeys(ctx)
	if err != nil {
		return
	}
	if warning := expiryWarning(keys, now); warning != "" {
		p.GetLogger(ctx).Warning(warning)
	}
}

// expiryWarning is the warning about keys of which one is in use, or "".
func expiryWarning(keys []api.APIKey, now time.Time) string {
	var ending []string
	for _, k := range keys {
		if left := k.ExpiresAt.Sub(now); left <= expiryNotice {
			ending = append(ending, fmt.Sprintf("%q expires on %s (in %s)", k.Name, k.ExpiresAt.UTC().Format(time.DateOnly), days(left)))
		}
	}
	const advice = "create another one in Pocket ID (Settings, API keys) and set apiKey to it; that changes no resource"
	switch {
	case len(ending) == 0:
		return ""
	case len(keys) == 1:
		return fmt.Sprintf("the API key %s; %s", ending[0], advice)
	}
	return fmt.Sprintf("one of %d API keys of the same user is in use here, and the API key %s; %s", len(keys), strings.Join(ending, ", and "), advice)
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
