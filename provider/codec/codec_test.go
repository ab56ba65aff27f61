package codec

import (
	"math"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/archive"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

type kind string

type inner struct {
	Name string   `pulumi:"name"`
	Tags []string `pulumi:"tags,optional"`
}

type args struct {
	Text     string                `pulumi:"text"`
	Kind     *kind                 `pulumi:"kind,optional"`
	On       *bool                 `pulumi:"on,optional"`
	Count    int                   `pulumi:"count,optional"`
	List     []string              `pulumi:"list,optional"`
	Pointer  *[]string             `pulumi:"pointer,optional"`
	Labels   map[string]string     `pulumi:"labels,optional"`
	Objects  map[string]inner      `pulumi:"objects,optional"`
	Inner    *inner                `pulumi:"inner,optional"`
	Image    *types.AssetOrArchive `pulumi:"image,optional"`
	Internal string                // without a property
}

type base struct {
	ID   string `pulumi:"id"`
	Text string `pulumi:"text"`
}

type state struct {
	base
	Text int `pulumi:"number"` // hides the embedded field
}

func object(entries map[string]property.Value) property.Map { return property.NewMap(entries) }

func list(values ...string) property.Value {
	var out []property.Value
	for _, v := range values {
		out = append(out, property.New(v))
	}
	return property.New(property.NewArray(out))
}

func ptr[T any](v T) *T { return &v }

func everything() (property.Map, args) {
	text, err := asset.FromText("<svg/>")
	if err != nil {
		panic(err)
	}
	return object(map[string]property.Value{
			"text": property.New("a"), "kind": property.New("b"), "on": property.New(false), "count": property.New(3.0),
			"list": list("x", ""), "pointer": list(), "labels": property.New(object(map[string]property.Value{"k": property.New("v")})),
			"objects": property.New(object(map[string]property.Value{"o": property.New(object(map[string]property.Value{"name": property.New("n"), "tags": list("t")}))})),
			"inner":   property.New(object(map[string]property.Value{"name": property.New("n")})),
			"image":   property.New(text),
		}), args{
			Text: "a", Kind: ptr(kind("b")), On: ptr(false), Count: 3, List: []string{"x", ""}, Pointer: &[]string{}, Labels: map[string]string{"k": "v"},
			Objects: map[string]inner{"o": {"n", []string{"t"}}}, Inner: &inner{Name: "n"}, Image: &types.AssetOrArchive{Asset: text},
		}
}

func TestPropertiesBecomeAStructAndBack(t *testing.T) {
	t.Parallel()
	properties, want := everything()
	decoded, failures := DecodeInputs[args](properties)
	require.Empty(t, failures)
	require.Equal(t, want, decoded)
	require.Equal(t, properties, Encode(decoded, property.Map{}))

	zip, err := archive.FromAssets(map[string]any{})
	require.NoError(t, err)
	decoded, failures = DecodeInputs[args](object(map[string]property.Value{"text": property.New("a"), "image": property.New(zip)}))
	require.Empty(t, failures)
	require.Equal(t, zip, decoded.Image.Archive)
	require.True(t, Encode(decoded, property.Map{}).Get("image").IsArchive())
}

func TestSecretsAreDecodedLikeOtherValues(t *testing.T) {
	t.Parallel()
	decoded, failures := DecodeInputs[args](object(map[string]property.Value{
		"text": property.New("a").WithSecret(true), "list": property.New(property.NewArray([]property.Value{property.New("x").WithSecret(true)})),
	}))
	require.Empty(t, failures)
	require.Equal(t, args{Text: "a", List: []string{"x"}}, decoded)
}

func TestUnknownValuesAreZeroAndSet(t *testing.T) {
	t.Parallel()
	unknown := property.New(property.Computed)
	in := map[string]property.Value{}
	for _, name := range []string{"text", "kind", "on", "count", "list", "pointer", "labels", "objects", "inner", "image"} {
		in[name] = unknown
	}
	decoded, failures := DecodeInputs[args](object(in))
	require.Empty(t, failures)
	require.Equal(t, args{Kind: ptr(kind("")), On: ptr(false), Pointer: new([]string), Inner: &inner{}, Image: &types.AssetOrArchive{}}, decoded)

	decoded, failures = DecodeInputs[args](object(map[string]property.Value{
		"text": property.New("a"), "list": property.New(property.NewArray([]property.Value{property.New("x"), unknown})),
	}))
	require.Empty(t, failures)
	require.Equal(t, []string{"x", ""}, decoded.List, "an unknown element keeps its place")
}

func TestWrongInputsAreNamed(t *testing.T) {
	t.Parallel()
	decoded, failures := DecodeInputs[args](object(map[string]property.Value{
		"kind": property.New(1.0), "on": property.New("true"), "count": property.New(1.5), "list": property.New("x"),
		"pointer": property.New(property.NewArray([]property.Value{property.New("x"), property.New(true)})),
		"labels":  property.New(object(map[string]property.Value{"a b": list()})),
		"objects": property.New(object(map[string]property.Value{"o": property.New(object(map[string]property.Value{"nme": property.New("n")}))})),
		"inner":   list(), "image": property.New("logo.svg"), "colour": property.New("red"),
	}))
	var found []string
	for _, f := range failures {
		found = append(found, f.Property+" "+f.Reason)
	}
	require.Equal(t, []string{
		"text is required",
		"kind must be a string, not a number",
		"on must be a boolean, not a string",
		"count must be an integer",
		"list must be a list, not a string",
		"pointer[1] must be a string, not a boolean",
		`labels["a b"] must be a string, not a list`,
		`objects["o"].name is required`,
		`objects["o"].nme does not exist; check the name, or upgrade the provider`,
		"inner must be an object, not a list",
		"image must be an asset or an archive, not a string",
		"colour does not exist; check the name, or upgrade the provider",
	}, found)
	require.Equal(t, []string{"x", ""}, *decoded.Pointer, "what can be decoded is")
}

// The failures do not contain the number, because it may be secret.
func TestNumbersThatAreNoExactIntegersAreRejected(t *testing.T) {
	t.Parallel()
	const large = "is too large: an integer of this size loses digits"
	for n, reason := range map[float64]string{-3: "", 1<<53 - 1: "", 1 << 53: large, -(1 << 53): large, 1e300: large, math.Inf(1): large, 0.5: "must be an integer"} {
		decoded, failures := DecodeInputs[args](object(map[string]property.Value{"text": property.New(""), "count": property.New(n)}))
		if reason == "" {
			require.Empty(t, failures, "%v", n)
			require.Equal(t, int(n), decoded.Count)
			continue
		}
		require.Equal(t, []p.CheckFailure{{Property: "count", Reason: reason}}, failures, "%v", n)
	}
}

// Another version of the provider may have written a state.
func TestAStateMayLackPropertiesAndHaveMore(t *testing.T) {
	t.Parallel()
	decoded, err := Decode[state](object(map[string]property.Value{"number": property.New(1.0), "later": property.New("x")}))
	require.NoError(t, err)
	require.Equal(t, state{Text: 1}, decoded)
	_, err = Decode[state](object(map[string]property.Value{"number": property.New("x"), "id": list()}))
	require.EqualError(t, err, "the property id must be a string, not a list\nthe property number must be an integer, not a string")
	for n, want := range map[float64]string{1.5: "must be an integer", 1 << 53: "is too large: an integer of this size loses digits"} {
		_, err = Decode[state](object(map[string]property.Value{"number": property.New(n)}))
		require.EqualError(t, err, "the property number "+want)
	}
}

func TestAFieldHidesTheEmbeddedOne(t *testing.T) {
	t.Parallel()
	require.Equal(t, object(map[string]property.Value{"id": property.New("x"), "number": property.New(2.0)}), Encode(state{base{"x", "hidden"}, 2}, property.Map{}))
}

func TestEmptyListsAndMapsAreKept(t *testing.T) {
	t.Parallel()
	empty, emptyMap := list(), property.New(object(map[string]property.Value{}))
	in := object(map[string]property.Value{
		"text": property.New(""), "list": empty, "labels": emptyMap, "inner": property.New(object(map[string]property.Value{"name": property.New(""), "tags": empty})),
	})
	decoded, failures := DecodeInputs[args](in)
	require.Empty(t, failures)
	require.Equal(t, args{List: []string{}, Labels: map[string]string{}, Inner: &inner{Tags: []string{}}}, decoded)

	fromServer := args{Inner: &inner{}} // which has no lists
	out := Encode(fromServer, in)
	require.Equal(t, empty, out.Get("list"))
	require.Equal(t, emptyMap, out.Get("labels"))
	require.Equal(t, empty, out.Get("inner").AsMap().Get("tags"))
	out = Encode(fromServer, object(map[string]property.Value{"list": list("x")}))
	require.True(t, out.Get("list").IsNull(), "a list that had elements is gone, not empty")
	require.True(t, out.Get("labels").IsNull())
}
