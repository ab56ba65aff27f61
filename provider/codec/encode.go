package codec

import (
	"fmt"
	"reflect"

	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// Encode converts a struct to a state or to inputs. It omits nil pointers, lists and maps. A nil
// list or map is encoded as an empty one where like has an empty one, so that a program that sets
// an empty list finds one in the state.
func Encode(from any, like property.Map) property.Map {
	return encodeObject(reflect.ValueOf(from), like)
}

func encodeObject(from reflect.Value, like property.Map) property.Map {
	out := map[string]property.Value{}
	for _, f := range fieldsOf(from.Type()).list {
		if v, set := encodeValue(from.FieldByIndex(f.index), like.Get(f.name)); set {
			out[f.name] = v
		}
	}
	return property.NewMap(out)
}

func encodeValue(from reflect.Value, like property.Value) (v property.Value, set bool) {
	switch from.Kind() {
	case reflect.Pointer:
		if from.IsNil() {
			return v, false
		}
		return encodeValue(from.Elem(), like)
	case reflect.String:
		return property.New(from.String()), true
	case reflect.Bool:
		return property.New(from.Bool()), true
	case reflect.Int:
		return property.New(float64(from.Int())), true
	case reflect.Slice:
		return encodeList(from, like)
	case reflect.Map:
		return encodeMap(from, like)
	case reflect.Struct:
		if asset, ok := from.Interface().(types.AssetOrArchive); ok {
			return encodeAsset(asset)
		}
		nested, _ := asMap(like)
		return property.New(encodeObject(from, nested)), true
	default:
		panic(fmt.Sprintf("a property cannot have the type %s", from.Type()))
	}
}

func encodeList(from reflect.Value, like property.Value) (property.Value, bool) {
	if from.IsNil() && !(like.IsArray() && like.AsArray().Len() == 0) {
		return property.Value{}, false
	}
	list := make([]property.Value, from.Len())
	for i := range list {
		list[i], _ = encodeValue(from.Index(i), property.Value{})
	}
	return property.New(property.NewArray(list)), true
}

func encodeMap(from reflect.Value, like property.Value) (property.Value, bool) {
	before, isMap := asMap(like)
	if from.IsNil() && !(isMap && before.Len() == 0) {
		return property.Value{}, false
	}
	entries := make(map[string]property.Value, from.Len())
	for iterator := from.MapRange(); iterator.Next(); {
		entries[iterator.Key().String()], _ = encodeValue(iterator.Value(), before.Get(iterator.Key().String()))
	}
	return property.New(property.NewMap(entries)), true
}

func encodeAsset(asset types.AssetOrArchive) (property.Value, bool) {
	switch {
	case asset.Asset != nil:
		return property.New(asset.Asset), true
	case asset.Archive != nil:
		return property.New(asset.Archive), true
	}
	return property.Value{}, false
}

// asMap returns the entries of v, if it is an object.
func asMap(v property.Value) (m property.Map, ok bool) {
	if v.IsMap() {
		return v.AsMap(), true
	}
	return m, false
}
