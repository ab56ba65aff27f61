package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/middleware/cancel"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// What a resource may say beyond its inputs and its verbs. The wrapper finds these.
type (
	// canonical brings a program's inputs to the form that Read returns.
	canonical interface {
		Canonical(property.Map) property.Map
	}
	// planner corrects the plan of an update.
	planner interface {
		Plan(*change)
	}
	// discreet names secret inputs that the server tells. An import puts them into
	// the state, but not into the program that Pulumi writes from it, where they
	// would be in the clear. What a program has never said is left alone.
	discreet interface {
		Discreet() []string
	}
)

// planned puts around infer's provider what infer gets wrong or lacks, for all
// resources alike and from the schema alone: what a preview knows, what is a
// difference, what is secret, and which instance is meant. Resources never see a
// preview. Each repair goes when a later infer makes it needless.
func planned(inner p.Provider, config *Config, all []served, now func() time.Time) (*wrapper, error) {
	spec, err := p.GetSchema(context.Background(), Name, Version, inner.WithDefaults())
	if err != nil {
		return nil, err
	}
	w := &wrapper{inner: inner, config: config, spec: spec, raw: map[string]any{}, now: now}
	for _, r := range all {
		token := Name + ":index:" + reflect.TypeOf(r.written).Elem().Name()
		w.raw[token] = r.written
		if l, ok := r.written.(listable); ok {
			resource := spec.Resources[token]
			resource.ListInputs = listInputs(l)
			spec.Resources[token] = resource
		}
	}
	return w, nil
}

// provider is infer's, with the wrapper around it.
func (w *wrapper) provider() p.Provider {
	outer := w.inner
	outer.GetSchema = w.getSchema
	outer.CheckConfig, outer.DiffConfig, outer.Configure = w.checkConfig, w.diffConfig, w.configure
	outer.Check, outer.Diff = w.check, w.diff
	outer.Create, outer.Read, outer.Update, outer.Delete = w.create, w.read, w.update, w.delete
	return cancel.Wrap(outer)
}

func (w *wrapper) getSchema(context.Context, p.GetSchemaRequest) (p.GetSchemaResponse, error) {
	text, err := json.Marshal(w.spec)
	return p.GetSchemaResponse{Schema: string(text)}, err
}

type wrapper struct {
	inner  p.Provider
	config *Config
	spec   schema.PackageSpec
	raw    map[string]any // resources by token
	now    func() time.Time
}

func (w *wrapper) resource(u resource.URN) (schema.ResourceSpec, any) {
	token := string(u.Type())
	return w.spec.Resources[token], w.raw[token]
}

// configSpec is the configuration as if it were a resource's inputs.
func (w *wrapper) configSpec() schema.ResourceSpec {
	return schema.ResourceSpec{InputProperties: w.spec.Provider.InputProperties}
}

func (w *wrapper) checkConfig(ctx context.Context, req p.CheckRequest) (p.CheckResponse, error) {
	inputs, _ := w.typed(req.Inputs) // infer says what is wrong with it
	inputs, odd := withoutOddities(w.configSpec(), inputs)
	req.Inputs = inputs
	res, err := w.inner.CheckConfig(ctx, req)
	secret := func(name string) bool {
		return w.spec.Provider.InputProperties[name].Secret || inputs.Get(name).HasSecrets()
	}
	res.Failures = worded(append(odd, res.Failures...), inputs, secret)
	hidden := secretsIn(w.configSpec(), inputs)
	for i := range res.Failures {
		res.Failures[i].Reason = hidden.text(res.Failures[i].Reason)
	}
	return res, hidden.hide(err)
}

func (w *wrapper) configure(ctx context.Context, req p.ConfigureRequest) (err error) {
	if req.Args, err = w.typed(req.Args); err != nil {
		return err
	}
	hidden := secretsIn(w.configSpec(), req.Args)
	req.Args, _ = withoutOddities(w.configSpec(), req.Args)
	if err = w.inner.Configure(ctx, req); err == nil {
		w.config.err = hidden.hide(w.config.err)
	}
	return hidden.hide(err)
}

func (w *wrapper) diffConfig(ctx context.Context, req p.DiffRequest) (p.DiffResponse, error) {
	for _, m := range []*property.Map{&req.State, &req.OldInputs, &req.Inputs} {
		var err error
		if *m, err = w.typed(*m); err != nil {
			return p.DiffResponse{}, err
		}
		*m, _ = withoutOddities(w.configSpec(), *m)
	}
	res, err := w.inner.DiffConfig(ctx, req)
	return res, secretsIn(w.configSpec(), req.State, req.OldInputs, req.Inputs).hide(err)
}

// typed reads what is not a string from the string that it is in a stack's
// configuration. infer's CheckConfig does so, but an import comes without one, and
// leaves the strings in the state.
func (w *wrapper) typed(config property.Map) (property.Map, error) {
	var failed error
	for _, name := range sortedKeys(w.spec.Provider.InputProperties) {
		in, v := w.spec.Provider.InputProperties[name], config.Get(name)
		if !v.IsString() || in.Type == "string" {
			continue
		}
		var parsed any
		if err := json.Unmarshal([]byte(v.AsString()), &parsed); err != nil {
			failed = errors.Join(failed, fmt.Errorf("pocketid:%s must be of the type %s", name, in.Type))
			continue
		}
		value := resource.FromResourcePropertyValue(resource.NewPropertyValue(parsed))
		config = config.Set(name, value.WithSecret(v.Secret()))
	}
	return config, failed
}

func (w *wrapper) check(ctx context.Context, req p.CheckRequest) (res p.CheckResponse, err error) {
	spec, raw := w.resource(req.Urn)
	if r, ok := raw.(canonical); ok {
		req.Inputs = r.Canonical(req.Inputs)
	}
	inputs, odd := withoutOddities(spec, req.Inputs)
	secret := func(name string) bool { return spec.InputProperties[name].Secret || req.Inputs.Get(name).HasSecrets() }
	req.Inputs = inputs
	res, err = w.inner.Check(ctx, req)
	res.Inputs = stillUnknown(res.Inputs, req.Inputs)
	res.Failures = worded(append(odd, res.Failures...), inputs, secret)
	return res, err
}

// stillUnknown puts back what infer's Check makes of an input that is secret and
// not known yet: it says that it is "".
func stillUnknown(checked, inputs property.Map) property.Map {
	for name, v := range inputs.All {
		if v.HasComputed() && v.HasSecrets() {
			checked = checked.Set(name, v)
		}
	}
	return checked
}

// withoutOddities takes out, with a failure for each, what infer's decoder panics
// at or lets pass: null among the elements of a list or a map, and part of a number
// where a whole one is wanted.
func withoutOddities(spec schema.ResourceSpec, in property.Map) (property.Map, []p.CheckFailure) {
	var odd []p.CheckFailure
	refuse := func(path, reason string) { odd = append(odd, p.CheckFailure{Property: path, Reason: reason}) }
	for name, v := range in.AllStable {
		switch {
		case v.IsArray():
			in = in.Set(name, withoutNulls(v, name, refuse))
		case v.IsMap():
			for key, value := range v.AsMap().AllStable {
				if _, isObject := spec.InputProperties[name]; isObject && spec.InputProperties[name].Ref == "" && value.IsNull() {
					refuse(fmt.Sprintf("%s[%q]", name, key), "must not be null: leave it out")
					in = in.Set(name, property.WithGoValue(v, in.Get(name).AsMap().Delete(key)))
				}
				if value.IsArray() {
					in = in.Set(name, property.WithGoValue(v, in.Get(name).AsMap().Set(key, withoutNulls(value, name+"."+key, refuse))))
				}
			}
		case v.IsNumber() && spec.InputProperties[name].Type == "integer" && v.AsNumber() != math.Trunc(v.AsNumber()):
			refuse(name, fmt.Sprintf("must be a whole number, is %v", v.AsNumber()))
		}
	}
	return in, odd
}

func withoutNulls(list property.Value, path string, refuse func(path, reason string)) property.Value {
	kept := []property.Value{}
	for i, element := range list.AsArray().All {
		if element.IsNull() {
			refuse(fmt.Sprintf("%s[%d]", path, i), "must not be null: leave the element out")
			continue
		}
		kept = append(kept, element)
	}
	return property.WithGoValue(list, property.NewArray(kept))
}

// worded keeps the engine from printing the value of what a failure names: it
// prints a secret too, and of anything but a plain value what is of use to nobody
// (a Go map, the whole text of an asset, <nil> for a part of a list).
func worded(failures []p.CheckFailure, inputs property.Map, secret func(string) bool) []p.CheckFailure {
	for i, f := range failures {
		v := inputs.Get(f.Property)
		plain := v.IsString() || v.IsNumber() || v.IsBool()
		if f.Property != "" && (!plain || secret(topLevel(f.Property))) {
			failures[i] = p.CheckFailure{Reason: f.Property + ": " + f.Reason}
		}
	}
	return failures
}

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

// neverSaid are the secrets of a discreet resource that none of these inputs say.
func neverSaid(raw any, inputs ...property.Map) (names []string) {
	r, ok := raw.(discreet)
	if !ok {
		return nil
	}
	for _, name := range r.Discreet() {
		if !slices.ContainsFunc(inputs, func(in property.Map) bool { return !in.Get(name).IsNull() }) {
			names = append(names, name)
		}
	}
	return names
}

// confided are inputs with what the state has of some.
func confided(inputs, state property.Map, names []string) property.Map {
	for _, name := range names {
		if v := state.Get(name); !v.IsNull() {
			inputs = inputs.Set(name, v)
		}
	}
	return inputs
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

func (w *wrapper) diff(ctx context.Context, req p.DiffRequest) (res p.DiffResponse, err error) {
	inputs := req.Inputs
	for name := range inputs.All {
		if name == "version" || strings.HasPrefix(name, "__") {
			inputs = inputs.Delete(name)
		}
	}
	if err := w.config.sameInstanceAtOnce(ctx, w.homeOf(req.Urn, req.State)); err != nil {
		return p.DiffResponse{}, err
	}
	// The engine has put the old values of ignored changes into the inputs already.
	c := w.change(req.ID, req.Urn, req.OldInputs, req.State, inputs)
	for _, warning := range c.warnings {
		p.GetLogger(ctx).Warning(warning)
	}
	if c.refusal != nil {
		return p.DiffResponse{}, c.refusal
	}
	return p.DiffResponse{
		HasChanges:          len(c.diffs) > 0,
		DeleteBeforeReplace: c.DeleteBeforeReplace,
		DetailedDiff:        c.detailed(),
	}, nil
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

func (w *wrapper) create(ctx context.Context, req p.CreateRequest) (res p.CreateResponse, err error) {
	spec, _ := w.resource(req.Urn)
	if req.DryRun {
		w.config.operates(true)
		return p.CreateResponse{Properties: previewOfCreate(spec, req.Properties)}, nil
	}
	w.config.operates(false)
	defer w.config.warnOfExpiry(ctx, &err)
	res, err = w.inner.Create(withSaid(ctx, req.Properties), req)
	res.Properties = withSecrets(spec, res.Properties, req.Properties)
	hidden := secretsIn(spec, req.Properties)
	hidden.hideIn(res.PartialState)
	return res, hidden.hide(withAdvice(req.Urn, err))
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

func (w *wrapper) read(ctx context.Context, req p.ReadRequest) (res p.ReadResponse, err error) {
	if err := w.config.sameInstance(ctx, w.homeOf(req.Urn, req.Properties)); err != nil {
		return p.ReadResponse{}, err
	}
	spec, raw := w.resource(req.Urn)
	defer w.config.warnOfExpiry(ctx, &err)
	unsaid := neverSaid(raw, req.Inputs)
	req.Inputs = confided(req.Inputs, req.Properties, unsaid)
	res, err = w.inner.Read(withSaid(ctx, req.Inputs), req)
	if err != nil && res.PartialState == nil || res.ID == "" {
		return res, err
	}
	res.Properties = withSecrets(spec, res.Properties, req.Properties, req.Inputs)
	res.Inputs = withSecrets(spec, res.Inputs, req.Inputs).Delete(unsaid...)
	return res, err
}

func (w *wrapper) update(ctx context.Context, req p.UpdateRequest) (res p.UpdateResponse, err error) {
	spec, raw := w.resource(req.Urn)
	w.config.operates(req.DryRun)
	if req.DryRun {
		c := w.change(req.ID, req.Urn, req.OldInputs, req.State, req.Inputs)
		return p.UpdateResponse{Properties: c.preview()}, nil
	}
	if err := w.config.sameInstance(ctx, w.homeOf(req.Urn, req.State)); err != nil {
		return p.UpdateResponse{}, err
	}
	defer w.config.warnOfExpiry(ctx, &err)
	req.IgnoreChanges = nil // infer would put outputs in the place of inputs
	req.State = withUnsaid(spec, req.State, req.OldInputs)
	req.Inputs = confided(req.Inputs, req.State, neverSaid(raw, req.OldInputs, req.Inputs))
	res, err = w.inner.Update(withSaid(ctx, req.Inputs), req)
	res.Properties = withSecrets(spec, res.Properties, req.Inputs)
	hidden := secretsIn(spec, req.Inputs, req.State)
	hidden.hideIn(res.PartialState)
	return res, hidden.hide(err)
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

// homeOf is the issuer of the instance that a resource was made in; none for an import.
func (w *wrapper) homeOf(u resource.URN, state property.Map) string {
	spec, _ := w.resource(u)
	if _, has := spec.Properties["instanceIssuer"]; has { // of one whose issuer is somebody else's
		return text(state.Get("instanceIssuer"))
	}
	return text(state.Get("issuer"))
}

func (w *wrapper) delete(ctx context.Context, req p.DeleteRequest) (err error) {
	if err := w.config.sameInstance(ctx, w.homeOf(req.Urn, req.Properties)); err != nil {
		return err
	}
	defer w.config.warnOfExpiry(ctx, &err)
	_, raw := w.resource(req.Urn)
	req.Properties = req.Properties.Delete(neverSaid(raw, req.OldInputs)...)
	return w.inner.Delete(withName(ctx, req.Urn.Name()), req)
}

// withSecrets marks what the schema calls secret, and what goes by the name of
// something that was secret where it came from.
func withSecrets(spec schema.ResourceSpec, m property.Map, from ...property.Map) property.Map {
	for name, v := range m.All {
		secret := spec.Properties[name].Secret || spec.InputProperties[name].Secret
		for _, f := range from {
			secret = secret || f.Get(name).HasSecrets()
		}
		if secret && !v.IsNull() {
			m = m.Set(name, v.WithSecret(true))
		}
	}
	return m
}

// withAdvice says how to go on where a create could not be settled, or where the
// object was there before.
func withAdvice(u resource.URN, err error) error {
	name := u.Name()
	if !plainWord.MatchString(name) {
		name = quoted(name, "<name>")
	}
	takeOver := func(id string) string {
		return fmt.Sprintf("pulumi import %s %s %s", u.Type(), name, quoted(id, "<id>"))
	}
	var lost *api.Undecided
	var taken *api.Exists
	switch {
	case errors.As(err, &lost):
		return fmt.Errorf("%w\nlook for it in Pocket ID; if it is there, take it over with: %s\n"+
			"if it is to replace another, which the stack still has under this name, delete it there, and update again", err, takeOver(cmp.Or(lost.Import, lost.Key)))
	case errors.As(err, &taken):
		return fmt.Errorf("%w\nit is left as it is. If it is left over from an interrupted update, or this stack is to have it, take it over with: %s\n"+
			"if this is a replacement, set the resource option deleteBeforeReplace: true", err, takeOver(taken.ID))
	}
	return err
}

var plainWord = regexp.MustCompile(`^[\w.:@/][\w.:@/-]*$`)

// quoted is a word as a shell takes it, or a place to put it.
func quoted(word, otherwise string) string {
	if strings.ContainsAny(word, "'\r\n") {
		return otherwise
	}
	return "'" + word + "'"
}
