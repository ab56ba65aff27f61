package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnIDListThatTheResponseLacksIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, group := range []string{`{"id":"devs"}`, `{"id":"devs","users":null}`, `{"id":"devs","users":{}}`, `{"id":"another","users":[]}`} {
		requests := &requestLog{}
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			requests.record(r)
			respond(w, 200, group)
		}, noRetries)
		for _, err := range []error{
			errorOf(c.GetGroupMemberIDs(t.Context(), "devs")),
			c.AddGroupMember(t.Context(), "devs", "ann"),
			c.RemoveGroupMember(t.Context(), "devs", "ann"),
			errorOf(c.SetGroupMembers(t.Context(), "devs", nil)),
			errorOf(c.SetInitialGroupMembers(t.Context(), "devs", nil)),
		} {
			require.ErrorIs(t, err, ErrNotPocketID, group)
			require.NotErrorIs(t, err, ErrNotFound)
		}
		require.NotContains(t, strings.Join(requests.all(), "\n"), "PUT", group)
	}
}

func TestInvalidIDsNeverReachAnIDList(t *testing.T) {
	t.Parallel()
	requests := &requestLog{}
	c := connectHTTP(t, func(_ http.ResponseWriter, r *http.Request) { requests.record(r) })
	for _, id := range []string{"", ".", "..", "a/b", `..\users`, "~bXktYXBw"} {
		for name, err := range map[string]error{
			"GetGroupMemberIDs":      errorOf(c.GetGroupMemberIDs(t.Context(), id)),
			"SetGroupMembers":        errorOf(c.SetGroupMembers(t.Context(), id, nil)),
			"SetInitialGroupMembers": errorOf(c.SetInitialGroupMembers(t.Context(), id, nil)),
			"AddGroupMember":         c.AddGroupMember(t.Context(), id, "ann"),
			"AddGroupMember user":    c.AddGroupMember(t.Context(), "devs", id),
			"RemoveGroupMember":      c.RemoveGroupMember(t.Context(), id, "ann"),
			"AddAllowedGroup":        c.AddAllowedGroup(t.Context(), id, "devs"),
			"AddAllowedGroup group":  c.AddAllowedGroup(t.Context(), "my-app", id),
			"RemoveAllowedGroup":     c.RemoveAllowedGroup(t.Context(), id, "devs"),
			"IsGroupAllowed":         errorOf(c.IsGroupAllowed(t.Context(), id, "devs")),
			"GetSCIMProvider":        errorOf(c.GetSCIMProvider(t.Context(), id)),
			"CreateSCIMProvider":     errorOf(c.CreateSCIMProvider(t.Context(), id, SCIMSettings{})),
			"UpdateSCIMProvider":     errorOf(c.UpdateSCIMProvider(t.Context(), id, SCIMChange{})),
			"DeleteSCIMProvider":     c.DeleteSCIMProvider(t.Context(), id),
			"SyncSCIM":               c.SyncSCIM(t.Context(), id),
			"DeleteSignupToken":      c.DeleteSignupToken(t.Context(), id),
		} {
			require.ErrorIs(t, err, ErrInvalidID, "%s %q", name, id)
			require.NotErrorIs(t, err, ErrNotFound)
		}
	}
	require.Empty(t, requests.all())
}
