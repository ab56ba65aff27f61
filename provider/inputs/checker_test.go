package inputs

import (
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

func TestQuoteDoesNotRevealSecrets(t *testing.T) {
	t.Parallel()
	check := NewChecker(t.Context(), property.NewMap(map[string]property.Value{
		"plain": property.New("text"), "secret": property.New("hidden").WithSecret(true),
		"list": property.New([]property.Value{property.New("hidden").WithSecret(true)}), "number": property.New(7.0), "secretNumber": property.New(7.0).WithSecret(true),
	}), property.Map{}, nil)
	require.Equal(t, `"text"`, check.Quote("plain", "text"))
	require.Equal(t, "the secret value", check.Quote("secret", "hidden"))
	require.Equal(t, "the secret value", check.Quote("list[0]", "hidden"))
	require.Equal(t, "7", check.Quote("number", 7))
	require.Equal(t, "the secret value", check.Quote("secretNumber", 7))
}

// The typed arguments have zero values where something has the wrong type, so any rule about them
// would report what the program does not contain.
func TestRulesAreSkippedForWhatCouldNotBeDecoded(t *testing.T) {
	t.Parallel()
	for _, failed := range []string{"list", "list[1]", `list["key"].name`, "list.name"} {
		check := NewChecker(t.Context(), property.Map{}, property.Map{}, []p.CheckFailure{{Property: failed, Reason: "must be a string"}})
		for _, property := range []string{"list", "list[0]", "list[1].name", `list["key"]`, "list.name.first"} {
			check.Require(false, property, "must not be empty")
		}
		require.Len(t, check.Failures, 1, failed)
		check.Require(false, "listed", "must not be empty")
		require.Len(t, check.Failures, 2, failed)
	}
}

// A rule that the server does not have fails for new and for changed values.
func TestRulesForChangesFailForNewAndChangedValues(t *testing.T) {
	t.Parallel()
	value := func(text string) property.Map {
		return property.NewMap(map[string]property.Value{"name": property.New(text)})
	}
	for _, old := range []property.Map{{}, value("before"), property.NewMap(map[string]property.Value{"other": property.New("x")})} {
		check := NewChecker(t.Context(), value("now"), old, nil)
		check.RequireForChanges(false, "name", "is wrong")
		require.Len(t, check.Failures, 1, "%v", old)
		check = NewChecker(t.Context(), value("now"), old, nil)
		check.RequireForChangesOf(false, []string{"name"}, "is wrong")
		require.Len(t, check.Failures, 1, "%v", old)
	}
}
