package examples

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
	"google.golang.org/grpc"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/stores"
)

// serveStores starts stand-ins for the providers of Kubernetes, Vault and the others, and makes
// the CLI use them for all stacks of the workspace.
func (w *workspace) serveStores() map[string]*stores.Store {
	served, ports := map[string]*stores.Store{}, []string{}
	for _, name := range stores.Names() {
		served[name] = stores.New(name)
		stop := make(chan bool)
		handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
			Cancel: stop,
			Init: func(s *grpc.Server) error {
				rpc.RegisterResourceProviderServer(s, served[name])
				return nil
			},
		})
		require.NoError(w, err)
		w.Cleanup(func() {
			close(stop)
			<-handle.Done
		})
		ports = append(ports, fmt.Sprintf("%s:%d", name, handle.Port))
	}
	w.env = append(w.env, "PULUMI_DEBUG_PROVIDERS="+strings.Join(ports, ","))
	return served
}

// TestHandOver passes the credentials of an application on from the stack that manages it to
// the stores of another stack. The program in Go is not run: compiling the package of
// Kubernetes takes longer than all other examples together.
func TestHandOver(t *testing.T) {
	t.Parallel()
	server, workspace := startServer(t), newWorkspace(t)
	served := workspace.serveStores()
	identity := workspace.exampleStack(languages[0], "application", server, "--plaintext", "groupName="+uniqueName("family"))
	identity.up()
	environment, secret := documentsEnvironment(t, identity)
	for _, l := range languages {
		if l.name == "go" {
			continue
		}
		consumer := workspace.configuredStack(l, "hand-over", "--plaintext", "identityStack=organization/"+identity.project+"/"+identity.name)
		if l.name == "yaml" {
			consumer.preview()
			require.Empty(t, served["kubernetes"].Created(), "a preview writes nothing")
		}
		consumer.up()
		requireArrived(t, served, environment)
		require.NotEmpty(t, workspace.filesWith("documents/oidc"), "filesWith must find a text that exists")
		require.Empty(t, workspace.filesWith(secret), "%s: these files contain the secret in plain text", l.name)
		if l.name == "yaml" {
			consumer.requireNoChanges()
		}
		consumer.destroy()
		require.Empty(t, served["vault"].Created(), l.name)
		consumer.pulumi("stack", "rm", "--yes")
	}
	requireSOPSScript(t, identity, environment) // last, because the stand-in for sops does not encrypt
	identity.destroy()
}

// requireArrived requires that both stores have the environment variables as a secret.
func requireArrived(t *testing.T, served map[string]*stores.Store, environment object) {
	t.Helper()
	require.Equal(t, environment, secretValue(t, served["kubernetes"].Created()["kubernetes:core/v1:Secret"]["stringData"]))
	text, isText := secretValue(t, served["vault"].Created()["vault:kv/secretV2:SecretV2"]["dataJson"]).(string)
	require.True(t, isText)
	var decoded object
	require.NoError(t, json.Unmarshal([]byte(text), &decoded))
	require.Equal(t, environment, decoded)
}

// TestHandOverInGo checks the types of the program in Go from the sources of its packages.
func TestHandOverInGo(t *testing.T) {
	t.Parallel()
	loaded, err := packages.Load(&packages.Config{
		Dir:  examplePath("hand-over", "go"),
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedTypesSizes,
		Env:  append(os.Environ(), "CGO_ENABLED=0"),
	}, ".")
	require.NoError(t, err)
	require.Len(t, loaded, 1)
	require.Contains(t, loaded[0].Imports, "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1")
	packages.Visit(loaded, nil, func(p *packages.Package) { require.Empty(t, p.Errors, p.PkgPath) })
}

// documentsEnvironment returns the environment variables that the stack of the example
// exports, and the client secret in them.
func documentsEnvironment(t *testing.T, identity *stack) (environment object, secret string) {
	t.Helper()
	environment = identity.allOutputs("--show-secrets")["documentsEnvironment"].(object)
	var providers struct {
		OpenIDConnect struct {
			Apps []struct{ Secret string }
		} `json:"openid_connect"`
	}
	require.NoError(t, json.Unmarshal([]byte(environment["PAPERLESS_SOCIALACCOUNT_PROVIDERS"].(string)), &providers))
	return environment, providers.OpenIDConnect.Apps[0].Secret
}

// secretValue returns the value of a property, which must be secret.
func secretValue(t *testing.T, v resource.PropertyValue) any {
	t.Helper()
	require.True(t, v.IsSecret(), "%v is not secret", v)
	return v.SecretValue().Element.Mappable()
}

// requireSOPSScript runs the script with a stand-in for sops, which prints what it receives in an
// envelope.
func requireSOPSScript(t *testing.T, identity *stack, environment object) {
	t.Helper()
	programs := t.TempDir()
	shell := *identity
	shell.env = append(slices.Clone(identity.env), "PATH="+programs+string(os.PathListSeparator)+tools.path)
	script, file := examplePath("hand-over", "sops.sh"), filepath.Join(identity.folder, "documents.enc.yaml")
	writeSOPS := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(programs, "sops"), []byte("#!/bin/sh\n"+text), 0o755))
	}
	writeSOPS(`printf '{"arguments": "%s", "input": %s}' "$*" "$(cat /dev/stdin)"`)
	out, err := shell.run(script, "documentsEnvironment", "documents.enc.yaml")
	require.NoError(t, err, out)
	var received struct {
		Arguments string
		Input     object
	}
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(written, &received), string(written))
	require.Equal(t, "encrypt --input-type json --output-type yaml --filename-override documents.enc.yaml /dev/stdin", received.Arguments)
	require.Equal(t, environment, received.Input)

	writeSOPS("echo broken; exit 1")
	_, err = shell.run(script, "documentsEnvironment", "documents.enc.yaml")
	require.Error(t, err)
	_, err = shell.run(script, "noSuchOutput", "documents.enc.yaml")
	require.Error(t, err)
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(written), string(kept), "a failure has replaced the file")
	require.Empty(t, identity.filesWith("broken"))
}
