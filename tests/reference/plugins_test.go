package reference

import (
	"context"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	comProvider "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/version"
)

// plugins are the provider, and stand-ins for the providers of the stores that programs pass
// credentials on to.
func (s *stack) plugins() []*deploytest.ProviderLoader {
	loaders := []*deploytest.ProviderLoader{
		deploytest.NewProviderLoader(provider.Name, semver.MustParse(version.Version), func() (plugin.Provider, error) {
			implementation, err := s.provider()
			if err != nil {
				return nil, err
			}
			return s.servePlugin(implementation)
		}),
	}
	for name, store := range s.stores {
		loaders = append(loaders, deploytest.NewProviderLoader(tokens.Package(name), semver.MustParse("1.0.0"), func() (plugin.Provider, error) { return s.servePlugin(store) }))
	}
	return loaders
}

// provider returns the gRPC server of the provider.
func (s *stack) provider() (rpc.ResourceProviderServer, error) {
	engineAddress, err := s.serveLog()
	if err != nil {
		return nil, err
	}
	host, err := comProvider.NewHostClient(engineAddress)
	if err != nil {
		return nil, err
	}
	s.onStop(func() { _ = host.Close() })
	return provider.NewServer(host)
}

// servePlugin starts a plugin that runs until the end of the operation.
func (s *stack) servePlugin(implementation rpc.ResourceProviderServer) (plugin.Provider, error) {
	server := grpc.NewServer()
	rpc.RegisterResourceProviderServer(server, implementation)
	address, err := s.serve(server)
	if err != nil {
		return nil, err
	}
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	s.onStop(func() { _ = connection.Close() })
	p := plugin.NewProviderWithClient(nil, rpc.NewResourceProviderClient(connection), false)
	_, err = p.Handshake(context.Background(), plugin.ProviderHandshakeRequest{})
	return p, err
}

// requireSecretsInStores requires that each resource in a store has the secret of a client, and
// not in plain text.
func (s *stack) requireSecretsInStores() {
	s.Helper()
	for _, store := range s.stores {
		for typ, received := range store.Created() {
			arrived := false
			for _, secret := range s.clientSecrets() {
				arrived = arrived || strings.Contains(textIn(resource.NewProperty(received), true), secret)
				require.NotContains(s, textIn(resource.NewProperty(received), false), secret, "%s receives the secret in plain text", typ)
			}
			require.True(s, arrived, "%s has the secret of no client", typ)
		}
	}
}

// clientSecrets returns the secrets of the clients in the state.
func (s *stack) clientSecrets() []string {
	var secrets []string
	for _, r := range s.snap.Resources {
		if secret := r.Outputs["clientSecret"]; r.Type == "pocketid:index:Client" && secret.IsSecret() {
			secrets = append(secrets, secret.SecretValue().Element.StringValue())
		}
	}
	return secrets
}

// textIn returns all strings in a value, or only those that are not secret.
func textIn(v resource.PropertyValue, withSecrets bool) string {
	var text strings.Builder
	switch {
	case v.IsSecret() && withSecrets:
		return textIn(v.SecretValue().Element, true)
	case v.IsObject():
		for _, element := range v.ObjectValue() {
			text.WriteString(textIn(element, withSecrets))
		}
	case v.IsArray():
		for _, element := range v.ArrayValue() {
			text.WriteString(textIn(element, withSecrets))
		}
	case v.IsString():
		return v.StringValue() + "\n"
	}
	return text.String()
}
