package provider

import (
	"fmt"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// change is the difference between what a resource is and what a program wants.
type change struct {
	ID, Name                 string
	OldInputs, State, Inputs property.Map
	Now                      time.Time
	DeleteBeforeReplace      bool

	spec     schema.ResourceSpec
	diffs    map[string]p.DiffKind // by top-level property
	hides    map[string]bool       // those of them that keep their value, and become a secret
	outputs  map[string]bool       // computed outputs that the update will change
	warnings []string
	refusal  error
}

// differs tells whether the change gives a property another value.
func (c *change) differs(name string) bool { _, ok := c.diffs[name]; return ok && !c.hides[name] }

// leftAlone takes back the removal of properties that a program may leave out
// without a wish to change them.
func (c *change) leftAlone(names ...string) {
	for _, name := range names {
		if v, said := c.Inputs.GetOk(name); !said || v.IsNull() {
			delete(c.diffs, name)
		}
	}
}

// updates adds the difference of one property, as the cause of changed outputs.
func (c *change) updates(name string) { c.diffs[name] = p.Update }

// replaces makes one property the cause of a replacement.
func (c *change) replaces(name string) { c.diffs[name] = p.UpdateReplace }

// replaced tells whether the change is a replacement.
func (c *change) replaced() bool {
	for _, kind := range c.diffs {
		if strings.HasSuffix(string(kind), "&replace") {
			return true
		}
	}
	return false
}

// forget takes properties out of the change, but for those that become secrets: the
// state must know.
func (c *change) forget(names ...string) {
	for _, name := range names {
		if !c.hides[name] {
			delete(c.diffs, name)
		}
	}
}

// renews names outputs that the update will change.
func (c *change) renews(outputs ...string) {
	for _, name := range outputs {
		c.outputs[name] = true
	}
}

func (c *change) warn(format string, args ...any) {
	c.warnings = append(c.warnings, fmt.Sprintf(format, args...))
}

// change compares what a program wants with what the resource was when it was
// last seen: with the state, which says what a program left out, and what became
// of a half-made object.
func (w *wrapper) change(id string, u resource.URN, oldInputs, state, inputs property.Map) *change {
	spec, raw := w.resource(u)
	c := &change{ID: id, Name: u.Name(), OldInputs: oldInputs, State: state, Inputs: inputs, Now: w.now(), spec: spec, diffs: map[string]p.DiffKind{}, hides: map[string]bool{}, outputs: map[string]bool{}}
	for name, in := range spec.InputProperties {
		before, after := state.Get(name), inputs.Get(name)
		if deflt, has := defaultOf(in); has && before.IsNull() && same(after, deflt) {
			continue // made by an earlier version, which did not know the property
		}
		kind := p.Update
		switch {
		case before.IsNull() && after.IsNull():
			continue
		case before.IsNull():
			kind = p.Add
		case after.IsNull():
			kind = p.Delete
		case same(before, after) && (before.HasSecrets() || !after.HasSecrets()):
			continue
		case same(before, after): // what has become a secret must become one in the state, but is no other thing
			c.hides[name], c.diffs[name] = true, kind
			continue
		}
		if in.ReplaceOnChanges {
			kind += "&replace"
		}
		c.diffs[name] = kind
	}
	for _, name := range neverSaid(raw, oldInputs, inputs) {
		c.forget(name)
	}
	if r, ok := raw.(planner); ok {
		c.State = withUnsaid(spec, state, oldInputs)
		r.Plan(c)
		c.State = state
	}
	return c
}

// withUnsaid adds to a state what only the inputs remember: where a program's
// change makes no difference, the engine keeps its inputs and the old outputs.
func withUnsaid(spec schema.ResourceSpec, state, oldInputs property.Map) property.Map {
	for name := range spec.InputProperties {
		if v, said := oldInputs.GetOk(name); said && state.Get(name).IsNull() {
			state = state.Set(name, v)
		}
	}
	return state
}

func defaultOf(in schema.PropertySpec) (deflt property.Value, has bool) {
	switch v := in.Default.(type) {
	case bool:
		return property.New(v), true
	case string:
		return property.New(v), true
	case int:
		return property.New(float64(v)), true
	case float64:
		return property.New(v), true
	}
	return deflt, false
}

// detailed words the change in property paths, down to the element of a list.
func (c *change) detailed() map[string]p.PropertyDiff {
	out := map[string]p.PropertyDiff{}
	for name, kind := range c.diffs {
		before, after := resource.ToResourcePropertyValue(c.State.Get(name)), resource.ToResourcePropertyValue(c.Inputs.Get(name))
		nested := resource.PropertyMap{resource.PropertyKey(name): before}.Diff(resource.PropertyMap{resource.PropertyKey(name): after})
		paths := map[string]plugin.PropertyDiff{}
		if nested != nil && kind == p.Update && !c.Inputs.Get(name).HasSecrets() {
			paths = plugin.NewDetailedDiffFromObjectDiff(nested, false)
		}
		for path, d := range paths {
			out[path] = p.PropertyDiff{Kind: map[plugin.DiffKind]p.DiffKind{plugin.DiffAdd: p.Add, plugin.DiffDelete: p.Delete}[d.Kind]}
			if out[path].Kind == "" {
				out[path] = p.PropertyDiff{Kind: p.Update}
			}
		}
		if len(paths) == 0 {
			out[name] = p.PropertyDiff{Kind: kind}
		}
	}
	return out
}

// preview is what the outputs will be: as they are, but for what the program
// changes, and for what the update will make anew.
func (c *change) preview() property.Map {
	out := c.State
	for name := range c.diffs {
		if v := c.Inputs.Get(name); v.IsNull() {
			out = out.Delete(name)
		} else {
			out = out.Set(name, v)
		}
	}
	for name := range c.outputs {
		out = out.Set(name, property.New(property.Computed))
	}
	return withSecrets(c.spec, out, c.Inputs)
}

// previewOfCreate is what is known before anything is made: what the program says.
func previewOfCreate(spec schema.ResourceSpec, inputs property.Map) property.Map {
	out := map[string]property.Value{}
	for name := range spec.Properties {
		v := inputs.Get(name)
		if v.IsNull() {
			v = property.New(property.Computed)
		}
		out[name] = v
	}
	return withSecrets(spec, property.NewMap(out), inputs)
}
