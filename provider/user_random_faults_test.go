package provider

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// userCount is the number of users that the fault test declares.
const userCount = 4

// Under random faults, each declared user exists exactly once, matches the program and is in
// the state. If a create cannot be resolved, the error names the import command.
func TestUsersAreNeitherLostNorDuplicatedUnderFaults(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		for _, seed := range faultSeeds()[:min(3, len(faultSeeds()))] {
			t.Run(fmt.Sprint(version, " seed ", seed), func(t *testing.T) {
				t.Parallel()
				instance := newFake(t, fake.Options{Version: version})
				f := &faultInjector{server: instance.server, rate: 0.1 + 0.05*float64(seed%5), plan: rand.New(rand.NewPCG(seed, 2)), injected: map[string]int{}}
				s := newStack(t, instance)
				s.config["requestTimeout"] = "2"
				s.options.ContinueOnError = true
				adopted := 0
				for round := range 2 {
					declareUsers(s, round)
					adopted += upUnderFaults(t, s, f)
					s.mustUp()
					s.requireNoChanges()
					requireUsers(t, s, round)
				}
				instance.intercept(f.inject)
				for range 4 {
					if s.destroy().err == nil {
						break
					}
				}
				instance.intercept(nil)
				o := s.destroy()
				require.NoError(t, o.err, o.messages)
				require.Len(t, instance.listAll("/api/users"), 1, "only the owner of the API key remains")
				t.Logf("faults %v, adopted %d times", f.injected, adopted)
			})
		}
	}
}

func declareUsers(s *stack, round int) {
	for n := range userCount {
		name := fmt.Sprint("user", n)
		u := userInputs(name)
		u["displayName"], u["customClaims"] = fmt.Sprint("Round ", round), map[string]any{"round": round}
		s.declare("User", name, u)
	}
}

// upUnderFaults runs updates while faults are injected, and imports the users that an error
// names. It returns the number of updates after which it imported users.
func upUnderFaults(t *testing.T, s *stack, f *faultInjector) (adopted int) {
	s.instance.intercept(f.inject)
	for range 4 {
		o := s.up()
		if o.err == nil {
			break
		}
		if strings.Contains(o.messages, "it is unknown whether") || strings.Contains(o.messages, "It was not changed") {
			s.instance.intercept(nil)
			importUnresolved(t, s, o)
			s.instance.intercept(f.inject)
			adopted++
		}
	}
	s.instance.intercept(nil)
	if o := s.up(); o.err != nil { // Pocket ID 2.9 has a user whose create was not resolved
		importUnresolved(t, s, o)
	}
	return adopted
}

// requireUsers requires that the server has exactly the users that declareUsers declares.
func requireUsers(t *testing.T, s *stack, round int) {
	t.Helper()
	require.Len(t, s.instance.listAll("/api/users"), userCount+1, "round %d", round)
	for n := range userCount {
		u := s.instance.user(string(s.state(fmt.Sprint("user", n)).ID))
		require.Equal(t, fmt.Sprint("Round ", round), u["displayName"])
		require.Equal(t, map[string]string{"round": fmt.Sprint(round)}, s.instance.userClaims(u["id"].(string)))
	}
}
