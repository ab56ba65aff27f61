package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// Rules of the REST client that a fake on a real network cannot hold to: exact
// times, exact bytes, and answers that no Pocket ID gives. Time is synctest's.

// server answers requests in memory, one after the other or by what is asked.
type server struct {
	answer func(r *http.Request, n int) answer // n counts from 1

	mu     sync.Mutex
	asked  []string // "GET /api/…"
	bodies []string
	keys   []string
}

type answer struct {
	status int
	body   string
	header map[string]string
	err    error // in place of an answer
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		raw, _ := io.ReadAll(r.Body)
		body = string(raw)
	}
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+r.URL.EscapedPath())
	s.bodies = append(s.bodies, body)
	s.keys = append(s.keys, r.Header.Get("X-API-Key"))
	n := len(s.asked)
	s.mu.Unlock()
	a := s.answer(r, n)
	if a.err != nil {
		return nil, a.err
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	res := &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}
	for name, value := range a.header {
		res.Header.Set(name, value)
	}
	return res, nil
}

func (s *server) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.asked...)
}

func connect(t *testing.T, s *server, o api.Options) *api.Conn {
	t.Helper()
	o.BaseURL, o.APIKey, o.Transport = "https://id.example.com", "not-a-secret-key", s
	c, err := api.New(o)
	require.NoError(t, err)
	return c
}

// always gives the same answer to everything.
func always(status int, body string) *server {
	return &server{answer: func(*http.Request, int) answer { return answer{status: status, body: body} }}
}

// first gives these answers in turn, and the last one from then on.
func first(answers ...answer) *server {
	return &server{answer: func(_ *http.Request, n int) answer { return answers[min(n, len(answers))-1] }}
}

var (
	app         = answer{status: 200, body: `{"id":"app","name":"App"}`}
	broken      = answer{status: 500, body: `{"error":"Something went wrong","code":"internal_error"}`}
	tooMany     = answer{status: 429, body: `{"error":"Too many requests"}`, header: map[string]string{"Retry-After": "7"}}
	refusedKey  = answer{status: 401, body: `{"error":"You are not signed in","code":"not_signed_in"}`}
	notFound    = answer{status: 404, body: `{"error":"OIDC client not found","code":"not_found"}`}
	unavailable = answer{status: 503, body: "<html>503</html>"}
	badGateway  = answer{status: 502, body: "<html>502</html>"}
	tooLate     = answer{status: 504, body: "<html>504</html>"}
	loginPage   = answer{status: 200, body: "<html>Log in</html>"}
	nobody      = answer{err: syscall.ECONNREFUSED}
	brokenOff   = answer{err: io.ErrUnexpectedEOF}
)

// inNoTime runs f with a clock that goes on when everybody waits.
func inNoTime(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f(t)
		time.Sleep(time.Minute) // what still waits in the background ends
	})
}

func TestOnlyPocketIDsOwnAnswerMeansGone(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		status int
		body   string
		gone   bool
	}{
		{404, `{"error":"OIDC client not found","code":"not_found","request_id":"r"}`, true},
		{404, `{"error":"Record not found"}`, true}, // up to 2.12
		{404, `{"error":"API endpoint not found"}`, false},
		{404, `{"error":"no such tenant"}`, false},
		{404, `{"message":"not found"}`, false},
		{404, "404 page not found", false},
		{404, "<html><title>404 Not Found</title></html>", false},
		{404, "", false},
		{410, `{"error":"OIDC client not found","code":"not_found"}`, false},
		{403, `{"error":"Client not found","code":"not_found"}`, false},
		{401, `{"error":"You are not signed in","code":"not_signed_in"}`, false},
		{200, `{"id":"another"}`, false},
		{200, `{}`, false},
		{200, `null`, false},
	} {
		ctx := t.Context()
		c := connect(t, always(row.status, row.body), api.Options{MaxRetries: -1, StartupTimeout: -1})
		_, client := c.GetClient(ctx, "app")
		_, group := c.GetGroup(ctx, "id")
		_, identity := c.GetFederatedIdentity(ctx, "app", "https://i.example")
		for what, err := range map[string]error{"client": client, "group": group, "identity": identity} {
			require.Error(t, err, "%s: %d %s", what, row.status, row.body)
			require.Equal(t, row.gone, errors.Is(err, api.ErrNotFound), "%s: %d %s: %v", what, row.status, row.body, err)
		}
		if row.status == 200 {
			continue
		}
		for what, err := range map[string]error{
			"client": c.DeleteClient(ctx, "app"), "group": c.DeleteGroup(ctx, "id"), "identity": c.DeleteFederatedIdentity(ctx, "app", "https://i.example"),
		} {
			require.Equal(t, row.gone, err == nil, "removal of a %s: %d %s: %v", what, row.status, row.body, err)
		}
	}
}

func TestAListThatIsNotPocketIDsIsNotEmpty(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"data":[]}`, `{"data":null}`} {
		_, err := connect(t, always(200, body), api.Options{}).FindGroup(t.Context(), "devs")
		require.Error(t, err)
		require.NotErrorIs(t, err, api.ErrNotFound, body)
		require.ErrorIs(t, err, api.ErrNotPocketID, body)
	}
}

func TestAGroupIsFoundByItsWholeNameOnAnyPage(t *testing.T) {
	t.Parallel()
	s := &server{answer: func(r *http.Request, _ int) answer {
		if r.URL.Query().Get("pagination[page]") == "1" {
			return answer{status: 200, body: `{"data":[{"id":"1","name":"developers"},{"id":"2","name":"Dev"},{"id":"3","name":"my-dev"}],"pagination":{"totalPages":2}}`}
		}
		return answer{status: 200, body: `{"data":[{"id":"4","name":"dev"}],"pagination":{"totalPages":2}}`}
	}}
	c := connect(t, s, api.Options{})
	group, err := c.FindGroup(t.Context(), "dev")
	require.NoError(t, err)
	require.Equal(t, "4", group.ID)
	_, err = c.FindGroup(t.Context(), "de")
	require.ErrorIs(t, err, api.ErrNotFound)
}

// shelf keeps one object, as a PUT replaces it.
type shelf struct {
	mu  sync.Mutex
	doc string
}

func (s *shelf) serve(body string, method string) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if method == http.MethodPut {
		s.doc = body
	}
	return answer{status: 200, body: s.doc}
}

// on is a server that keeps an object; the answers that meddle gives go first.
func (s *shelf) on(meddle func(r *http.Request, n int) (answer, bool)) *server {
	out := &server{}
	out.answer = func(r *http.Request, n int) answer {
		out.mu.Lock()
		body := out.bodies[n-1]
		out.mu.Unlock()
		if meddle != nil {
			if a, yes := meddle(r, n); yes {
				if r.Method == http.MethodPut && a.err != nil {
					s.serve(body, r.Method) // the write is done, its answer is lost
				}
				return a
			}
		}
		return s.serve(body, r.Method)
	}
	return out
}

func TestWhatIsNotKnownIsWrittenBackToTheByte(t *testing.T) {
	t.Parallel()
	const unknown = `{"n":12345678901234567890,"list":[1.50,"x"],"null":null}`
	same := func(doc string, path ...string) {
		t.Helper()
		raw := json.RawMessage(doc)
		for _, field := range path {
			var object map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(raw, &object), doc)
			raw = object[field]
		}
		require.Equal(t, unknown, string(raw), doc)
	}
	group := &shelf{doc: `{"id":"id","name":"devs","friendlyName":"Devs","new":` + unknown + `}`}
	_, err := connect(t, group.on(nil), api.Options{}).UpdateGroup(t.Context(), "id", api.GroupSettings{Name: "devs", FriendlyName: "Developers"})
	require.NoError(t, err)
	require.Contains(t, group.doc, "Developers")
	same(group.doc, "new")

	client := &shelf{doc: `{"id":"app","name":"App","new":` + unknown + `,"credentials":{"new":` + unknown + `,"federatedIdentities":[{"issuer":"https://i.example","new":` + unknown + `}]}}`}
	c := connect(t, client.on(nil), api.Options{})
	_, err = c.UpdateClient(t.Context(), "app", api.ClientSettings{Name: "App 2"})
	require.NoError(t, err)
	require.Contains(t, client.doc, "App 2")
	require.NoError(t, c.UpdateFederatedIdentity(t.Context(), "app", api.FederatedIdentity{Issuer: "https://i.example", Subject: "s"}))
	require.NoError(t, c.AddFederatedIdentity(t.Context(), "app", api.FederatedIdentity{Issuer: "https://j.example"}))
	require.NoError(t, c.DeleteFederatedIdentity(t.Context(), "app", "https://j.example"))
	same(client.doc, "new")
	same(client.doc, "credentials", "new")
	var have struct {
		Credentials struct {
			FederatedIdentities []json.RawMessage `json:"federatedIdentities"`
		} `json:"credentials"`
	}
	require.NoError(t, json.Unmarshal([]byte(client.doc), &have))
	require.Len(t, have.Credentials.FederatedIdentities, 1)
	same(string(have.Credentials.FederatedIdentities[0]), "new")
}

func TestAWriteWhoseAnswerIsLostIsLookedFor(t *testing.T) {
	t.Parallel()
	inNoTime(t, func(t *testing.T) {
		client := &shelf{doc: `{"id":"app","name":"App"}`}
		c := connect(t, client.on(func(r *http.Request, _ int) (answer, bool) { return brokenOff, r.Method == http.MethodPut }), api.Options{MaxRetries: -1})
		require.NoError(t, c.AddFederatedIdentity(t.Context(), "app", api.FederatedIdentity{Issuer: "https://i.example"}), "it is there")
		_, err := c.UpdateClient(t.Context(), "app", api.ClientSettings{Name: "App 2"})
		require.NoError(t, err)
	})
	inNoTime(t, func(t *testing.T) {
		client := &shelf{doc: `{"id":"app","name":"App"}`}
		written := false
		c := connect(t, client.on(func(r *http.Request, _ int) (answer, bool) {
			written = written || r.Method == http.MethodPut
			return brokenOff, written // nor can it be read back
		}), api.Options{MaxRetries: -1})
		err := c.AddFederatedIdentity(t.Context(), "app", api.FederatedIdentity{Issuer: "https://i.example"})
		require.ErrorIs(t, err, api.ErrUndecided)
		var undecided *api.Undecided
		require.ErrorAs(t, err, &undecided)
		require.Equal(t, "app#https://i.example", undecided.Key, "what an import takes")
	})
}

// Two edits in one request: it is for both, and lasts as long as one of them waits.
func TestAJoinedEditOutlivesTheCallersWhoGoAway(t *testing.T) {
	t.Parallel()
	for _, leaver := range []int{0, 1} {
		inNoTime(t, func(t *testing.T) {
			client := &shelf{doc: `{"id":"app","name":"App"}`}
			ctxs, leave := [2]context.Context{}, [2]context.CancelFunc{}
			for n := range ctxs {
				ctxs[n], leave[n] = context.WithCancel(t.Context())
				defer leave[n]()
			}
			s := client.on(func(r *http.Request, n int) (answer, bool) {
				if n == 1 { // the first read is under way when one of them leaves
					leave[leaver]()
					time.Sleep(time.Second)
				}
				return answer{}, false
			})
			c := connect(t, s, api.Options{})
			var errs [2]error
			var both sync.WaitGroup
			for n := range ctxs {
				both.Go(func() {
					time.Sleep(time.Duration(n) * time.Millisecond)
					errs[n] = c.AddFederatedIdentity(ctxs[n], "app", api.FederatedIdentity{Issuer: "https://i" + string('0'+rune(n)) + ".example"})
				})
			}
			both.Wait()
			require.NoError(t, errs[1-leaver])
			require.Equal(t, []string{"GET /api/oidc/clients/app", "PUT /api/oidc/clients/app", "GET /api/oidc/clients/app"}, s.asked, "they were not joined")
			require.Contains(t, client.doc, "https://i"+string('1'-rune(leaver))+".example")
		})
	}
}

func TestAJoinedEditEndsWhenAllItsCallersAreGone(t *testing.T) {
	t.Parallel()
	inNoTime(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		s := &server{answer: func(r *http.Request, _ int) answer {
			leave()
			<-r.Context().Done()
			return answer{err: r.Context().Err()}
		}}
		c := connect(t, s, api.Options{RequestTimeout: time.Hour})
		began := time.Now()
		var both sync.WaitGroup
		for _, issuer := range []string{"https://i.example", "https://j.example"} {
			both.Go(func() {
				require.ErrorIs(t, c.AddFederatedIdentity(ctx, "app", api.FederatedIdentity{Issuer: issuer}), context.Canceled)
			})
		}
		both.Wait()
		require.Less(t, time.Since(began), 10*time.Second)
	})
}

// How often and how long each kind of answer is insisted on, for a read.
func TestRetriesFollowWhatTheAnswerMeans(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		server        *server
		requests      int
		least, most   time.Duration
		succeeds      bool
		provenAlready bool // Pocket ID has answered before
	}{
		"a rate limit is waited for as long as it says":      {server: first(tooMany, app), requests: 2, least: 7 * time.Second, most: 12 * time.Second, succeeds: true},
		"and is no fault, however often":                     {server: first(tooMany, tooMany, tooMany, tooMany, tooMany, tooMany, tooMany, app), requests: 8, least: 49 * time.Second, most: 2 * time.Minute, succeeds: true},
		"one that does not say how long: a second":           {server: first(answer{status: 429, body: `{"error":"Too many requests"}`}, app), requests: 2, least: time.Second, most: 3 * time.Second, succeeds: true},
		"nobody listens yet":                                 {server: first(nobody, nobody, nobody, nobody, nobody, nobody, nobody, app), requests: 8, most: 30 * time.Second, succeeds: true},
		"nobody listens":                                     {server: first(nobody), least: 25 * time.Second, most: 36 * time.Second},
		"a proxy says that it is away, and then it is there": {server: first(unavailable, badGateway, tooLate, unavailable, badGateway, tooLate, badGateway, app), requests: 8, most: 30 * time.Second, succeeds: true},
		"a proxy says that it is away":                       {server: first(unavailable), least: 25 * time.Second, most: 36 * time.Second},
		"a lone 401":                                         {server: first(refusedKey, app), requests: 2, succeeds: true, most: 5 * time.Second},
		"a key that is refused":                              {server: first(refusedKey), requests: 2, most: 5 * time.Second},
		"faults that pass":                                   {server: first(broken, broken, broken, broken, app), requests: 5, succeeds: true, most: 15 * time.Second},
		"faults that do not pass":                            {server: first(broken), requests: 5, most: 15 * time.Second},
		"answers that break off":                             {server: first(brokenOff, brokenOff, app), requests: 3, succeeds: true, most: 15 * time.Second},
		"an object that is missing":                          {server: first(notFound), requests: 1},
		"something that is not Pocket ID":                    {server: first(loginPage), requests: 1},
		"what was Pocket ID before":                          {server: first(app, loginPage, loginPage, app), requests: 3, succeeds: true, most: 10 * time.Second, provenAlready: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inNoTime(t, func(t *testing.T) {
				c := connect(t, row.server, api.Options{})
				if row.provenAlready {
					_, err := c.GetClient(t.Context(), "app")
					require.NoError(t, err)
					row.server.asked = nil
					row.server.answer = first(loginPage, loginPage, app).answer
				}
				began := time.Now()
				_, err := c.GetClient(t.Context(), "app")
				require.Equal(t, row.succeeds, err == nil, "%v", err)
				if row.requests > 0 {
					require.Len(t, row.server.asked, row.requests)
				}
				require.GreaterOrEqual(t, time.Since(began), row.least)
				require.LessOrEqual(t, time.Since(began), row.most)
			})
		})
	}
}

func TestARateLimitIsForAllRequests(t *testing.T) {
	t.Parallel()
	inNoTime(t, func(t *testing.T) {
		s := first(app, tooMany, app)
		c := connect(t, s, api.Options{})
		_, err := c.GetClient(t.Context(), "app")
		require.NoError(t, err)
		began := time.Now()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { _, _ = c.GetClient(t.Context(), "app") })
			synctest.Wait()
		}
		asked := len(s.seen())
		all.Wait()
		require.Equal(t, 2, asked, "others went on asking")
		require.GreaterOrEqual(t, time.Since(began), 7*time.Second)
	})
}

func TestEveryWaitEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*server{"a rate limit": always(429, `{"error":"Too many requests"}`), "nobody listens": first(nobody), "faults": first(broken)} {
		inNoTime(t, func(t *testing.T) {
			c := connect(t, s, api.Options{StartupTimeout: time.Hour, MaxRetries: 1000})
			ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
			defer stop()
			began := time.Now()
			_, err := c.GetClient(ctx, "app")
			require.Error(t, err, name)
			require.LessOrEqual(t, time.Since(began), 20*time.Second, name)
		})
	}
	inNoTime(t, func(t *testing.T) {
		s := always(429, `{"error":"Too many requests"}`)
		s.answer = first(answer{status: 429, body: `{}`, header: map[string]string{"Retry-After": "60"}}).answer
		c := connect(t, s, api.Options{})
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		began := time.Now()
		var both sync.WaitGroup
		for range 2 { // one was told to wait, the other waits with it
			both.Go(func() {
				_, err := c.GetClient(ctx, "app")
				require.Error(t, err)
			})
		}
		both.Wait()
		require.LessOrEqual(t, time.Since(began), 2*time.Second)
	})
}

// A fresh Pocket ID makes the user of a static key at its first use, and refuses
// what races with it.
func TestTheFirstRequestGoesAloneAndLaterOnesAreBounded(t *testing.T) {
	t.Parallel()
	inNoTime(t, func(t *testing.T) {
		var now, most atomic.Int32
		s := &server{answer: func(r *http.Request, n int) answer {
			here := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); here > m && !most.CompareAndSwap(m, here); m = most.Load() {
			}
			time.Sleep(time.Second)
			if n == 1 {
				require.EqualValues(t, 1, most.Load(), "another came beside the first")
			}
			return app
		}}
		c := connect(t, s, api.Options{MaxConcurrent: 3})
		for range 2 {
			var all sync.WaitGroup
			for range 12 {
				all.Go(func() {
					_, err := c.GetClient(t.Context(), "app")
					require.NoError(t, err)
				})
			}
			all.Wait()
		}
		require.EqualValues(t, 3, most.Load())
	})
}

func TestARemovalWhoseAnswerWasLostIsDone(t *testing.T) {
	t.Parallel()
	inNoTime(t, func(t *testing.T) {
		for _, lost := range []answer{broken, brokenOff, unavailable} {
			require.NoError(t, connect(t, first(lost, notFound), api.Options{}).DeleteClient(t.Context(), "app"))
			require.NoError(t, connect(t, first(lost, notFound), api.Options{}).DeleteGroup(t.Context(), "id"))
			require.NoError(t, connect(t, first(lost, notFound), api.Options{}).DeleteSecret(t.Context(), "app", "id"))
		}
	})
}

// A create whose answer is lost is asked for before anything is made again.
func TestACreateIsNeverRepeatedBlindly(t *testing.T) {
	t.Parallel()
	const empty = `{"data":[],"pagination":{"totalPages":1}}`
	for _, lost := range []answer{broken, brokenOff, unavailable, {status: 200, body: "<html>"}} {
		inNoTime(t, func(t *testing.T) {
			made := false
			posts := 0
			s := &server{}
			s.answer = func(r *http.Request, _ int) answer {
				switch {
				case r.Method == http.MethodPost && made:
					posts++
					return answer{status: 409, body: `{"error":"Name is already in use","code":"already_in_use"}`}
				case r.Method == http.MethodPost:
					posts++
					made = true
					return lost
				case made:
					return answer{status: 200, body: `{"data":[{"id":"id","name":"devs"}],"pagination":{"totalPages":1}}`}
				}
				return answer{status: 200, body: empty}
			}
			group, err := connect(t, s, api.Options{}).CreateGroup(t.Context(), api.GroupSettings{Name: "devs", FriendlyName: "Devs"})
			require.NoError(t, err)
			require.Equal(t, "id", group.ID)
			require.LessOrEqual(t, posts, 2, "the name keeps a second one from being made")
		})
	}
}

func TestTheKeyGoesNowhereElse(t *testing.T) {
	t.Parallel()
	s := always(200, `{"issuer":"https://id.example.com"}`)
	_, err := connect(t, s, api.Options{}).Issuer(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{""}, s.keys, "the discovery document is for everybody")

	s = &server{answer: func(r *http.Request, _ int) answer {
		if r.Method == http.MethodPost {
			return answer{status: 200, body: `{"active":false}`}
		}
		return answer{status: 307, header: map[string]string{"Location": "https://evil.example/api/oidc/clients/app"}}
	}}
	c := connect(t, s, api.Options{})
	_, err = c.VerifyClientSecret(t.Context(), "app", "secret")
	require.NoError(t, err)
	require.Equal(t, []string{""}, s.keys, "a client signs in with its own secret alone")
	_, err = c.GetClient(t.Context(), "app")
	require.ErrorIs(t, err, api.ErrNotPocketID)
	require.ErrorContains(t, err, "https://evil.example")
	require.Equal(t, []string{"POST /api/oidc/introspect", "GET /api/oidc/clients/app"}, s.asked, "the redirect was followed")
}

func TestAnAnswerWithoutEndIsAnError(t *testing.T) {
	t.Parallel()
	_, err := connect(t, always(200, `{"id":"app","name":"`+strings.Repeat("x", 17<<20)+`"}`), api.Options{MaxRetries: -1}).GetClient(t.Context(), "app")
	require.ErrorContains(t, err, "larger than 16 MiB")
}

func TestWhatIsNoIDNeverReachesAURL(t *testing.T) {
	t.Parallel()
	s := always(200, `{"id":"app","data":[],"pagination":{"totalPages":1}}`)
	c := connect(t, s, api.Options{})
	ctx := t.Context()
	for _, id := range []string{"", ".", "..", "a/b", "/", `a\b`} {
		_, get := c.GetClient(ctx, id)
		_, update := c.UpdateClient(ctx, id, api.ClientSettings{})
		_, groups := c.SetAllowedGroups(ctx, id, nil)
		_, group := c.GetGroup(ctx, id)
		_, rename := c.UpdateGroup(ctx, id, api.GroupSettings{})
		_, list := c.ListSecrets(ctx, id)
		for what, err := range map[string]error{
			"read": get, "update": update, "delete": c.DeleteClient(ctx, id), "groups": groups, "secrets": list,
			"secret": c.DeleteSecret(ctx, "app", id), "secret of": c.DeleteSecret(ctx, id, "secret"),
			"identity": c.AddFederatedIdentity(ctx, id, api.FederatedIdentity{Issuer: "https://i.example"}),
			"group":    group, "rename": rename, "delete group": c.DeleteGroup(ctx, id), "claims": c.SetClaims(ctx, api.GroupClaims, id, nil),
		} {
			require.ErrorIs(t, err, api.ErrBadID, "%s %q", what, id)
		}
	}
	require.Empty(t, s.asked)
	_, _ = c.GetClient(ctx, "a b?c#d%2f")
	require.Equal(t, []string{"GET /api/oidc/clients/a%20b%3Fc%23d%252f"}, s.asked)
}

func TestVersionsAreTakenForWhatTheyAre(t *testing.T) {
	t.Parallel()
	for text, row := range map[string]struct {
		secrets, logout bool
	}{
		"2.13.9": {false, false}, "2.14.0": {true, false}, "v2.14.0": {true, false}, "2.14.0-beta.1": {true, false}, "2.17.3": {true, true},
		"10.0.0": {true, true}, "development": {true, true}, "2.9.0": {false, false},
	} {
		v := api.ParseVersion(text)
		require.Equal(t, row.secrets, v.Has(api.ManySecrets), text)
		require.Equal(t, row.logout, v.Has(api.BackchannelLogout), text)
	}
	t.Log("before 2.3 there is no route to ask at")
	s := &server{answer: func(r *http.Request, _ int) answer {
		if strings.HasSuffix(r.URL.Path, "openid-configuration") {
			return answer{status: 200, body: `{"issuer":"https://id.example.com"}`}
		}
		return answer{status: 404, body: `{"error":"API endpoint not found"}`}
	}}
	v, err := connect(t, s, api.Options{}).Version(t.Context())
	require.NoError(t, err)
	require.False(t, v.Has(api.PushedAuthorizationRequests))
	require.Equal(t, "older than 2.3.0", v.String())
	t.Log("but a server that is no Pocket ID has no version")
	_, err = connect(t, always(404, `{"error":"API endpoint not found"}`), api.Options{}).Version(t.Context())
	require.Error(t, err)
}
