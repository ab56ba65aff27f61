package lifecycle

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

// filterable is a Lister with one filter.
type filterable struct{}

func (filterable) ListInputs() map[string]string { return map[string]string{"clientId": "A client."} }

func (filterable) List(context.Context, map[string]string) ([]Listed, error) { return nil, nil }

// The engine's client never sends an unknown filter, but the protocol allows it.
func TestAFilterWithAnUnknownValueIsUnknown(t *testing.T) {
	t.Parallel()
	query, err := plugin.MarshalProperties(resource.PropertyMap{"clientId": resource.MakeComputed(resource.NewProperty(""))}, plugin.MarshalOptions{KeepUnknowns: true})
	require.NoError(t, err)
	_, known, err := parseFilter(filterable{}, query)
	require.NoError(t, err)
	require.False(t, known)
}

func TestPagesAreCompleteWhenTheListChanges(t *testing.T) {
	t.Parallel()
	listings := func(ids ...string) (list []Listed) {
		for _, id := range ids {
			list = append(list, Listed{ID: id})
		}
		return list
	}
	req := &rpc.ListRequest{PageSize: 2, Limit: 5}
	page, next, err := pageOf(listings("f", "a", "b", "d", "e", "c"), req)
	require.NoError(t, err)
	require.Equal(t, listings("a", "b"), page)

	req.ContinuationToken = next
	page, next, err = pageOf(listings("f", "a", "d", "e", "c", "a1"), req) // b was deleted, a1 was added
	require.NoError(t, err)
	require.Equal(t, listings("c", "d"), page)

	req.ContinuationToken = next
	page, next, err = pageOf(listings("f", "a", "d", "e", "c", "a1"), req)
	require.NoError(t, err)
	require.Equal(t, listings("e"), page, "the limit is five in total")
	require.Empty(t, next)

	for _, token := range []string{"x", "-1 a", "1"} {
		_, _, err = pageOf(listings("a"), &rpc.ListRequest{ContinuationToken: token})
		require.ErrorContains(t, err, "is not a continuation token", token)
	}
}
