package lifecycle

import (
	"context"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// GenerateSchema makes the schema from the Go types. infer does not know that resources can
// be listed.
func GenerateSchema(ctx context.Context, inner p.Provider, name, version string, resources []Resource, components []Component) (schema.PackageSpec, error) {
	spec, err := p.GetSchema(ctx, name, version, inner.WithDefaults())
	if err != nil {
		return schema.PackageSpec{}, err
	}
	for _, r := range resources {
		if lister := r.Lister(); lister != nil {
			resourceSpec := spec.Resources[r.token(name)]
			resourceSpec.ListInputs = listInputs(lister)
			spec.Resources[r.token(name)] = resourceSpec
		}
	}
	for _, c := range components {
		c.AddSchema(name+":index:"+c.Name, &spec)
	}
	return spec, nil
}
