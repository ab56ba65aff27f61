package lifecycle

import (
	"context"
	"slices"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// TerraformMapping tells `pulumi convert --from terraform` and `pulumi import --from
// terraform` which resource replaces which one of a Terraform provider.
type TerraformMapping struct {
	Provider string // name of the Terraform provider
	Data     []byte // info.MarshallableProvider of the Terraform bridge, as JSON
}

// terraformKeys are the names that Pulumi has for Terraform's ecosystem.
var terraformKeys = []string{"terraform", "tf"}

// GetMappings returns the Terraform provider that GetMapping knows.
func (s *Server) GetMappings(_ context.Context, req *rpc.GetMappingsRequest) (*rpc.GetMappingsResponse, error) {
	if !slices.Contains(terraformKeys, req.GetKey()) {
		return &rpc.GetMappingsResponse{}, nil
	}
	return &rpc.GetMappingsResponse{Providers: []string{s.wrapper.terraform.Provider}}, nil
}

// GetMapping returns the mapping of a Terraform provider, or nothing for one that it does
// not know. An empty name means any.
func (s *Server) GetMapping(_ context.Context, req *rpc.GetMappingRequest) (*rpc.GetMappingResponse, error) {
	mapping := s.wrapper.terraform
	known := req.GetProvider() == "" || req.GetProvider() == mapping.Provider
	if !known || !slices.Contains(terraformKeys, req.GetKey()) {
		return &rpc.GetMappingResponse{}, nil
	}
	return &rpc.GetMappingResponse{Provider: mapping.Provider, Data: mapping.Data}, nil
}
