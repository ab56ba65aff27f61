package lifecycle

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func urnOf(parent, name string) resource.URN {
	return resource.URN("urn:pulumi:dev::test::" + parent + "pkg:index:Members::" + name)
}

// declared records declarations of all of an object, each by a resource that has changed.
func declared(r *registry, object Object, urns ...resource.URN) {
	for _, urn := range urns {
		r.record(urn, Declaration{Object: object, Changed: true})
	}
}

// deleting is the context of the deletion of a resource.
func deleting(r *registry, urn resource.URN) context.Context {
	return withCall(context.Background(), call{urn: urn, registry: r})
}

func TestTheLaterDeclarationConflicts(t *testing.T) {
	t.Parallel()
	var r registry
	group, one, two := Object{"members", "g1"}, urnOf("", "one"), urnOf("", "two")
	declared(&r, group, one, two)
	require.NoError(t, r.conflict(one))
	require.ErrorContains(t, r.conflict(two), `Members "one" also manages the members of g1; declare them in only one of the two resources`)
	declared(&r, Object{"members", "g2"}, urnOf("", "three"))
	require.NoError(t, r.conflict(urnOf("", "three")), "another group")

	// The engine checks a resource again before it replaces it.
	r.beginCheck(one)
	declared(&r, group, one)
	r.endCheck(one)
	require.NoError(t, r.conflict(one), "it keeps its place")
}

func TestUnchangedDeclarationsOnlyWarn(t *testing.T) {
	t.Parallel()
	var r registry
	unchanged := Declaration{Object: Object{"members", "g1"}}
	require.Empty(t, r.record(urnOf("", "one"), unchanged))
	require.Contains(t, r.record(urnOf("", "two"), unchanged), `Members "one"`)
	require.NoError(t, r.conflict(urnOf("", "two")))
}

// Two components may have resources of the same name.
func TestResourcesOfTheSameNameAreDifferent(t *testing.T) {
	t.Parallel()
	var r registry
	one, two := urnOf("pkg:index:A$", "members"), urnOf("pkg:index:B$", "members")
	declared(&r, Object{"members", "g1"}, one, two)
	require.ErrorContains(t, r.conflict(two), string(one))
	require.True(t, KeepsExclusive(deleting(&r, one), Object{"members", "g1"}))
}

func TestEntriesConflictWithTheWholeAndWithTheSameEntry(t *testing.T) {
	t.Parallel()
	group := Object{"members", "g1"}
	entry := func(name string) Declaration { return Declaration{Object: group, Entry: name, Changed: true} }
	whole := Declaration{Object: group, Entries: []string{"ada"}, Changed: true}
	for name, row := range map[string]struct {
		first, second Declaration
		conflict      bool
	}{
		"different entries":   {entry("ada"), entry("bob"), false},
		"the same entry":      {entry("ada"), entry("ada"), true},
		"an entry, the whole": {entry("bob"), whole, true},
		"the whole, an entry": {whole, entry("bob"), true},
	} {
		var r registry
		r.record(urnOf("", "first"), row.first)
		r.record(urnOf("", "second"), row.second)
		require.Equal(t, row.conflict, r.conflict(urnOf("", "second")) != nil, name)
	}
}

func TestDeletionKeepsWhatAnotherResourceDeclares(t *testing.T) {
	t.Parallel()
	var r registry
	group, old := Object{"members", "g1"}, urnOf("", "old")
	require.False(t, KeepsWhole(deleting(&r, old), group), "nothing is declared, as in a destroy")
	r.record(urnOf("", "ada"), Declaration{Object: group, Entry: "ada", Changed: true})
	require.False(t, KeepsWhole(deleting(&r, old), group), "an entry is not the whole")
	require.Equal(t, []string{"ada"}, DeclaredEntries(deleting(&r, old), group))
	require.True(t, KeepsEntry(deleting(&r, old), group, "ada"))
	require.False(t, KeepsEntry(deleting(&r, old), group, "bob"))
	r.record(urnOf("", "all"), Declaration{Object: group, Entries: []string{"bob"}, Changed: true})
	require.True(t, KeepsWhole(deleting(&r, old), group))
	require.True(t, KeepsEntry(deleting(&r, old), group, "bob"))
	r.reset()
	require.False(t, KeepsWhole(deleting(&r, old), group), "another operation")
}

// The new and the old resource of a replacement have the same URN.
func TestDeletionKeepsWhatItsReplacementDeclares(t *testing.T) {
	t.Parallel()
	group, urn := Object{"members", "g1"}, urnOf("", "members")
	for name, row := range map[string]struct {
		happened func(*registry)
		keeps    bool
	}{
		"it is to be replaced, and the old one is deleted first": {func(r *registry) { r.planned(urn, "", true) }, false},
		"its replacement was created":                            {func(r *registry) { r.planned(urn, "", true); r.created(urn, "") }, true},
		"it was replaced in an earlier operation":                {func(r *registry) { r.planned(urn, "", false) }, true},
		"its replacement is of another group": {func(r *registry) {
			r.beginCheck(urn)
			declared(r, Object{"members", "g2"}, urn)
			r.endCheck(urn)
			r.created(urn, "")
		}, false},
	} {
		var r registry
		r.beginCheck(urn)
		declared(&r, group, urn)
		row.happened(&r)
		require.Equal(t, row.keeps, KeepsWhole(deleting(&r, urn), group), name)
		require.False(t, KeepsExclusive(deleting(&r, urn), group), name)
	}
}
