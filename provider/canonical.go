package provider

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"golang.org/x/text/unicode/norm"
)

// Check brings what programs say to one form, and Read answers in the same, so
// that two ways to say the same are no difference. These work on the property
// map, where what is unknown or secret stays so; values of a wrong type pass
// through to be refused by the decoder.

// nfc composes the characters of strings (and of maps of strings) as the server
// does before it stores them.
func nfc(in property.Map, names ...string) property.Map {
	for _, name := range names {
		switch v := in.Get(name); {
		case v.IsString():
			in = in.Set(name, property.WithGoValue(v, norm.NFC.String(v.AsString())))
		case v.IsMap():
			composed := map[string]property.Value{}
			for key, value := range v.AsMap().All {
				if value.IsString() {
					value = property.WithGoValue(value, norm.NFC.String(value.AsString()))
				}
				composed[norm.NFC.String(key)] = value
			}
			in = in.Set(name, property.WithGoValue(v, property.NewMap(composed)))
		}
	}
	return in
}

// composed is nfc for what a server says: before 2.13 it stores strings as they come.
func composed(s string) string { return norm.NFC.String(s) }

// asSets sorts lists whose order means nothing, and keeps one of each value. A
// list with an unknown part stays as it is until all is known.
func asSets(in property.Map, names ...string) property.Map {
	for _, name := range names {
		v := in.Get(name)
		if !v.IsArray() || v.HasComputed() {
			continue
		}
		list := v.AsArray().AsSlice()
		if slices.ContainsFunc(list, func(e property.Value) bool { return !e.IsString() }) {
			continue
		}
		slices.SortStableFunc(list, func(a, b property.Value) int { return strings.Compare(a.AsString(), b.AsString()) })
		list = slices.CompactFunc(list, func(a, b property.Value) bool { return a.AsString() == b.AsString() })
		in = in.Set(name, property.WithGoValue(v, property.NewArray(list)))
	}
	return in
}

// emptyIsAbsent leaves out what is said to be null, "", [] or {}.
func emptyIsAbsent(in property.Map, names ...string) property.Map {
	for _, name := range names {
		v := in.Get(name)
		if v.IsNull() || v.IsString() && v.AsString() == "" || v.IsArray() && v.AsArray().Len() == 0 || v.IsMap() && v.AsMap().Len() == 0 {
			in = in.Delete(name)
		}
	}
	return in
}

// inWords makes words of the numbers and booleans in maps of strings: in YAML one
// says month: 5, and even "5" becomes a number on its way through configuration.
func inWords(in property.Map, names ...string) property.Map {
	for _, name := range names {
		v := in.Get(name)
		if !v.IsMap() {
			continue
		}
		words := map[string]property.Value{}
		for key, value := range v.AsMap().All {
			switch {
			case value.IsNumber():
				value = property.WithGoValue(value, strconv.FormatFloat(value.AsNumber(), 'f', -1, 64))
			case value.IsBool():
				value = property.WithGoValue(value, strconv.FormatBool(value.AsBool()))
			}
			words[key] = value
		}
		in = in.Set(name, property.WithGoValue(v, property.NewMap(words)))
	}
	return in
}

// fill says a default that depends on other inputs, if the program does not.
func fill[T property.GoValue](in property.Map, name string, value T) property.Map {
	if v, said := in.GetOk(name); said && !v.IsNull() {
		return in
	}
	return in.Set(name, property.New(value))
}

// same compares two values, whether or not they are secret and wherever they come from.
func same(a, b property.Value) bool { return plain(a).Equals(plain(b)) }

// plain is v without marks of secrecy and dependencies, at any depth.
func plain(v property.Value) property.Value {
	switch {
	case v.IsArray():
		list := v.AsArray().AsSlice()
		for i := range list {
			list[i] = plain(list[i])
		}
		return property.New(list)
	case v.IsMap():
		fields := map[string]property.Value{}
		for key, value := range v.AsMap().All {
			fields[key] = plain(value)
		}
		return property.New(fields)
	}
	return v.WithSecret(false).WithDependencies(nil)
}
