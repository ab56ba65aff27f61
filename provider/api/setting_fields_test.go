package api

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// A PUT without a field resets it, so the lists of fields must be complete.
func TestFieldsOfSettings(t *testing.T) {
	t.Parallel()
	clientFields := jsonFields(reflect.TypeFor[ClientSettings]())
	require.Len(t, clientFields, reflect.TypeFor[ClientSettings]().NumField())
	require.NotContains(t, clientFields, "")
	require.Contains(t, clientFields, "backchannelLogoutURL")

	var all UserSettings
	v := reflect.ValueOf(&all).Elem()
	for i := range v.NumField() {
		if field := v.Field(i); field.Kind() == reflect.Pointer {
			field.Set(reflect.New(field.Type().Elem()))
		}
	}
	require.Len(t, userFields(), v.NumField())
	require.ElementsMatch(t, userFields(), slices.Collect(maps.Keys(all.fields())))
}
