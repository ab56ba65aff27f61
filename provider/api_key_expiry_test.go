package provider

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// newFakeWithAPIKeys returns a fake that answers the list of API keys with body,
// and the methods of the requests for that list.
func newFakeWithAPIKeys(t *testing.T, body string) (*testInstance, *[]string) {
	instance := newFake(t, fake.Options{})
	asked := &[]string{}
	var mu sync.Mutex
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/api-keys" {
			return false
		}
		mu.Lock()
		*asked = append(*asked, r.Method)
		mu.Unlock()
		reply(w, http.StatusOK, "application/json", body)
		return true
	})
	return instance, asked
}

// apiKeyList renders the server's list of API keys from triples: name, days until expiry,
// and seconds since the last use (never used if negative).
func apiKeyList(list ...any) string {
	data := []string{}
	now := time.Now().UTC()
	for i := 0; i < len(list); i += 3 {
		used := "null"
		if ago := list[i+2].(int); ago >= 0 {
			used = strconv.Quote(now.Add(-time.Duration(ago) * time.Second).Format(time.RFC3339))
		}
		data = append(data, fmt.Sprintf(`{"id":"%d","name":%q,"description":null,"expiresAt":%q,"lastUsedAt":%s,"createdAt":"2026-01-01T00:00:00Z","expirationEmailSent":false}`,
			i, list[i], now.Add(time.Duration(list[i+1].(int))*24*time.Hour+time.Hour).Format(time.RFC3339), used))
	}
	return fmt.Sprintf(`{"data":[%s],"pagination":{"totalPages":1,"totalItems":%d,"currentPage":1,"itemsPerPage":100}}`, strings.Join(data, ","), len(data))
}

func TestAPIKeyThatExpiresSoonWarns(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		keys string
		want string // text of the warning; no warning if empty
	}{
		"no stored key":                     {apiKeyList(), ""},
		"expires in 3 days":                 {apiKeyList("ci", 3, 0, "laptop", 300, 5000), `the API key "ci" expires on `},
		"expires in 13 days":                {apiKeyList("ci", 13, 0), `(in 13 days); create another one in Pocket ID`},
		"expires in 15 days":                {apiKeyList("ci", 15, 0), ""},
		"another key expires in 3 days":     {apiKeyList("ci", 300, 0, "laptop", 3, 5000), ""},
		"an unused key expires in 3 days":   {apiKeyList("ci", 300, 0, "laptop", 3, -1), ""},
		"expires today":                     {apiKeyList("ci", 0, 0), "(in less than a day)"},
		"two in use, one expires in 3 days": {apiKeyList("ci", 300, 1, "laptop", 3, 0), `one of 2 API keys of the same user is in use here, and the API key "laptop" expires on `},
		"two in use, both expire in 3 days": {apiKeyList("ci", 1, 1, "laptop", 3, 0), `"ci" expires on`},
		"no list in the response":           {`{}`, ""},
		"an HTML response":                  {`<html>`, ""},
		"invalid times":                     {`{"data":[{"name":"ci","expiresAt":"soon","lastUsedAt":7}],"pagination":{"totalPages":1}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance, asked := newFakeWithAPIKeys(t, row.keys)
			s := newStack(t, instance)
			for n := range 10 {
				s.declare("Group", fmt.Sprint("group", n), map[string]any{"name": uniqueName("group"), "friendlyName": "Group"})
			}
			require.Empty(t, s.preview().messages)
			require.Empty(t, *asked, "a preview of creates sends no request")
			for _, operation := range []func() outcome{s.up, s.refresh, s.destroy} {
				*asked = nil
				o := operation()
				require.NoError(t, o.err, o.messages)
				if row.want == "" {
					require.NotContains(t, o.messages, "expires")
				} else {
					require.Equal(t, 1, strings.Count(o.messages, row.want), o.messages)
				}
				if name == "no stored key" {
					require.Len(t, *asked, 1, "the keys are requested once per plugin process")
				}
			}
		})
	}
}

func TestFailedAPIKeyExpiryCheckIsIgnored(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 404, 429, 500, 503} {
		instance := newFake(t, fake.Options{})
		instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/api/api-keys" {
				return false
			}
			reply(w, status, "application/json", `{"error":"no"}`)
			return true
		})
		s := newStack(t, instance)
		s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": "Developers"})
		s.mustUp()
		require.NoError(t, s.destroy().err)
	}
}
