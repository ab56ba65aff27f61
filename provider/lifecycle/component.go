package lifecycle

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	comProvider "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// Component is a component of the provider: a resource that only consists of others.
//
// infer.Component is not used. It needs a Go field for each input, so that a component which
// accepts the inputs of another resource would have to repeat them all, and it loses nested
// secrets.
type Component struct {
	Name string
	// AddSchema adds the component to a schema that has the resources already. So it can
	// derive its inputs from theirs.
	AddSchema func(token string, spec *schema.PackageSpec)
	Construct func(ctx *pulumi.Context, typ, name string, in ComponentInputs, options pulumi.ResourceOption) (pulumi.ComponentResource, error)
}

// ComponentInputs are the inputs of a component.
type ComponentInputs struct {
	// Values has unknown and secret values. It does not know dependencies.
	Values property.Map
	// Outputs has the same inputs as outputs, with their dependencies. An input that is
	// unknown or secret in part is so as a whole.
	Outputs pulumi.Map
	// Options are for all children, and for calls of functions.
	Options []pulumi.ResourceOrInvokeOption
}

// Input returns a value in an input, such as an element of a list, as the input of a child. It
// is unknown or secret as a whole if it is so in part, but independent of the other values in
// the same input.
func (in ComponentInputs) Input(name string, v property.Value) pulumi.Input {
	if v.HasComputed() {
		return in.Outputs[name]
	}
	plain := resource.ToResourcePropertyValue(withoutSecrets(v)).Mappable()
	if v.HasSecrets() {
		return pulumi.ToSecret(plain)
	}
	return pulumi.Any(plain)
}

// withoutSecrets is a value that is not marked as secret at any depth.
func withoutSecrets(v property.Value) property.Value {
	switch {
	case v.IsArray():
		list := v.AsArray().AsSlice()
		for i := range list {
			list[i] = withoutSecrets(list[i])
		}
		v = property.WithGoValue(v, property.NewArray(list))
	case v.IsMap():
		entries := v.AsMap()
		for key, value := range entries.All {
			entries = entries.Set(key, withoutSecrets(value))
		}
		v = property.WithGoValue(v, entries)
	}
	return v.WithSecret(false)
}

// construct makes a component: it registers the component and its children with the engine.
func (s *Server) construct(ctx context.Context, req *rpc.ConstructRequest) (*rpc.ConstructResponse, error) {
	component, known := s.wrapper.components[req.GetType()]
	if !known {
		return s.ResourceProviderServer.Construct(ctx, req)
	}
	received, err := plugin.UnmarshalProperties(req.GetInputs(), plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true})
	if err != nil {
		return nil, err
	}
	values := resource.FromResourcePropertyMap(received)
	redactor := redactorOf(s.wrapper.spec().Resources[req.GetType()], values)
	var engine *grpc.ClientConn // for logs
	if s.host != nil {
		engine = s.host.EngineConn()
	}
	res, err := comProvider.Construct(ctx, req, engine, func(
		ctx *pulumi.Context, typ, name string, inputs comProvider.ConstructInputs, options pulumi.ResourceOption,
	) (*comProvider.ConstructResult, error) {
		outputs, err := inputs.Map()
		if err != nil {
			return nil, err
		}
		made, err := component.Construct(ctx, typ, name, ComponentInputs{values, outputs, s.childOptions()}, options)
		if err != nil {
			return nil, fmt.Errorf("%s %q: %w", component.Name, name, err)
		}
		return comProvider.NewConstructResult(made)
	})
	return res, redactor.Error(err)
}

// childOptions makes children use the same default provider as the program: the engine starts
// another plugin for each version and download URL that a resource asks for, and one for those
// that ask for none, as in YAML. Two plugins do not know each other's declarations. An SDK
// asks for its version, and for the download URL in the schema.
func (s *Server) childOptions() []pulumi.ResourceOrInvokeOption {
	version := s.wrapper.sdkVersion.Load()
	if version == nil || *version == "" {
		return nil
	}
	return []pulumi.ResourceOrInvokeOption{pulumi.Version(*version), pulumi.PluginDownloadURL(s.wrapper.spec().PluginDownloadURL)}
}
