package lifecycle

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/middleware/cancel"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/redact"
)

// Options describe the provider that is wrapped.
type Options struct {
	Name       string // of the Pulumi package
	Resources  []Resource
	Functions  []Function
	Components []Component
	Backend    Backend
	Now        func() time.Time
	// Schema is the schema that GenerateSchema returned for this version of the provider, and
	// SchemaText is the document that the engine gets. A plugin that only serves the document
	// never calls Schema.
	Schema     func() schema.PackageSpec
	SchemaText string
	// InstanceProperties are the outputs that hold the instance of a resource. The first
	// that a resource has counts.
	InstanceProperties []string
	Terraform          TerraformMapping
}

// Wrapper adds to infer's provider what infer gets wrong or lacks, for all resources and
// derived from the schema: previews, diffs, secrets, the guard against another instance, and
// declarations. Resources never see a preview.
type Wrapper struct {
	inner           p.Provider
	backend         Backend
	name            string
	spec            func() schema.PackageSpec
	schemaText      string
	resources       map[string]Resource  // by token
	offline         map[string]bool      // functions, by token
	components      map[string]Component // by token
	instanceOutputs []string
	terraform       TerraformMapping
	now             func() time.Time

	registry       registry
	configRedactor redact.Redactor        // of the configuration in use
	sdkVersion     atomic.Pointer[string] // that the program asks for; empty without an SDK, as in YAML
}

// Normalizer is a resource that converts its inputs to the form that Read returns. That is
// done before Check.
type Normalizer interface {
	Normalize(property.Map) property.Map
}

// Wrap makes a Wrapper.
func Wrap(inner p.Provider, o Options) *Wrapper {
	w := &Wrapper{
		inner: inner, backend: o.Backend, name: o.Name, spec: o.Schema, schemaText: o.SchemaText, now: o.Now, instanceOutputs: o.InstanceProperties,
		resources: map[string]Resource{}, offline: map[string]bool{}, components: map[string]Component{}, terraform: o.Terraform,
	}
	for _, r := range o.Resources {
		w.resources[r.token(o.Name)] = r
	}
	for _, f := range o.Functions {
		w.offline[o.Name+":index:"+strings.ToLower(f.name[:1])+f.name[1:]] = f.offline
	}
	for _, c := range o.Components {
		w.components[o.Name+":index:"+c.Name] = c
	}
	return w
}

// Provider is infer's provider with the wrapper around it.
func (w *Wrapper) Provider() p.Provider {
	outer := w.inner
	outer.GetSchema = w.getSchema
	outer.CheckConfig, outer.DiffConfig, outer.Configure = w.checkConfig, w.diffConfig, w.configure
	outer.Invoke = w.invoke
	outer.Check, outer.Diff = w.check, w.diff
	outer.Create, outer.Read, outer.Update, outer.Delete = w.create, w.read, w.update, w.delete
	return cancel.Wrap(outer)
}

func (w *Wrapper) getSchema(context.Context, p.GetSchemaRequest) (p.GetSchemaResponse, error) {
	return p.GetSchemaResponse{Schema: w.schemaText}, nil
}

func (w *Wrapper) resource(u resource.URN) (schema.ResourceSpec, any) {
	token := string(u.Type())
	return w.spec().Resources[token], w.resources[token].implementation
}

// verbs are those of the resource's type.
func (w *Wrapper) verbs(u resource.URN) verbs {
	r, has := w.resources[string(u.Type())]
	if !has {
		return unknownType(u.Type())
	}
	return r
}

func (w *Wrapper) invoke(ctx context.Context, req p.InvokeRequest) (p.InvokeResponse, error) {
	if !w.offline[string(req.Token)] {
		if err := w.connect(); err != nil {
			return p.InvokeResponse{}, err
		}
	}
	return w.inner.Invoke(ctx, req)
}

func (w *Wrapper) check(ctx context.Context, req p.CheckRequest) (res p.CheckResponse, err error) {
	spec, implementation := w.resource(req.Urn)
	inexact := inexactNumbers(spec, req.Inputs)
	if r, ok := implementation.(Normalizer); ok {
		req.Inputs = r.Normalize(req.Inputs)
	}
	in, failures := sanitizeInputs(spec, req.Inputs)
	secret := func(name string) bool { return spec.InputProperties[name].Secret || req.Inputs.Get(name).HasSecrets() }
	req.Inputs, req.State = in, w.knownInputs(req.Urn, req.State)
	w.registry.beginCheck(req.Urn)
	defer w.registry.endCheck(req.Urn)
	redactor := redactorOf(spec, in, req.State)
	ctx = inputs.WithDefaults(ctx, func(in property.Map) property.Map { return withDefaults(w.spec().Types, spec.InputProperties, in) })
	res, err = w.verbs(req.Urn).check(withCall(ctx, call{urn: req.Urn, registry: &w.registry, redactor: redactor}), req)
	res.Inputs = withSecrets(spec, withoutNullProperties(res.Inputs))
	res.Failures = redactFailures(slices.Concat(inexact, failures, res.Failures), in, secret)
	for i := range res.Failures {
		res.Failures[i].Reason = redactor.String(res.Failures[i].Reason)
	}
	return res, redactor.Error(err)
}

func (w *Wrapper) diff(ctx context.Context, req p.DiffRequest) (res p.DiffResponse, err error) {
	in := req.Inputs
	for name := range in.All {
		if name == "version" || strings.HasPrefix(name, "__") {
			in = in.Delete(name)
		}
	}
	spec, implementation := w.resource(req.Urn)
	redactor := redactorOf(spec, req.OldInputs, req.State, in)
	defer func() { err = redactor.Error(err) }()
	instance, err := w.guardPreview(ctx, w.instanceOf(req.Urn, req.State))
	if err != nil {
		return p.DiffResponse{}, err
	}
	if err := w.registry.notIgnored(req.Urn, req.IgnoreChanges); err != nil {
		return p.DiffResponse{}, err
	}
	in = keepIgnored(implementation, req.IgnoreChanges, in, req.State)
	plan := w.plan(req.ID, req.Urn, req.OldInputs, req.State, in, instance)
	for _, warning := range plan.warnings {
		p.GetLogger(ctx).Warning(redactor.String(warning))
	}
	w.registry.planned(req.Urn, req.ID, plan.Replaces())
	if conflict := w.registry.conflict(req.Urn); conflict != nil && !plan.Replaces() { // a replacement's create fails
		return p.DiffResponse{}, conflict
	}
	return p.DiffResponse{
		HasChanges:          !plan.IsEmpty(),
		DeleteBeforeReplace: plan.DeleteBeforeReplace,
		DetailedDiff:        plan.detailedDiff(),
	}, nil
}

func (w *Wrapper) create(ctx context.Context, req p.CreateRequest) (res p.CreateResponse, err error) {
	spec, implementation := w.resource(req.Urn)
	redactor := redactorOf(spec, req.Properties)
	defer func() { err = redactor.Error(err) }()
	if conflict := w.registry.conflict(req.Urn); conflict != nil {
		return p.CreateResponse{}, conflict
	}
	if req.DryRun {
		return p.CreateResponse{Properties: previewOfCreate(spec, req.Properties)}, nil
	}
	// The instance is read before the first write: without it there is no state.
	instance, err := w.instance(ctx)
	if err != nil {
		return p.CreateResponse{}, err
	}
	defer w.succeeded(ctx, &err)
	c := call{urn: req.Urn, instance: instance, registry: &w.registry}
	res, err = w.verbs(req.Urn).create(withCall(ctx, c), req)
	if res.ID == "" {
		return res, redactor.Error(w.backend.ExplainCreate(req.Urn, err))
	}
	w.registry.created(req.Urn, res.ID)
	res.Properties = withSecrets(spec, w.setInstance(spec, res.Properties, instance), req.Properties)
	res.Properties = withDerivedSecrets(implementation, res.Properties, req.Properties)
	redactReasons(redactor, res.PartialState)
	return res, redactor.Error(err)
}

func (w *Wrapper) read(ctx context.Context, req p.ReadRequest) (res p.ReadResponse, err error) {
	spec, implementation := w.resource(req.Urn)
	redactor := redactorOf(spec, req.Inputs, req.Properties)
	defer func() { err = redactor.Error(err) }()
	home := w.instanceOf(req.Urn, req.Properties)
	instance, err := w.guard(ctx, home)
	if err != nil {
		return p.ReadResponse{}, err
	}
	defer w.succeeded(ctx, &err)
	omitted := neverSet(implementation, req.Inputs)
	req.Properties = movedState(spec, req.Properties, home, instance)
	req.Inputs = carryOver(req.Inputs, req.Properties, omitted)
	c := call{urn: req.Urn, instance: instance, isImport: home == ""}
	if c.isImport {
		if req.ID, err = importID(ctx, req.Urn.Type(), implementation, req.ID); err != nil {
			return p.ReadResponse{}, err
		}
	}
	res, err = w.verbs(req.Urn).read(withCall(ctx, c), req)
	if w.backend.IsNotFound(err) {
		return p.ReadResponse{}, nil // no ID: the object is gone
	}
	if err != nil && res.PartialState == nil || res.ID == "" {
		return res, redactor.Error(err)
	}
	res.Properties = withSecrets(spec, w.setInstance(spec, res.Properties, instance), req.Properties, req.Inputs)
	res.Properties = withDerivedSecrets(implementation, res.Properties, req.Inputs)
	res.Inputs = withSecrets(spec, res.Inputs, req.Inputs).Delete(omitted...)
	redactReasons(redactor, res.PartialState)
	return res, redactor.Error(err)
}

func (w *Wrapper) update(ctx context.Context, req p.UpdateRequest) (res p.UpdateResponse, err error) {
	spec, implementation := w.resource(req.Urn)
	req.Inputs = keepIgnored(implementation, req.IgnoreChanges, req.Inputs, req.State)
	if req.DryRun {
		instance, err := w.guardPreview(ctx, w.instanceOf(req.Urn, req.State))
		if err != nil {
			return p.UpdateResponse{}, err
		}
		return p.UpdateResponse{Properties: w.plan(req.ID, req.Urn, req.OldInputs, req.State, req.Inputs, instance).preview()}, nil
	}
	redactor := redactorOf(spec, req.Inputs, req.OldInputs, req.State)
	defer func() { err = redactor.Error(err) }()
	home := w.instanceOf(req.Urn, req.State)
	instance, err := w.guard(ctx, home)
	if err != nil {
		return p.UpdateResponse{}, err
	}
	defer w.succeeded(ctx, &err)
	before := req.State
	req.State = withInputs(spec, movedState(spec, req.State, home, instance), req.OldInputs)
	// What the program never set is not written: the value in the state may be out of date.
	unmanaged := neverSet(implementation, req.OldInputs, req.Inputs)
	req.State = req.State.Delete(unmanaged...)
	c := call{urn: req.Urn, instance: instance, registry: &w.registry, unmanaged: present(before, unmanaged)}
	res, err = w.verbs(req.Urn).update(withCall(ctx, c), req)
	if err != nil && res.PartialState == nil {
		return w.failedUpdate(spec, before, req, redactor.Error(err))
	}
	res.Properties = carryOver(res.Properties, before, unmanaged)
	res.Properties = withSecrets(spec, w.setInstance(spec, res.Properties, instance), req.Inputs, omittedInputs(before, req.Inputs))
	res.Properties = withDerivedSecrets(implementation, res.Properties, req.Inputs)
	redactReasons(redactor, res.PartialState)
	return res, redactor.Error(err)
}

// failedUpdate keeps the state of an update that wrote nothing. If it may have written,
// the resource is also incomplete, so that the next update writes again whatever the
// program sets by then.
func (w *Wrapper) failedUpdate(spec schema.ResourceSpec, before property.Map, req p.UpdateRequest, err error) (p.UpdateResponse, error) {
	if !w.backend.IsOutcomeUnknown(err) {
		return p.UpdateResponse{}, err
	}
	incomplete := infer.ResourceInitFailedError{Reasons: []string{err.Error()}}
	return p.UpdateResponse{
		Properties:   withSecrets(spec, before, req.Inputs),
		PartialState: &p.InitializationFailed{Reasons: incomplete.Reasons},
	}, incomplete
}

func (w *Wrapper) delete(ctx context.Context, req p.DeleteRequest) (err error) {
	spec, implementation := w.resource(req.Urn)
	redactor := redactorOf(spec, req.OldInputs, req.Properties)
	defer func() { err = redactor.Error(err) }()
	instance, err := w.guard(ctx, w.instanceOf(req.Urn, req.Properties))
	if err != nil {
		return err
	}
	if other, found := w.registry.otherWithID(req.Urn, req.ID); found {
		p.GetLogger(ctx).Infof("the deletion keeps the object, because %s also manages it", describe(req.Urn, other))
		return nil
	}
	defer w.succeeded(ctx, &err)
	req.Properties = req.Properties.Delete(neverSet(implementation, req.OldInputs)...)
	c := call{urn: req.Urn, id: req.ID, instance: instance, registry: &w.registry, redactor: redactor}
	return w.verbs(req.Urn).delete(withCall(ctx, c), req)
}

// plan makes the plan of an update. instance is "" if it is not known.
func (w *Wrapper) plan(id string, u resource.URN, oldInputs, state, in property.Map, instance string) *Plan {
	spec, implementation := w.resource(u)
	oldInputs, state = w.knownInputs(u, oldInputs), w.knownState(u, state)
	home := w.instanceOf(u, state)
	state = movedState(spec, state, home, instance)
	plan := &Plan{ID: id, URN: u, OldInputs: oldInputs, State: state, Inputs: in, Now: w.now(), spec: spec, registry: &w.registry}
	plan.compare(implementation)
	if home != "" && instance != "" && home != instance {
		plan.moved = w.instanceOutput(spec)
	}
	return plan
}

// connect is why no request can be made.
func (w *Wrapper) connect() error { return w.configRedactor.Error(w.backend.Connect()) }

// instance reads the instance before anything is written.
func (w *Wrapper) instance(ctx context.Context) (string, error) {
	if err := w.connect(); err != nil {
		return "", Unchanged(err)
	}
	instance, err := w.backend.Instance(ctx)
	return instance, Unchanged(err)
}

// guard keeps a stack from reading, changing or deleting objects of another instance
// than the one it created them in: there, an ID that does not exist would look deleted,
// and one that exists would be an unrelated object. home is "" for an import.
func (w *Wrapper) guard(ctx context.Context, home string) (instance string, err error) {
	if instance, err = w.instance(ctx); err != nil {
		return "", err
	}
	if home != "" && home != instance && !w.backend.IsFormer(home) {
		return "", Unchanged(w.backend.WrongInstance(home, instance))
	}
	return instance, nil
}

// guardPreview is guard for a preview, which works without a server. The instance is ""
// if it is not known.
func (w *Wrapper) guardPreview(ctx context.Context, home string) (instance string, err error) {
	if home == "" || w.connect() != nil {
		return "", nil // the first call that needs the server reports what is missing
	}
	instance, known, err := w.backend.InstanceIfReachable(ctx)
	if err != nil || !known {
		return "", err
	}
	if instance != home && !w.backend.IsFormer(home) {
		return "", w.backend.WrongInstance(home, instance)
	}
	return instance, nil
}

// instanceOutput is the output that holds the instance of a resource.
func (w *Wrapper) instanceOutput(spec schema.ResourceSpec) string {
	for _, name := range w.instanceOutputs {
		if _, has := spec.Properties[name]; has {
			return name
		}
	}
	return ""
}

// instanceOf is the instance that a resource was created in; "" for an import.
func (w *Wrapper) instanceOf(u resource.URN, state property.Map) string {
	spec, _ := w.resource(u)
	return inputs.Text(state.Get(w.instanceOutput(spec)))
}

// setInstance sets the instance on a state.
func (w *Wrapper) setInstance(spec schema.ResourceSpec, state property.Map, instance string) property.Map {
	if name := w.instanceOutput(spec); name != "" {
		return state.Set(name, property.WithGoValue(state.Get(name), instance))
	}
	return state
}

func (w *Wrapper) succeeded(ctx context.Context, err *error) {
	if *err == nil {
		w.backend.Succeeded(ctx)
	}
}
