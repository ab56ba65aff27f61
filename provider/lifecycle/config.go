package lifecycle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// configSpec is the provider configuration as if it were the inputs of a resource.
func (w *Wrapper) configSpec() schema.ResourceSpec {
	return schema.ResourceSpec{InputProperties: w.spec().Provider.InputProperties}
}

func (w *Wrapper) checkConfig(ctx context.Context, req p.CheckRequest) (p.CheckResponse, error) {
	w.registry.checkConfig()
	w.sdkVersion.Store(inputs.Ptr(inputs.Text(req.Inputs.Get("version")))) // which the engine adds
	in, _ := w.parseConfig(req.Inputs)                                     // infer reports what cannot be parsed
	in, failures := sanitizeInputs(w.configSpec(), in)
	req.Inputs = in
	res, err := w.inner.CheckConfig(ctx, req)
	res.Inputs = restoreUnknowns(w.configSpec(), res.Inputs, in)
	secret := func(name string) bool {
		return w.spec().Provider.InputProperties[name].Secret || in.Get(name).HasSecrets()
	}
	res.Failures = redactFailures(append(failures, res.Failures...), in, secret)
	redactor := redactorOf(w.configSpec(), in)
	for i := range res.Failures {
		res.Failures[i].Reason = redactor.String(res.Failures[i].Reason)
	}
	return res, redactor.Error(err)
}

func (w *Wrapper) configure(ctx context.Context, req p.ConfigureRequest) (err error) {
	if req.Args, err = w.parseConfig(req.Args); err != nil {
		return err
	}
	w.registry.reset()
	w.configRedactor = redactorOf(w.configSpec(), req.Args)
	req.Args, _ = sanitizeInputs(w.configSpec(), req.Args)
	return w.configRedactor.Error(w.inner.Configure(ctx, req))
}

func (w *Wrapper) diffConfig(ctx context.Context, req p.DiffRequest) (p.DiffResponse, error) {
	for _, m := range []*property.Map{&req.State, &req.OldInputs, &req.Inputs} {
		var err error
		if *m, err = w.parseConfig(*m); err != nil {
			return p.DiffResponse{}, err
		}
		*m, _ = sanitizeInputs(w.configSpec(), *m)
	}
	res, err := w.inner.DiffConfig(ctx, req)
	return res, redactorOf(w.configSpec(), req.State, req.OldInputs, req.Inputs).Error(err)
}

// parseConfig converts numbers, booleans and objects from the strings that stack
// configuration has. infer's CheckConfig does so too, but an import comes without a call
// of it and leaves the strings in the state.
func (w *Wrapper) parseConfig(config property.Map) (property.Map, error) {
	var failed error
	for _, name := range inputs.SortedKeys(w.spec().Provider.InputProperties) {
		in, v := w.spec().Provider.InputProperties[name], config.Get(name)
		if !v.IsString() || in.Type == "string" {
			continue
		}
		var parsed any
		if err := json.Unmarshal([]byte(v.AsString()), &parsed); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s:%s must be of the type %s", w.spec().Name, name, in.Type))
			continue
		}
		value := resource.FromResourcePropertyValue(resource.NewPropertyValue(parsed))
		config = config.Set(name, value.WithSecret(v.Secret()))
	}
	return config, failed
}
