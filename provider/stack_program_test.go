package provider

import (
	"fmt"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// programResource is a resource that a program declares.
type programResource struct {
	typ, name string
	inputs    props
	options   deploytest.ResourceOptions
	// from sets inputs to outputs of other resources: input -> "name.output",
	// or "list[]" -> "name.output,other.output" for a list.
	from map[string]string
	// after are the names of resources that must be registered before.
	after []string
	// provider is the name of an explicit provider. Its typ is explicitProvider.
	provider string
}

const explicitProvider = "pulumi:providers:" + Name

// programRun is one run of a program against the engine.
type programRun struct {
	monitor *deploytest.ResourceMonitor
	named   map[string]*registration

	mu      sync.Mutex
	outputs map[string]props // by resource name
	err     error
}

// registration is a resource of a running program. It has a response if it was
// registered successfully before done was closed.
type registration struct {
	done     chan struct{}
	response *deploytest.RegisterResourceResponse
}

// register runs the program and adds the outputs of its resources to outputs. It
// registers each resource as soon as the resources that it depends on are registered,
// and none that depends on a failed one.
func register(m *deploytest.ResourceMonitor, program []programResource, outputs map[string]props) error {
	run := &programRun{monitor: m, named: map[string]*registration{}, outputs: outputs}
	all := make([]*registration, len(program))
	for i, r := range program {
		all[i] = &registration{done: make(chan struct{})}
		run.named[r.name] = all[i]
	}
	var running sync.WaitGroup
	for i, r := range program {
		running.Go(func() {
			defer close(all[i].done)
			if err := run.register(r, all[i]); err != nil {
				run.mu.Lock()
				defer run.mu.Unlock()
				run.err = err
			}
		})
	}
	running.Wait()
	return run.err
}

func (run *programRun) register(r programResource, as *registration) error {
	options := r.options
	options.Inputs = r.inputs.Copy()
	options.PropertyDeps = map[resource.PropertyKey][]resource.URN{}
	if r.provider != "" {
		id, urn, err := run.output(r.provider + ".id")
		if err != nil {
			return err
		}
		options.Provider = string(urn) + "::" + id.StringValue()
		if options.Remote { // as the SDKs do for a component
			options.Providers = map[string]string{Name: options.Provider}
		}
	}
	for _, name := range r.after {
		_, urn, err := run.output(name + ".id")
		if err != nil {
			return err
		}
		options.Dependencies = append(options.Dependencies, urn)
	}
	for input, from := range r.from {
		var values []resource.PropertyValue
		key := resource.PropertyKey(strings.TrimSuffix(input, "[]"))
		for reference := range strings.SplitSeq(from, ",") {
			value, urn, err := run.output(reference)
			if err != nil {
				return err
			}
			values = append(values, value)
			options.Dependencies = append(options.Dependencies, urn)
			options.PropertyDeps[key] = append(options.PropertyDeps[key], urn)
		}
		options.Inputs[key] = values[0]
		if strings.HasSuffix(input, "[]") {
			options.Inputs[key] = resource.NewProperty(values)
		}
	}
	typ := Name + ":index:" + r.typ
	if r.typ == explicitProvider {
		typ = r.typ
	}
	response, err := run.monitor.RegisterResource(tokens.Type(typ), r.name, !options.Remote, options)
	if err != nil {
		return err
	}
	as.response = response
	run.mu.Lock()
	defer run.mu.Unlock()
	run.outputs[r.name] = response.Outputs
	return nil
}

// output waits for the resource of a reference "name.output" and returns its output
// and URN.
func (run *programRun) output(reference string) (resource.PropertyValue, resource.URN, error) {
	name, output, _ := strings.Cut(reference, ".")
	source := run.named[name]
	if source != nil {
		<-source.done
	}
	if source == nil || source.response == nil {
		return resource.PropertyValue{}, "", fmt.Errorf("%s has no outputs", name)
	}
	value := source.response.Outputs[resource.PropertyKey(output)]
	if output == "id" {
		value = resource.NewProperty(string(source.response.ID))
		if source.response.ID == "" {
			value = resource.MakeComputed(resource.NewProperty(""))
		}
	}
	return value, source.response.URN, nil
}
