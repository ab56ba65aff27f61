package lifecycle

import (
	"fmt"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// Plan is the difference between the state of a resource and its inputs, and what an
// update will do about it. A Planner corrects it.
type Plan struct {
	ID                       string
	URN                      resource.URN
	OldInputs, State, Inputs property.Map
	Now                      time.Time
	DeleteBeforeReplace      bool

	spec          schema.ResourceSpec
	registry      *registry
	diffs         map[string]p.DiffKind // by top-level property
	becomesSecret map[string]bool       // those of diffs that keep their value and become secret
	outputs       map[string]bool       // computed outputs that the update will change
	warnings      []string
	moved         string // the output that holds the instance, if the instance has moved
}

// Differs reports whether the update gives a property another value.
func (plan *Plan) Differs(property string) bool {
	_, ok := plan.diffs[property]
	return ok && !plan.becomesSecret[property]
}

// IsEmpty reports whether there is nothing to update.
func (plan *Plan) IsEmpty() bool { return len(plan.diffs) == 0 && plan.moved == "" }

// KeepIfOmitted drops the removal of properties that keep their value when the program
// omits them.
func (plan *Plan) KeepIfOmitted(properties ...string) {
	for _, name := range properties {
		if v, set := plan.Inputs.GetOk(name); !set || v.IsNull() {
			delete(plan.diffs, name)
		}
	}
}

// Update adds an in-place update of a property, as the cause of changed outputs.
func (plan *Plan) Update(property string) { plan.diffs[property] = p.Update }

// Replace makes a property the cause of a replacement.
func (plan *Plan) Replace(property string) { plan.diffs[property] = p.UpdateReplace }

// Replaces reports whether the plan is a replacement.
func (plan *Plan) Replaces() bool {
	for _, kind := range plan.diffs {
		if strings.HasSuffix(string(kind), "&replace") {
			return true
		}
	}
	return false
}

// Drop removes properties from the plan. Those that become secret stay, because the
// state must know.
func (plan *Plan) Drop(properties ...string) {
	for _, name := range properties {
		if !plan.becomesSecret[name] {
			delete(plan.diffs, name)
		}
	}
}

// Recompute names outputs that the update will change. They are unknown in a preview.
func (plan *Plan) Recompute(outputs ...string) {
	for _, name := range outputs {
		plan.outputs[name] = true
	}
}

// Warn shows a warning at the resource.
func (plan *Plan) Warn(format string, args ...any) {
	plan.warnings = append(plan.warnings, fmt.Sprintf(format, args...))
}

// Planner is a resource that corrects the plan of an update.
type Planner interface {
	Plan(*Plan)
}

// compare fills in the plan from the state and the inputs, and lets the resource correct it.
// The old inputs do not suffice: the state also has what the program omits, and what became
// of a partly created object.
func (plan *Plan) compare(implementation any) {
	plan.diffs, plan.becomesSecret, plan.outputs = map[string]p.DiffKind{}, map[string]bool{}, map[string]bool{}
	for name, inputSpec := range plan.spec.InputProperties {
		kind := difference(inputSpec, plan.State.Get(name), plan.Inputs.Get(name))
		if kind == "" {
			continue
		}
		if kind == becomesSecret {
			plan.becomesSecret[name], plan.diffs[name] = true, p.Update
			continue
		}
		if inputSpec.ReplaceOnChanges {
			kind += "&replace"
		}
		plan.diffs[name] = kind
	}
	plan.Drop(neverSet(implementation, plan.OldInputs, plan.Inputs)...)
	if planner, ok := implementation.(Planner); ok {
		state := plan.State
		plan.State = withInputs(plan.spec, state, plan.OldInputs)
		planner.Plan(plan)
		plan.State = state
	}
}

// becomesSecret is the difference of a value that stays the same and becomes secret. It
// changes the state, but nothing on the server.
const becomesSecret p.DiffKind = "becomesSecret"

// difference is the difference between a property in the state and in the inputs; "" if
// there is none.
func difference(spec schema.PropertySpec, before, after property.Value) p.DiffKind {
	same := inputs.Same(before, after)
	switch {
	case before.IsNull() && after.IsNull():
		return ""
	case before.IsNull():
		if value, has := defaultOf(spec); has && inputs.Same(after, value) {
			return "" // an earlier version of the provider, without the property, wrote the state
		}
		return p.Add
	case after.IsNull():
		return p.Delete
	case same && (before.HasSecrets() || !after.HasSecrets()):
		return ""
	case same:
		return becomesSecret
	}
	return p.Update
}

func defaultOf(spec schema.PropertySpec) (value property.Value, has bool) {
	switch v := spec.Default.(type) {
	case bool:
		return property.New(v), true
	case string:
		return property.New(v), true
	case int:
		return property.New(float64(v)), true
	case float64:
		return property.New(v), true
	}
	return value, false
}

// withInputs adds the old inputs to a state that lacks them: where a change of the
// program makes no difference, the engine stores the new inputs and keeps the outputs.
func withInputs(spec schema.ResourceSpec, state, oldInputs property.Map) property.Map {
	for name := range spec.InputProperties {
		if v, set := oldInputs.GetOk(name); set && state.Get(name).IsNull() {
			state = state.Set(name, v)
		}
	}
	return state
}

// detailedDiff is the plan by property path, down to the element of a list.
func (plan *Plan) detailedDiff() map[string]p.PropertyDiff {
	out := map[string]p.PropertyDiff{}
	if plan.moved != "" {
		out[plan.moved] = p.PropertyDiff{Kind: p.Update}
	}
	for name, kind := range plan.diffs {
		before, after := resource.ToResourcePropertyValue(plan.State.Get(name)), resource.ToResourcePropertyValue(plan.Inputs.Get(name))
		nested := resource.PropertyMap{resource.PropertyKey(name): before}.Diff(resource.PropertyMap{resource.PropertyKey(name): after})
		paths := map[string]plugin.PropertyDiff{}
		if nested != nil && kind == p.Update && !plan.Inputs.Get(name).HasSecrets() {
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

// preview is the state after the update: inputs that change have their new values, and
// recomputed outputs are unknown.
func (plan *Plan) preview() property.Map {
	out := plan.State
	for name := range plan.diffs {
		if v := plan.Inputs.Get(name); v.IsNull() {
			out = out.Delete(name)
		} else {
			out = out.Set(name, v)
		}
	}
	for name := range plan.outputs {
		out = out.Set(name, property.New(property.Computed))
	}
	return withSecrets(plan.spec, out, plan.Inputs)
}

// previewOfCreate is the state after a create: the inputs. Everything else is unknown.
func previewOfCreate(spec schema.ResourceSpec, in property.Map) property.Map {
	out := map[string]property.Value{}
	for name := range spec.Properties {
		v := in.Get(name)
		if v.IsNull() {
			v = property.New(property.Computed)
		}
		out[name] = v
	}
	return withSecrets(spec, property.NewMap(out), in)
}

// DeclareList records that a resource manages all of an object, whose ID only the state
// knows, where the program sets the property.
func (plan *Plan) DeclareList(object Object, property string) {
	v := plan.Inputs.Get(property)
	if v.IsNull() || !plan.registry.isChecked(plan.URN) { // a refresh also plans what the program no longer has
		return
	}
	d := Declaration{Object: object, Changed: !inputs.Same(plan.OldInputs.Get(property), v)}
	if v.IsArray() {
		for _, entry := range v.AsArray().All {
			d.Entries = append(d.Entries, inputs.Text(entry))
		}
	}
	if warning := plan.registry.record(plan.URN, d); warning != "" {
		plan.Warn("%s", warning)
	}
}
