package inputs

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

func TestQuoteDoesNotRevealSecrets(t *testing.T) {
	t.Parallel()
	check := NewChecker(t.Context(), property.NewMap(map[string]property.Value{
		"plain": property.New("text"), "secret": property.New("hidden").WithSecret(true),
		"list": property.New([]property.Value{property.New("hidden").WithSecret(true)}),
	}), property.Map{}, nil)
	require.Equal(t, `"text"`, check.Quote("plain", "text"))
	require.Equal(t, "the secret value", check.Quote("secret", "hidden"))
	require.Equal(t, "the secret value", check.Quote("list[0]", "hidden"))
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
