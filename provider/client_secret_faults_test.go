package provider

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Whatever goes wrong on the way, a rotation ends with one secret that works and
// that the stack knows. A second is there only where an error has said so.
func TestRotationsUnderFaultsLeaveNoSecretBehind(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	const clients = 4
	for _, seed := range seeds()[:min(3, len(seeds()))] {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			on := onFake(t, fake.Options{})
			f := &faults{server: on.server, rate: 0.1 + 0.05*float64(seed%5), plan: rand.New(rand.NewPCG(seed, 1)), injected: map[string]int{}}
			s := newStack(t, on)
			s.config["requestTimeout"] = "2"
			s.options.ContinueOnError = true
			orphans := 0
			for round := range 4 {
				for n := range clients {
					app := confidential(fmt.Sprint("app", n))
					app["createSecret"] = false
					s.declare("Client", fmt.Sprint("app", n), app)
					s.declare("ClientSecret", fmt.Sprint("key", n), map[string]any{"rotationTriggers": map[string]any{"round": fmt.Sprint(round)}}).
						from = map[string]string{"clientId": fmt.Sprint("app", n, ".clientId")}
				}
				on.meddling(f.strike)
				for range 3 {
					o := s.up()
					if o.err == nil {
						break
					}
					orphans += strings.Count(o.text, "it is unknown whether the secret")
				}
				on.meddling(nil)
				s.mustUp()
				s.steady()
				found := 0
				for n := range clients {
					id := fmt.Sprint("app", n)
					require.True(t, signsIn(t, on, id, s.output(fmt.Sprint("key", n), "secret").(string)), "seed %d, round %d", seed, round)
					found += secretsOf(on, id)
				}
				t.Logf("round %d: %d secrets, %d reported as undecided, faults %v", round, found, orphans, f.injected)
				require.LessOrEqual(t, found, clients+orphans, "seed %d, round %d: secrets that are in no state, and nobody was told", seed, round)
			}
		})
	}
}
