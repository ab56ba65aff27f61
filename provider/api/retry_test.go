package api

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Time in these tests is made up (testing/synctest): it jumps when everybody waits.

// refusal is the error of a connection to where nothing listens.
var refusal = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}

// after tells a story in the order of requests: each is played by one step, and
// those after the last as well.
func after(d *diary, steps ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		d.note(r)
		mu.Lock()
		step := steps[0]
		if len(steps) > 1 {
			steps = steps[1:]
		}
		mu.Unlock()
		step(w, r)
	}
}

func saying(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		answer(w, status, body)
	}
}

var (
	mine     = saying(200, `{"id":"my-app","name":"Mine"}`)
	dropping = func(http.ResponseWriter, *http.Request) { drop() }
	nobody   = func(http.ResponseWriter, *http.Request) { panic(refusal) }
	badGate  = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(502)
		_, _ = w.Write([]byte("<html><title>502 Bad Gateway</title>"))
	}
)

func repeat(n int, step http.HandlerFunc, then ...http.HandlerFunc) []http.HandlerFunc {
	return append(slices.Repeat([]http.HandlerFunc{step}, n), then...)
}

// What passes is waited for, where doing it twice does no harm.
func TestAReadInsistsOnWhatWillPass(t *testing.T) {
	t.Parallel()
	in20s := func() string { return time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat) }
	for name, row := range map[string]struct {
		steps func() []http.HandlerFunc
		asked int // the requests that it takes
		waits [2]time.Duration
		fails error
	}{
		"429 without a word":       {func() []http.HandlerFunc { return repeat(3, saying(429, tooMany), mine) }, 4, [2]time.Duration{3 * time.Second, 5 * time.Second}, nil},
		"429 for seven seconds":    {func() []http.HandlerFunc { return repeat(1, saying(429, tooMany, "Retry-After: 7"), mine) }, 2, [2]time.Duration{7 * time.Second, 8 * time.Second}, nil},
		"429 until a date":         {func() []http.HandlerFunc { return repeat(1, saying(429, tooMany, "Retry-After: "+in20s()), mine) }, 2, [2]time.Duration{19 * time.Second, 21 * time.Second}, nil},
		"429 for a day":            {func() []http.HandlerFunc { return repeat(1, saying(429, tooMany, "Retry-After: 86400"), mine) }, 2, [2]time.Duration{time.Minute, 61 * time.Second}, nil},
		"429 that is a proxy's":    {func() []http.HandlerFunc { return repeat(1, saying(429, "slow down", "Retry-After: 2"), mine) }, 2, [2]time.Duration{2 * time.Second, 3 * time.Second}, nil},
		"429 for ever":             {func() []http.HandlerFunc { return repeat(1, saying(429, tooMany, "Retry-After: 50")) }, 0, [2]time.Duration{9 * time.Minute, 11 * time.Minute}, nil},
		"503 that says when":       {func() []http.HandlerFunc { return repeat(1, saying(503, "away", "Retry-After: 45"), mine) }, 2, [2]time.Duration{45 * time.Second, 46 * time.Second}, nil},
		"nothing listens yet":      {func() []http.HandlerFunc { return repeat(8, nobody, mine) }, 9, [2]time.Duration{5 * time.Second, 25 * time.Second}, nil},
		"nothing ever listens":     {func() []http.HandlerFunc { return repeat(1, nobody) }, 0, [2]time.Duration{29 * time.Second, 36 * time.Second}, ErrUnreachable},
		"a proxy before it starts": {func() []http.HandlerFunc { return repeat(8, badGate, mine) }, 9, [2]time.Duration{5 * time.Second, 25 * time.Second}, nil},
		"a proxy before nothing":   {func() []http.HandlerFunc { return repeat(1, badGate) }, 0, [2]time.Duration{29 * time.Second, 36 * time.Second}, ErrNotPocketID},
		"away after a long wait": {func() []http.HandlerFunc {
			return append([]http.HandlerFunc{saying(429, tooMany, "Retry-After: 45")}, repeat(3, badGate, nobody, mine)...)
		}, 6, [2]time.Duration{45 * time.Second, 60 * time.Second}, nil},
		"500 four times":             {func() []http.HandlerFunc { return repeat(4, saying(500, wrong), mine) }, 5, [2]time.Duration{time.Second / 2, 4 * time.Second}, nil},
		"500 five times":             {func() []http.HandlerFunc { return repeat(1, saying(500, wrong)) }, 5, [2]time.Duration{time.Second / 2, 4 * time.Second}, nil},
		"broken off four times":      {func() []http.HandlerFunc { return repeat(4, dropping, mine) }, 5, [2]time.Duration{time.Second / 2, 4 * time.Second}, nil},
		"a lone 401":                 {func() []http.HandlerFunc { return repeat(1, saying(401, strange), mine) }, 2, [2]time.Duration{0, time.Second}, nil},
		"401 twice":                  {func() []http.HandlerFunc { return repeat(1, saying(401, strange)) }, 2, [2]time.Duration{0, time.Second}, ErrUnauthorized},
		"404":                        {func() []http.HandlerFunc { return repeat(1, saying(404, missing)) }, 1, [2]time.Duration{0, 0}, ErrNotFound},
		"403":                        {func() []http.HandlerFunc { return repeat(1, saying(403, `{"error":"x","code":"forbidden"}`)) }, 1, [2]time.Duration{0, 0}, ErrForbidden},
		"400":                        {func() []http.HandlerFunc { return repeat(1, saying(400, `{"error":"x"}`)) }, 1, [2]time.Duration{0, 0}, nil},
		"another program from first": {func() []http.HandlerFunc { return repeat(1, saying(200, `<html>`), mine) }, 1, [2]time.Duration{0, 0}, ErrNotPocketID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked diary
				c, began := within(t, after(&asked, row.steps()...)), time.Now()
				_, err := c.GetClient(t.Context(), "my-app")
				took := time.Since(began)
				require.GreaterOrEqual(t, took, row.waits[0])
				require.LessOrEqual(t, took, row.waits[1])
				switch {
				case row.fails != nil:
					require.ErrorIs(t, err, row.fails)
				case len(row.steps()) > 1:
					require.NoError(t, err)
				default:
					require.Error(t, err)
				}
				if row.asked > 0 {
					require.Len(t, asked.read(), row.asked)
				}
			})
		})
	}
}

// A page of a proxy's login is no reason to wait, but where Pocket ID has spoken
// before, whatever stands in between will go away.
func TestWhatIsNotPocketIDPassesOnlyWhereItHasSpokenBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked diary
		c := within(t, after(&asked, mine, saying(404, "no such site"), saying(200, `{"id":`), mine))
		for range 2 {
			_, err := c.GetClient(t.Context(), "my-app")
			require.NoError(t, err)
		}
		require.Len(t, asked.read(), 4)
	})
}

func TestRetriesCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	for _, step := range []http.HandlerFunc{nobody, dropping, badGate, saying(500, wrong), saying(401, strange), saying(503, "away")} {
		synctest.Test(t, func(t *testing.T) {
			var asked diary
			c, began := within(t, after(&asked, step, mine), never), time.Now()
			_, err := c.GetClient(t.Context(), "my-app")
			require.Error(t, err)
			require.Len(t, asked.read(), 1)
			require.Zero(t, time.Since(began))
		})
	}
	synctest.Test(t, func(t *testing.T) { // but a limit on requests is no fault
		c := within(t, after(&diary{}, saying(429, tooMany), mine), never)
		_, err := c.GetClient(t.Context(), "my-app")
		require.NoError(t, err)
	})
}

// Where the server has had too many requests, all others wait as well.
func TestAPauseIsForAllRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked diary
		c := within(t, after(&asked, mine, saying(429, tooMany, "Retry-After: 10"), mine))
		_, err := c.GetClient(t.Context(), "my-app")
		require.NoError(t, err)
		began := time.Now()
		go func() { _, _ = c.GetClient(t.Context(), "my-app") }()
		synctest.Wait()
		require.Len(t, asked.read(), 2)
		for range 5 {
			_, err := c.GetClient(t.Context(), "my-app")
			require.NoError(t, err)
		}
		require.Equal(t, 10*time.Second, time.Since(began))
	})
}

// What may have been made is not made again, but looked for.
func TestAClientIsMadeOnce(t *testing.T) {
	t.Parallel()
	const post, get = "POST /api/oidc/clients", "GET /api/oidc/clients/my-app"
	lookedFor, again := []string{get, post, post, get}, []string{get, post, post}
	for name, row := range map[string]struct {
		made  bool // by the first POST
		said  http.HandlerFunc
		asked []string
		fails error // nil if there is a client in the end
	}{
		"made, and the answer lost":     {true, dropping, lookedFor, nil},
		"not made, and the answer lost": {false, dropping, again, nil},
		"made, and 500":                 {true, saying(500, wrong), lookedFor, nil},
		"not made, and 500":             {false, saying(500, wrong), again, nil},
		"made, and a proxy's 502":       {true, badGate, lookedFor, nil},
		"made, and a proxy's 404":       {true, saying(404, "no such site"), lookedFor, nil},
		"made, and a lone 401":          {true, saying(401, strange), lookedFor, nil},
		"not made, and a lone 401":      {false, saying(401, strange), again, nil},
		"made, and 429":                 {true, saying(429, tooMany), lookedFor, nil},
		"made, and an empty answer":     {true, saying(201, ``), lookedFor, nil},
		"made, and another's answer":    {true, saying(200, `{}`), lookedFor, nil},
		"made, and half an answer":      {true, saying(201, `{"id":"my-app"`), lookedFor, nil},
		"refused for what it says":      {false, saying(403, `{"error":"no","code":"forbidden"}`), []string{get, post}, ErrForbidden},
		"somebody else was faster":      {false, saying(409, taken), []string{get, post}, ErrExists},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, first := newStore(nil), true
				c := within(t, func(w http.ResponseWriter, r *http.Request) {
					faulty := first && r.Method == http.MethodPost
					switch first = first && !faulty; {
					case faulty && row.made:
						s.handle(forgotten{}, r)
					case faulty:
						s.note(r)
					default:
						s.handle(w, r)
						return
					}
					row.said(w, r)
				})
				got, err := c.CreateClient(t.Context(), "my-app", ClientSettings{Name: "Mine"})
				if row.fails == nil {
					require.NoError(t, err)
					require.Equal(t, "Mine", got.Name)
				}
				require.ErrorIs(t, err, row.fails)
				require.NotErrorIs(t, err, ErrUndecided)
				require.Equal(t, row.asked, s.read())
			})
		})
	}
}

// forgotten is an answer that never arrives.
type forgotten struct{}

func (forgotten) Header() http.Header         { return http.Header{} }
func (forgotten) Write(b []byte) (int, error) { return len(b), nil }
func (forgotten) WriteHeader(int)             {}

// Where nobody can tell whether it was done, it is not done again.
func TestWhatCannotBeSettledIsSentOnce(t *testing.T) {
	t.Parallel()
	for _, lost := range []http.HandlerFunc{dropping, badGate, saying(500, wrong), saying(200, `<html>`)} {
		synctest.Test(t, func(t *testing.T) {
			var asked diary
			c := within(t, after(&asked, lost, mine))
			require.Error(t, c.call(t.Context(), http.MethodPost, nil, nil, "anything"))
			require.Len(t, asked.read(), 1)
		})
	}
}

func TestWhatWasThereBeforeIsNotTakenOver(t *testing.T) {
	t.Parallel()
	s := newStore(map[string]string{"/api/oidc/clients/my-app": `{"id":"my-app","name":"Theirs"}`})
	_, err := over(t, s.handle).CreateClient(t.Context(), "my-app", ClientSettings{Name: "Mine"})
	require.ErrorIs(t, err, ErrExists)
	require.Equal(t, []string{"GET /api/oidc/clients/my-app"}, s.read())
	require.Equal(t, `"Theirs"`, s.get("/api/oidc/clients/my-app", "name"))
}

// An answer that is lost for good leaves an error that says what may exist.
func TestWhatStaysUndecidedIsNamed(t *testing.T) {
	t.Parallel()
	for name, create := range map[string]func(context.Context, *Conn) error{
		"client": func(ctx context.Context, c *Conn) error {
			return second(c.CreateClient(ctx, "", ClientSettings{Name: "Mine"}))
		},
		"user group": func(ctx context.Context, c *Conn) error {
			return second(c.CreateGroup(ctx, GroupSettings{Name: "devs", FriendlyName: "Devs"}))
		},
		"secret of client my-app": func(ctx context.Context, c *Conn) error {
			return second(c.MintSecret(ctx, "my-app", NewSecret{}, nil))
		},
		"federated identity": func(ctx context.Context, c *Conn) error {
			return c.AddFederatedIdentity(ctx, "my-app", FederatedIdentity{Issuer: "https://one.example"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer time.Sleep(time.Second) // until nobody waits for company
				gone := false
				c := within(t, func(w http.ResponseWriter, r *http.Request) {
					switch {
					case gone:
						drop()
					case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/current"):
						answer(w, 200, `{"currentVersion":"2.14.0"}`)
					case r.Method == http.MethodGet && r.URL.Path == "/api/user-groups":
						answer(w, 200, `{"data":[],"pagination":{"totalPages":1,"currentPage":1}}`)
					case r.Method == http.MethodGet:
						mine(w, r)
					default:
						gone = true
						drop()
					}
				})
				err := create(t.Context(), c)
				var undecided *Undecided
				require.ErrorAs(t, err, &undecided)
				require.ErrorIs(t, err, ErrUndecided)
				require.ErrorIs(t, err, ErrUnreachable, "and why")
				require.Equal(t, name, undecided.Kind)
				require.NotEmpty(t, undecided.Key)
			})
		})
	}
}

// What was never sent was never made, and nobody need look for it.
func TestWhatWasNeverSentIsNotUndecided(t *testing.T) {
	t.Parallel()
	closed := func(o *Options) {
		o.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, refusal }}
	}
	tls := func(o *Options) { o.BaseURL = strings.Replace(o.BaseURL, "http:", "https:", 1) }
	for name, c := range map[string]*Conn{
		"nothing listens":     over(t, mine, never, closed),
		"no such host":        connect(t, Options{BaseURL: "http://no-such-host.invalid"}, never),
		"no TLS is spoken":    over(t, mine, never, tls),
		"the key is refused":  over(t, saying(401, strange), never),
		"nothing in the path": over(t, saying(404, "404 page not found"), never, func(o *Options) { o.BaseURL += "/nothing" }),
	} {
		err := second(c.CreateClient(t.Context(), "", ClientSettings{}))
		require.Error(t, err, name)
		if name != "nothing in the path" { // a proxy may say so after the deed
			require.NotErrorIs(t, err, ErrUndecided, name)
		}
	}
}

// A secret has no key of the caller's: where its answer is lost it is looked for
// before another is made.
func TestASecretIsMadeOnce(t *testing.T) {
	t.Parallel()
	const post, list, verify = "POST /api/oidc/clients/my-app/secrets", "GET /api/oidc/clients/my-app/secrets", "POST /api/oidc/introspect"
	before := []ClientSecret{{ID: "s1", Prefix: "an o"}}
	for name, row := range map[string]struct {
		listed string
		right  bool // the value signs in
		asked  []string
		id     string
		fails  error
	}{
		"made":                           {`[{"id":"s1","prefix":"an o"},{"id":"s2","prefix":"an o"}]`, true, []string{post, list, verify}, "s2", nil},
		"not made":                       {`[{"id":"s1","prefix":"an o"}]`, false, []string{post, list, post}, "s3", nil},
		"another of theirs":              {`[{"id":"s1","prefix":"an o"},{"id":"s9","prefix":"zzzz"}]`, false, []string{post, list, post}, "s3", nil},
		"another that begins alike":      {`[{"id":"s1","prefix":"an o"},{"id":"s9","prefix":"an o"}]`, false, []string{post, list, verify, post}, "s3", nil},
		"made, beside one that is alike": {`[{"id":"s8","prefix":"an o"},{"id":"s9","prefix":"an o"}]`, true, []string{post, list, verify}, "", ErrUndecided},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked diary
				lost := true
				c := within(t, func(w http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(r.URL.Path, "/current") {
						answer(w, 200, `{"currentVersion":"2.14.0"}`)
						return
					}
					asked.note(r)
					switch {
					case strings.HasSuffix(r.URL.Path, "/introspect") && row.right:
						answer(w, 200, `{"active":false}`)
					case strings.HasSuffix(r.URL.Path, "/introspect"):
						answer(w, 401, `{"error":"invalid_client","error_description":"Client authentication failed"}`)
					case r.Method == http.MethodGet:
						answer(w, 200, row.listed)
					case lost:
						lost = false
						drop()
					default:
						answer(w, 201, `{"id":"s3","prefix":"an o","secret":"an own value of it"}`)
					}
				})
				got, err := c.MintSecret(t.Context(), "my-app", NewSecret{Value: "an own value of it"}, before)
				require.ErrorIs(t, err, row.fails)
				require.Equal(t, row.asked, asked.read())
				if row.fails == nil {
					require.NoError(t, err)
					require.Equal(t, row.id, got.ID)
					require.Equal(t, "an own value of it", got.Value)
				}
			})
		})
	}
}

// A wrong secret is an answer; what a proxy or a lone fault says is none.
func TestOnlyPocketIDSaysThatASecretIsWrong(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		steps []http.HandlerFunc
		right bool
		fails bool
	}{
		"right":                  {repeat(1, saying(200, `{"active":false}`)), true, false},
		"wrong":                  {repeat(1, saying(401, `{"error":"invalid_client","error_description":"Client authentication failed"}`)), false, false},
		"wrong, up to 2.9":       {repeat(1, saying(400, `{"error":"Invalid client secret"}`)), false, false},
		"a lone 401, then right": {repeat(1, saying(401, strange), saying(200, `{"active":false}`)), true, false},
		"a proxy's login":        {repeat(1, saying(401, `<html>`)), false, true},
		"a proxy's page":         {repeat(1, saying(200, `<html>`)), false, true},
		"something else":         {repeat(1, saying(200, `{}`)), false, true},
		"nothing":                {repeat(1, saying(200, ``)), false, true},
		"500":                    {repeat(1, saying(500, wrong)), false, true},
		"a route it lacks":       {repeat(1, saying(404, `{"error":"API endpoint not found"}`)), false, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			right, err := within(t, after(&diary{}, row.steps...)).VerifyClientSecret(t.Context(), "my-app", "an own value of it")
			require.Equal(t, row.right, right, name)
			require.Equal(t, row.fails, err != nil, "%s: %v", name, err)
		})
	}
}

// At its first use a fresh server makes the user of its static key, and refuses
// what comes meanwhile.
func TestTheFirstRequestGoesAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var now, most int
		ready := false
		c := within(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			now++
			most = max(most, now)
			alone := now == 1
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			now--
			if !ready && !alone {
				t.Error("another request came beside the first")
			}
			ready = true
			mine(w, r)
		})
		began := time.Now()
		var all sync.WaitGroup
		for range 25 {
			all.Go(func() { require.NoError(t, second(c.GetClient(t.Context(), "my-app"))) })
		}
		all.Wait()
		require.Equal(t, 8, most, "then eight at a time")
		require.Equal(t, 4*time.Second, time.Since(began), "one, and three times eight")
	})
}

func TestTheFirstRequestIsTheFirstThatIsAnswered(t *testing.T) {
	t.Parallel()
	for _, not := range []http.HandlerFunc{saying(401, strange), saying(429, tooMany), saying(502, "<html>"), dropping, nobody} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var asked diary
			now := 0
			story := after(&asked, not, mine)
			c := within(t, func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				now++
				beside, first := now > 1, len(asked.read()) < 2
				mu.Unlock()
				if beside && first {
					t.Error("another request came beside the first")
				}
				defer func() { mu.Lock(); now--; mu.Unlock() }()
				time.Sleep(time.Second)
				story(w, r)
			})
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() { require.NoError(t, second(c.GetClient(t.Context(), "my-app"))) })
			}
			all.Wait()
		})
	}
}

func TestNoMoreRequestsAtATimeThanAllowed(t *testing.T) {
	t.Parallel()
	for setting, want := range map[int]int{0: 8, 1: 1, 3: 3, 20: 20} {
		t.Run(fmt.Sprint(setting), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var now, most int
				c := within(t, func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					now++
					most = max(most, now)
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					now--
					mu.Unlock()
					mine(w, r)
				}, func(o *Options) { o.MaxConcurrent = setting })
				var all sync.WaitGroup
				for n := range 60 {
					all.Go(func() {
						switch n % 3 {
						case 0:
							_, _ = c.GetClient(t.Context(), "my-app")
						case 1:
							_, _ = c.SetAllowedGroups(t.Context(), "my-app", nil)
						case 2:
							_, _ = c.VerifyClientSecret(t.Context(), "my-app", "an own value of it")
						}
					})
				}
				all.Wait()
				require.Equal(t, want, most)
			})
		})
	}
}

// A server that has too much to do gets to a request after its sender has given up,
// and perhaps after the next: before 2.14, the client then has the secret of the first.
func TestASecretThatAnEarlierRequestOvertookIsReplacedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked diary
		n := 0
		c := within(t, func(w http.ResponseWriter, r *http.Request) {
			asked.note(r)
			_, given, _ := r.BasicAuth()
			switch {
			case strings.HasSuffix(r.URL.Path, "/version/current"):
				answer(w, 200, `{"currentVersion":"2.9.0"}`)
			case strings.HasSuffix(r.URL.Path, "/introspect") && given != "secret-3":
				answer(w, 401, `{"error":"Invalid client secret"}`)
			case strings.HasSuffix(r.URL.Path, "/introspect"):
				answer(w, 200, `{"active":false}`)
			default:
				if n++; n == 1 {
					drop()
				}
				answer(w, 200, fmt.Sprintf(`{"secret":"secret-%d"}`, n))
			}
		})
		made, err := c.MintSecret(t.Context(), "my-app", NewSecret{}, nil)
		require.NoError(t, err)
		require.Equal(t, "secret-3", made.Value)
		require.Equal(t, 3, asked.count("POST /api/oidc/clients/my-app/secret"))

		n = 3 // and where no answer is lost, nothing is tried
		_, err = c.MintSecret(t.Context(), "my-app", NewSecret{}, nil)
		require.NoError(t, err)
		require.Equal(t, 1, asked.count("POST /api/oidc/introspect"))
	})
}
