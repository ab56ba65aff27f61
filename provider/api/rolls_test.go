package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARollThatIsNotToldIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, group := range []string{`{"id":"devs"}`, `{"id":"devs","users":null}`, `{"id":"devs","users":{}}`, `{"id":"another","users":[]}`} {
		asked := &diary{}
		c := over(t, func(w http.ResponseWriter, r *http.Request) {
			asked.note(r)
			answer(w, 200, group)
		}, never)
		for _, err := range []error{
			second(c.GroupMembers(t.Context(), "devs")),
			c.AddGroupMember(t.Context(), "devs", "ann"),
			c.RemoveGroupMember(t.Context(), "devs", "ann"),
			second(c.SetGroupMembers(t.Context(), "devs", nil)),
			second(c.FillGroup(t.Context(), "devs", nil)),
		} {
			require.ErrorIs(t, err, ErrNotPocketID, group)
			require.NotErrorIs(t, err, ErrNotFound)
		}
		require.NotContains(t, strings.Join(asked.read(), "\n"), "PUT", group)
	}
}

func TestWhatIsNoIDIsOnNoRoll(t *testing.T) {
	t.Parallel()
	asked := &diary{}
	c := over(t, func(_ http.ResponseWriter, r *http.Request) { asked.note(r) })
	for _, id := range []string{"", ".", "..", "a/b", `..\users`, "~bXktYXBw"} {
		for name, err := range map[string]error{
			"GroupMembers":       second(c.GroupMembers(t.Context(), id)),
			"SetGroupMembers":    second(c.SetGroupMembers(t.Context(), id, nil)),
			"FillGroup":          second(c.FillGroup(t.Context(), id, nil)),
			"AddGroupMember":     c.AddGroupMember(t.Context(), id, "ann"),
			"AddGroupMember who": c.AddGroupMember(t.Context(), "devs", id),
			"RemoveGroupMember":  c.RemoveGroupMember(t.Context(), id, "ann"),
			"AllowGroup":         c.AllowGroup(t.Context(), id, "devs"),
			"AllowGroup which":   c.AllowGroup(t.Context(), "my-app", id),
			"DisallowGroup":      c.DisallowGroup(t.Context(), id, "devs"),
			"GroupIsAllowed":     second(c.GroupIsAllowed(t.Context(), id, "devs")),
			"GetSCIMProvider":    second(c.GetSCIMProvider(t.Context(), id)),
			"CreateSCIMProvider": second(c.CreateSCIMProvider(t.Context(), id, SCIMSettings{})),
			"UpdateSCIMProvider": second(c.UpdateSCIMProvider(t.Context(), id, SCIMSettings{})),
			"DeleteSCIMProvider": c.DeleteSCIMProvider(t.Context(), id),
			"SyncSCIM":           c.SyncSCIM(t.Context(), id),
			"DeleteSignupToken":  c.DeleteSignupToken(t.Context(), id),
		} {
			require.ErrorIs(t, err, ErrBadID, "%s %q", name, id)
			require.NotErrorIs(t, err, ErrNotFound)
		}
	}
	require.Empty(t, asked.read())
}

func TestASCIMProviderIsMissingOnlyIfPocketIDSaysSo(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{`{"error":"API endpoint not found"}`: 404, `{}`: 200, `{"endpoint":"https://app.example"}`: 200} {
		c := over(t, func(w http.ResponseWriter, r *http.Request) { answer(w, status, body) }, never)
		_, err := c.GetSCIMProvider(t.Context(), "my-app")
		require.ErrorIs(t, err, ErrNotPocketID, body)
		require.NotErrorIs(t, err, ErrNotFound, body)
	}
}

func TestTheTokenOfASCIMProviderIsInNoError(t *testing.T) {
	t.Parallel()
	const token = "a token that nobody may read"
	c := over(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == "POST":
			answer(w, 400, `{"error":"bad token `+token+`"}`)
		case strings.HasSuffix(r.URL.Path, "my-app"):
			answer(w, 200, `{"id":"my-app"}`)
		default:
			answer(w, 404, missing)
		}
	}, never)
	_, err := c.CreateSCIMProvider(t.Context(), "my-app", SCIMSettings{Endpoint: "https://app.example", Token: token})
	require.ErrorContains(t, err, "bad token [secret]")
}
