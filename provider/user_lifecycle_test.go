package provider

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Whatever goes wrong on the way, each user is there once, as the program says, and
// in the state; what stayed undecided was said with its import.
func TestUsersUnderFaultsAreNeitherLostNorDoubled(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	const users = 4
	for _, version := range []string{"2.9.0", "2.14.0"} {
		for _, seed := range seeds()[:min(3, len(seeds()))] {
			t.Run(fmt.Sprint(version, " seed ", seed), func(t *testing.T) {
				t.Parallel()
				on := onFake(t, fake.Options{Version: version})
				f := &faults{server: on.server, rate: 0.1 + 0.05*float64(seed%5), plan: rand.New(rand.NewPCG(seed, 2)), injected: map[string]int{}}
				s := newStack(t, on)
				s.config["requestTimeout"] = "2"
				s.options.ContinueOnError = true
				adopted := 0
				for round := range 2 {
					for n := range users {
						name := fmt.Sprint("user", n)
						u := person(name)
						u["displayName"], u["customClaims"] = fmt.Sprint("Round ", round), map[string]any{"round": round}
						s.declare("User", name, u)
					}
					on.meddling(f.strike)
					for range 4 {
						o := s.up()
						if o.err == nil {
							break
						}
						if strings.Contains(o.text, "it is unknown whether") || strings.Contains(o.text, "is left as it is") {
							on.meddling(nil)
							adopt(t, s, o)
							on.meddling(f.strike)
							adopted++
						}
					}
					on.meddling(nil)
					if o := s.up(); o.err != nil { // a user of 2.9 whose making was undecided
						adopt(t, s, o)
					}
					s.mustUp()
					s.steady()
					require.Len(t, on.everything("/api/users"), users+1, "round %d", round)
					for n := range users {
						u := on.user(string(s.state(fmt.Sprint("user", n)).ID))
						require.Equal(t, fmt.Sprint("Round ", round), u["displayName"])
						require.Equal(t, map[string]string{"round": fmt.Sprint(round)}, on.claimsOfUser(u["id"].(string)))
					}
				}
				on.meddling(f.strike)
				for range 4 {
					if s.destroy().err == nil {
						break
					}
				}
				on.meddling(nil)
				o := s.destroy()
				require.NoError(t, o.err, o.text)
				require.Len(t, on.everything("/api/users"), 1)
				t.Logf("faults %v, adopted %d times", f.injected, adopted)
			})
		}
	}
}
