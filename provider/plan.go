package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/middleware/cancel"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
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

func (w *wrapper) read(ctx context.Context, req p.ReadRequest) (res p.ReadResponse, err error) {
	if err := w.config.sameInstance(ctx, w.homeOf(req.Urn, req.Properties)); err != nil {
		return p.ReadResponse{}, err
	}
	spec, raw := w.resource(req.Urn)
	defer w.config.warnOfExpiry(ctx, &err)
	unsaid := neverSaid(raw, req.Inputs)
	req.Inputs = confided(req.Inputs, req.Properties, unsaid)
	res, err = w.inner.Read(withSaid(ctx, req.Inputs), req)
	err = secretsIn(spec, req.Inputs, req.Properties).hide(err)
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
	spec, raw := w.resource(req.Urn)
	hidden := secretsIn(spec, req.Properties)
	req.Properties = req.Properties.Delete(neverSaid(raw, req.OldInputs)...)
	return hidden.hide(w.inner.Delete(withName(ctx, req.Urn.Name()), req))
}
