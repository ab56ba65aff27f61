package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	gopath "path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What each version was recorded to say of a client, a group or its secrets is
// what a Conn says of them.
func TestRecordedObjectsAreReadWhole(t *testing.T) {
	t.Parallel()
	for _, version := range recordedVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			clients, groups, lists := 0, 0, 0
			for _, r := range recordings(t, version, func(r recorded) bool { return r.Method == http.MethodGet && r.Status == 200 }) {
				c := over(t, r.replay)
				where, id := gopath.Split(r.Path)
				switch {
				case where == "/api/oidc/clients/":
					clients++
					got, err := c.GetClient(t.Context(), id)
					require.NoError(t, err, r)
					requireHeld(t, r, got)
				case where == "/api/user-groups/":
					groups++
					got, err := c.GetGroup(t.Context(), id)
					require.NoError(t, err, r)
					requireHeld(t, r, got)
				case id == "secrets":
					lists++
					got, err := c.ListSecrets(t.Context(), gopath.Base(gopath.Clean(where)))
					require.NoError(t, err, r)
					requireHeld(t, r, got)
				}
			}
			require.Greater(t, clients, 4)
			require.Greater(t, groups, 1)
			require.Equal(t, version == "2.14.0", lists > 0, "only 2.14 lists secrets")
		})
	}
}

// requireHeld compares a recorded answer with what became of it, field by field:
// what the structs have must be as it was, and what they lack is not theirs.
func requireHeld(t *testing.T, r recorded, got any) {
	t.Helper()
	var said, held any
	require.NoError(t, json.Unmarshal(r.Response, &said))
	require.NoError(t, json.Unmarshal([]byte(text(got)), &held))
	requireWithin(t, r.String(), said, held)
}

func requireWithin(t *testing.T, where string, said, held any) {
	t.Helper()
	switch held := held.(type) {
	case map[string]any:
		said, ok := said.(map[string]any)
		require.True(t, ok, "%s: %v", where, held)
		for field, value := range held {
			if said[field] == nil { // the server does not have it: nor do we
				require.Contains(t, []any{nil, "", false, float64(0)}, emptied(value), "%s.%s", where, field)
				continue
			}
			requireWithin(t, where+"."+field, said[field], value)
		}
	case []any:
		require.Len(t, said, len(held), where)
		for i := range held {
			requireWithin(t, where+"["+strconv.Itoa(i)+"]", said.([]any)[i], held[i])
		}
	default:
		require.Equal(t, said, held, where)
	}
}

func emptied(v any) any {
	switch v := v.(type) {
	case []any:
		if len(v) == 0 {
			return nil
		}
	case map[string]any:
		for _, e := range v {
			if emptied(e) != nil {
				return v
			}
		}
		return nil
	}
	return v
}

func TestAClientIsWhatTheServerSays(t *testing.T) {
	t.Parallel()
	for _, version := range recordedVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			told := recordings(t, version, func(r recorded) bool {
				return r.Method == http.MethodGet && r.Path == "/api/oidc/clients/my-app"
			})[0]
			got, err := over(t, told.replay).GetClient(t.Context(), "my-app")
			require.NoError(t, err)
			require.Equal(t, "my-app", got.ID)
			require.Equal(t, "Mine", got.Name)
			require.Equal(t, "https://a.example", *got.LaunchURL)
			require.True(t, got.IsPublic)
			require.True(t, got.PKCEEnabled, "public clients always have it")
			require.Empty(t, got.AllowedGroupIDs())
			require.Nil(t, got.CreatedSecret)
			since := ParseVersion(version)
			require.Equal(t, since.Has(TokenLifetimes), got.AccessTokenDurationMinutes != 0)
			require.Equal(t, since.Has(Descriptions), got.Description != "")
		})
	}
}

// The meaning of every refusal that was recorded, whatever the version's words.
func TestRecordedRefusalsHaveTheirMeaning(t *testing.T) {
	t.Parallel()
	for _, version := range recordedVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			met := map[error]int{}
			for _, r := range recordings(t, version, func(r recorded) bool { return r.Status >= 400 }) {
				err := over(t, r.replay, never).callPath(t.Context(), http.MethodPut, strings.TrimPrefix(r.Path, "/"), nil, nil, nil)
				require.Error(t, err, r)
				want := meaningOf(r)
				met[want]++
				for _, meaning := range []error{ErrNotFound, ErrExists, ErrUnauthorized, ErrForbidden, ErrNotPocketID} {
					require.Equal(t, meaning == want, errIs(err, meaning), "%s: %v: %v", r, meaning, err)
				}
				require.NotErrorIs(t, err, ErrUnreachable)
				var told struct {
					Error     string `json:"error"`
					RequestID string `json:"request_id"`
				}
				if json.Unmarshal(r.Response, &told) == nil && want != ErrUnauthorized {
					require.Contains(t, err.Error(), told.Error, "the server's words are kept")
				}
				require.Contains(t, err.Error(), told.RequestID, "and the number that finds them in its log")
			}
			require.Positive(t, met[ErrNotFound])
			require.Positive(t, met[ErrExists])
			require.Positive(t, met[ErrUnauthorized])
			require.Positive(t, met[ErrForbidden])
			require.Positive(t, met[ErrNotPocketID], "routes that the version lacks")
		})
	}
}

func errIs(err, target error) bool {
	is, ok := err.(interface{ Is(error) bool })
	return ok && is.Is(target)
}

// meaningOf is what a person makes of a recorded refusal.
func meaningOf(r recorded) error {
	said := string(r.Response)
	switch {
	case r.Status == 404 && strings.HasPrefix(said, `{"error"`):
		return ErrNotFound
	case r.Status == 404:
		return ErrNotPocketID
	case r.Status == 401 && !strings.Contains(r.Path, "/oidc/"):
		return ErrUnauthorized
	case r.Status == 401:
		return ErrUnauthorized
	case r.Status == 403:
		return ErrForbidden
	case slices.Contains([]string{"duplicate", "duplicate name", "duplicate id", "rename onto another", "duplicate username", "duplicate email"}, r.Note) &&
		(r.Status == 409 || strings.Contains(said, "already in use")):
		return ErrExists
	}
	return nil
}

// A refresh takes what is "not found" out of a stack, so nobody but Pocket ID may say so.
func TestOnlyPocketIDSaysThatAnObjectIsGone(t *testing.T) {
	t.Parallel()
	for body, gone := range map[string]bool{
		`{"error":"Record not found"}`: true, // up to 2.12
		`{"error":"User not found"}`:   true,
		`{"error":"Image not found"}`:  true,
		missing:                        true, // 2.13 and later
		`{"error":"Icon not found","code":"icon_not_found","request_id":"1"}`:    false, //   true,
		`{"error":"API endpoint not found"}`:                                     false, // its router
		`{"error":"API endpoint not found","code":"not_found","request_id":"1"}`: false,
		`{"error":"Not found","code":"setup_not_available"}`:                     false,
		`404 page not found`: false, // its router without a web page
		`<html><head><title>404 Not Found</title></head></html>`:                false, // a proxy
		`{"timestamp":"2026-01-01T00:00:00Z","status":404,"error":"Not Found"}`: false, // other programs
		`{"error":"not found"}`: false,
		`{"error":"Not Found","message":"Cannot GET /api/oidc/clients/x"}`:  false,
		`{"error":"host not found"}`:                                        false,
		`{"error":"no such app","code":"app_unknown"}`:                      false,
		`{"error":{"code":"404","message":"The page could not be found"}}`:  false,
		`{"message":"no Route matched with those values","request_id":"1"}`: false,
		`{"code":"not_found","message":"page"}`:                             false,
		`"not found"`:                                                       false,
		`{}`:                                                                false,
		``:                                                                  false,
	} {
		for _, kind := range []string{"application/json", "text/html"} {
			c := over(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", kind)
				w.WriteHeader(404)
				_, _ = w.Write([]byte(body))
			}, never)
			_, err := c.GetClient(t.Context(), "my-app")
			if gone {
				require.ErrorIs(t, err, ErrNotFound, body)
				require.NoError(t, c.DeleteClient(t.Context(), "my-app"), "gone already")
			} else {
				require.NotErrorIs(t, err, ErrNotFound, body)
				require.Error(t, c.DeleteClient(t.Context(), "my-app"), body)
				require.Error(t, c.DeleteFederatedIdentity(t.Context(), "my-app", "https://one.example"), body)
			}
		}
	}
	for _, status := range []int{200, 400, 401, 403, 405, 410, 500, 502} {
		c := over(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, status, missing) }, never)
		_, err := c.GetClient(t.Context(), "my-app")
		require.Error(t, err)
		require.NotErrorIs(t, err, ErrNotFound, status)
	}
}

// Answers with a good status that are not the answer.
func TestAGoodStatusIsNotYetAnAnswer(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `null`, `{}`, `[]`, `""`, `1`, `true`, `{"hello":"world"}`, `{"data":[]}`, `<html>`, `{"id":"my-app"`, `{"id":1}`, `{"id":"another"}`, `{"id":null}`, "\xff\xfe", `[{"id":"my-app"}]`} {
		c := over(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, body) }, never)
		for name, err := range map[string]error{
			"GetClient":      second(c.GetClient(t.Context(), "my-app")),
			"CreateClient":   second(c.CreateClient(t.Context(), "", ClientSettings{})),
			"UpdateClient":   second(c.UpdateClient(t.Context(), "my-app", ClientSettings{})),
			"GetGroup":       second(c.GetGroup(t.Context(), "g1")),
			"UpdateGroup":    second(c.UpdateGroup(t.Context(), "g1", GroupSettings{})),
			"FindGroup":      second(c.FindGroup(t.Context(), "devs")),
			"CreateGroup":    second(c.CreateGroup(t.Context(), GroupSettings{Name: "devs"})),
			"AddIdentity":    c.AddFederatedIdentity(t.Context(), "my-app", FederatedIdentity{Issuer: "https://one.example"}),
			"DeleteIdentity": c.DeleteFederatedIdentity(t.Context(), "my-app", "https://one.example"),
			"Version":        second(c.Version(t.Context())),
			"Issuer":         second(c.Issuer(t.Context())),
		} {
			require.Error(t, err, "%s %s", name, body)
			require.NotErrorIs(t, err, ErrNotFound, "%s %s", name, body)
		}
		if body[:min(1, len(body))] != "[" {
			_, err := c.ListSecrets(t.Context(), "my-app")
			require.ErrorIs(t, err, ErrNotPocketID, "no secrets, says %s", body)
		}
		if body != `` {
			require.ErrorIs(t, c.DeleteClient(t.Context(), "my-app"), ErrNotPocketID, "a removal has no answer, but here it is %s", body)
		}
	}
}

// Nothing is written on the ground of an answer that was about something else.
func TestWhatIsNotTheObjectIsNotWrittenBack(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"hello":"world"}`, `{"id":"another","name":"Another"}`, `[]`, `null`, ``} {
		asked := &diary{}
		c := over(t, func(w http.ResponseWriter, r *http.Request) {
			asked.note(r)
			answer(w, 200, body)
		}, never)
		require.ErrorIs(t, second(c.UpdateClient(t.Context(), "my-app", ClientSettings{Name: "Mine"})), ErrNotPocketID, body)
		require.ErrorIs(t, c.AddFederatedIdentity(t.Context(), "my-app", FederatedIdentity{Issuer: "https://one.example"}), ErrNotPocketID, body)
		require.ErrorIs(t, second(c.UpdateGroup(t.Context(), "g1", GroupSettings{Name: "devs"})), ErrNotPocketID, body)
		require.Equal(t, []string{"GET /api/oidc/clients/my-app", "GET /api/oidc/clients/my-app", "GET /api/user-groups/g1"}, asked.read(), body)
	}
}

func TestTheKeyFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		var there diary
		elsewhere := over(t, func(_ http.ResponseWriter, r *http.Request) { there.note(r) })
		c := over(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://user:hidden-9@"+elsewhere.base.Host+r.URL.Path+"?token=hidden-9")
			w.WriteHeader(status)
		}, never)
		for _, err := range []error{
			second(c.GetClient(t.Context(), "my-app")),
			c.DeleteClient(t.Context(), "my-app"),
			second(c.CreateClient(t.Context(), "my-app", ClientSettings{})),
			second(c.SetAllowedGroups(t.Context(), "my-app", nil)),
			second(c.Issuer(t.Context())),
		} {
			require.ErrorIs(t, err, ErrNotPocketID)
			require.Contains(t, err.Error(), "http://"+elsewhere.base.Host)
			require.NotContains(t, err.Error(), "hidden-9")
		}
		require.Empty(t, there.read())
	}
}

func TestAnAnswerHasAnEnd(t *testing.T) {
	t.Parallel()
	sent := 0
	c := over(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"id":"my-app","name":"`))
		for chunk := slices.Repeat([]byte("x"), 1<<20); r.Context().Err() == nil; sent++ {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}, never)
	_, err := c.GetClient(t.Context(), "my-app")
	require.ErrorIs(t, err, ErrNotPocketID)
	require.Contains(t, err.Error(), "larger than 16 MiB")
	require.Less(t, len(err.Error()), 200)

	exact := []byte(`{"id":"my-app","description":"` + strings.Repeat("x", 16<<20-32) + `"}`)
	require.Len(t, exact, 16<<20)
	c = over(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(exact) }, never)
	got, err := c.GetClient(t.Context(), "my-app")
	require.NoError(t, err)
	require.Len(t, got.Description, 16<<20-32)
}

func TestABrokenAnswerIsNoAnswer(t *testing.T) {
	t.Parallel()
	whole := `{"id":"my-app","name":"Mine"}`
	for name, broken := range map[string]http.HandlerFunc{
		"shorter than it said": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
			_, _ = w.Write([]byte(whole[:10]))
		},
		"whole, but shorter than it said": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(whole)+10))
			_, _ = w.Write([]byte(whole))
		},
		"broken off in a chunk": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(whole[:10]))
			_ = http.NewResponseController(w).Flush()
			drop()
		},
		"broken off at once":       func(w http.ResponseWriter, r *http.Request) { drop() },
		"broken off after headers": func(w http.ResponseWriter, r *http.Request) { _ = http.NewResponseController(w).Flush(); drop() },
	} {
		_, err := over(t, broken, never).GetClient(t.Context(), "my-app")
		require.ErrorIs(t, err, ErrUnreachable, name)
		require.NotErrorIs(t, err, ErrNotFound, name)
	}
	// Without a length, only the JSON tells.
	_, err := over(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + whole[:10]))
			conn.Close()
		}
	}, never).GetClient(t.Context(), "my-app")
	require.ErrorIs(t, err, ErrNotPocketID)
}

// What a server repeats of a request must not be repeated to the user.
func TestNoErrorRepeatsASecret(t *testing.T) {
	t.Parallel()
	const own, header = "an own value of it", "header-value-9"
	for name, say := range map[string]func(w http.ResponseWriter, echo string){
		"its own error": func(w http.ResponseWriter, echo string) { answer(w, 400, `{"error":"`+echo+`"}`) },
		"a later error": func(w http.ResponseWriter, echo string) {
			answer(w, 403, `{"error":"`+echo+`","code":"x","request_id":"`+echo+`"}`)
		},
		"a field": func(w http.ResponseWriter, echo string) {
			answer(w, 400, `{"error":"x","details":{"fields":[{"field":"`+echo+`","message":"`+echo+`"}]}}`)
		},
		"a text":        func(w http.ResponseWriter, echo string) { answer(w, 502, echo) },
		"a page":        func(w http.ResponseWriter, echo string) { answer(w, 502, "<html><title>"+echo) },
		"a titled page": func(w http.ResponseWriter, echo string) { answer(w, 502, "<title>"+echo+"</title>") },
		"a good text":   func(w http.ResponseWriter, echo string) { answer(w, 200, echo) },
		"another JSON":  func(w http.ResponseWriter, echo string) { answer(w, 200, `"`+echo+`"`) },
		"a redirect": func(w http.ResponseWriter, echo string) {
			w.Header().Set("Location", "/"+url.PathEscape(echo))
			w.WriteHeader(302)
		},
		"half an answer": func(w http.ResponseWriter, echo string) { answer(w, 201, `{"secret":"`+echo[:len(echo)-3]) },
		"a wrong type": func(w http.ResponseWriter, echo string) {
			answer(w, 201, `{"id":"1","secret":"`+echo+`","expiresAt":"`+echo+`"}`)
		},
		"a wrong type 2": func(w http.ResponseWriter, echo string) { answer(w, 201, `{"id":{"secret":"`+echo+`"}}`) },
		"not HTTP": func(w http.ResponseWriter, echo string) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = conn.Write([]byte(echo + "\r\n\r\n"))
				conn.Close()
			}
		},
	} {
		c := over(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/version/current") {
				answer(w, 200, `{"currentVersion":"2.14.0"}`)
				return
			}
			echo := "key " + r.Header.Get("X-Api-Key") + " header " + header
			if r.Method == http.MethodPost {
				echo += " secret " + own
			}
			say(w, echo)
		}, never, func(o *Options) { o.Hidden = []string{header} })
		for what, err := range map[string]error{
			"minting":   second(c.MintSecret(t.Context(), "my-app", NewSecret{Value: own}, nil)),
			"verifying": second(c.VerifyClientSecret(t.Context(), "my-app", own)),
			"replacing": second(c.replaceSecret(t.Context(), "my-app", NewSecret{Value: own})),
			"reading":   second(c.GetClient(t.Context(), "my-app")),
		} {
			if err == nil {
				require.Equal(t, "verifying", what)
				continue // a refusal is its answer
			}
			for _, secret := range []string{testKey, header, own} {
				require.NotContains(t, err.Error(), secret[:12], "%s %s", what, name)
				require.NotContains(t, err.Error(), url.PathEscape(secret), "%s %s", what, name)
			}
		}
	}
}

// Up to 2.11 the server makes the value up: no error may guess what of an answer is one.
func TestNoErrorRepeatsASecretThatTheServerMade(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"secret":{"value":"made-up-9"}}`, `["made-up-9"]`, `"made-up-9"`, `{"secret":"made-up-9"`, `{"other":"made-up-9"}`} {
		err := second(over(t, saying(200, body), never).replaceSecret(t.Context(), "my-app", NewSecret{}))
		require.ErrorIs(t, err, ErrNotPocketID, body)
		require.NotContains(t, err.Error(), "made-up", body)
	}
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"7":                             7 * time.Second,
		"60":                            time.Minute,
		"86400":                         time.Minute, // nobody waits a day
		"9999999999999999999":           0,
		"9223372036":                    time.Minute, // as nanoseconds it would be less than nothing
		"9223372037":                    time.Minute,
		"-5":                            0,
		"1.5":                           0,
		"soon":                          0,
		"Thu, 01 Jan 1970 00:00:00 GMT": 0,
		"Fri, 31 Dec 9999 23:59:59 GMT": time.Minute,
	} {
		require.Equal(t, want, retryAfter(header), "%q", header)
	}
	in := retryAfter(time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat))
	require.Greater(t, in, 17*time.Second)
	require.LessOrEqual(t, in, 20*time.Second)
}
