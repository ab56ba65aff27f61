package api

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// After a lost response, the client is looked for and not created again.
func TestAClientIsCreatedOnce(t *testing.T) {
	t.Parallel()
	const list, post, get = "GET /api/oidc/clients", "POST /api/oidc/clients", "GET /api/oidc/clients/my-app"
	resolved, repeated := []string{list, post, post, get}, []string{list, post, post}
	for name, row := range map[string]struct {
		created  bool // by the first POST
		response http.HandlerFunc
		requests []string
		fails    error // nil if the client exists in the end
	}{
		"created, response lost":       {true, dropping, resolved, nil},
		"not created, response lost":   {false, dropping, repeated, nil},
		"created, 500":                 {true, responding(500, internalErrorBody), resolved, nil},
		"not created, 500":             {false, responding(500, internalErrorBody), repeated, nil},
		"created, 502 of a proxy":      {true, badGateway, resolved, nil},
		"created, 404 of a proxy":      {true, responding(404, "no such site"), resolved, nil},
		"created, a single 401":        {true, responding(401, notSignedInBody), resolved, nil},
		"not created, a single 401":    {false, responding(401, notSignedInBody), repeated, nil},
		"created, 429":                 {true, responding(429, rateLimitedBody), resolved, nil},
		"created, empty response":      {true, responding(201, ``), resolved, nil},
		"created, other response":      {true, responding(200, `{}`), resolved, nil},
		"created, incomplete response": {true, responding(201, `{"id":"my-app"`), resolved, nil},
		"rejected":                     {false, responding(403, `{"error":"no","code":"forbidden"}`), []string{list, post}, ErrForbidden},
		"created by someone else":      {false, responding(409, conflictBody), []string{list, post, get}, ErrExists},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, first := newStore(nil), true
				c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
					faulty := first && r.Method == http.MethodPost
					switch first = first && !faulty; {
					case faulty && row.created:
						s.handle(discardResponse{}, r)
					case faulty:
						s.record(r)
					default:
						s.handle(w, r)
						return
					}
					row.response(w, r)
				})
				got, err := c.CreateClient(t.Context(), "my-app", ClientSettings{Name: "Mine"})
				if row.fails == nil {
					require.NoError(t, err)
					require.Equal(t, "Mine", got.Name)
				}
				require.ErrorIs(t, err, row.fails)
				require.NotErrorIs(t, err, ErrOutcomeUnknown)
				require.Equal(t, row.requests, s.all())
			})
		})
	}
}

// discardResponse is a response that never arrives.
type discardResponse struct{}

func (discardResponse) Header() http.Header { return http.Header{} }

func (discardResponse) Write(b []byte) (int, error) { return len(b), nil }

func (discardResponse) WriteHeader(int) {}

// A request that is not idempotent is not repeated if its outcome is unknown.
func TestARequestThatCannotBeResolvedIsSentOnce(t *testing.T) {
	t.Parallel()
	for _, lost := range []http.HandlerFunc{dropping, badGateway, responding(500, internalErrorBody), responding(200, `<html>`)} {
		synctest.Test(t, func(t *testing.T) {
			var requests requestLog
			c := connectInProcess(t, inSequence(&requests, lost, respondClient))
			require.Error(t, c.call(t.Context(), http.MethodPost, nil, nil, "anything"))
			require.Len(t, requests.all(), 1)
		})
	}
}

func TestAnExistingClientIsNotAdopted(t *testing.T) {
	t.Parallel()
	s := newStore(map[string]string{"/api/oidc/clients/my-app": `{"id":"my-app","name":"Theirs"}`})
	_, err := connectHTTP(t, s.handle).CreateClient(t.Context(), "my-app", ClientSettings{Name: "Mine"})
	require.ErrorIs(t, err, ErrExists)
	require.Equal(t, []string{"GET /api/oidc/clients", "POST /api/oidc/clients", "GET /api/oidc/clients/my-app"}, s.all())
	require.Equal(t, `"Theirs"`, s.get("/api/oidc/clients/my-app", "name"))
}

// If the outcome of a create stays unknown, the error names the object that may exist.
func TestTheErrorOfAnUnknownOutcomeNamesTheObject(t *testing.T) {
	t.Parallel()
	for name, create := range map[string]func(context.Context, *Conn) error{
		"client": func(ctx context.Context, c *Conn) error {
			return errorOf(c.CreateClient(ctx, "", ClientSettings{Name: "Mine"}))
		},
		"user group": func(ctx context.Context, c *Conn) error {
			return errorOf(c.CreateGroup(ctx, GroupSettings{Name: "devs", FriendlyName: "Devs"}))
		},
		"secret of client my-app": func(ctx context.Context, c *Conn) error {
			return errorOf(c.CreateSecret(ctx, "my-app", SecretRequest{}, nil))
		},
		"federated identity": func(ctx context.Context, c *Conn) error {
			return c.AddFederatedIdentity(ctx, "my-app", FederatedIdentity{Issuer: "https://one.example"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer time.Sleep(time.Second) // until the goroutine of the joined edits ends
				away := false
				c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
					switch {
					case away:
						dropConnection()
					case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/current"):
						respond(w, 200, `{"currentVersion":"2.14.0"}`)
					case r.Method == http.MethodGet && r.URL.Path == "/api/user-groups":
						respond(w, 200, `{"data":[],"pagination":{"totalPages":1,"currentPage":1}}`)
					case r.Method == http.MethodGet:
						respondClient(w, r)
					default:
						away = true
						dropConnection()
					}
				})
				err := create(t.Context(), c)
				var unknown *OutcomeUnknownError
				require.ErrorAs(t, err, &unknown)
				require.ErrorIs(t, err, ErrOutcomeUnknown)
				require.ErrorIs(t, err, ErrUnreachable, "the error contains the reason")
				require.Equal(t, name, unknown.Kind)
				require.NotEmpty(t, unknown.Key)
			})
		})
	}
}

// A request that was never sent has created nothing.
func TestTheOutcomeOfAnUnsentRequestIsKnown(t *testing.T) {
	t.Parallel()
	closed := func(o *Options) {
		o.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errRefused }}
	}
	tls := func(o *Options) { o.BaseURL = strings.Replace(o.BaseURL, "http:", "https:", 1) }
	for name, c := range map[string]*Conn{
		"nothing listens": connectHTTP(t, respondClient, noRetries, closed),
		"no such host":    connect(t, Options{BaseURL: "http://no-such-host.invalid"}, noRetries),
		"no TLS":          connectHTTP(t, respondClient, noRetries, tls),
		"refused key":     connectHTTP(t, responding(401, notSignedInBody), noRetries),
		"wrong path":      connectHTTP(t, responding(404, "404 page not found"), noRetries, func(o *Options) { o.BaseURL += "/nothing" }),
	} {
		err := errorOf(c.CreateClient(t.Context(), "", ClientSettings{}))
		require.Error(t, err, name)
		if name != "wrong path" { // a proxy may answer so after the server has created the client
			require.NotErrorIs(t, err, ErrOutcomeUnknown, name)
		}
	}
}
