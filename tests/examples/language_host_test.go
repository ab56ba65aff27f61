package examples

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	pythongen "github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// languageHost replaces Pulumi's language hosts on machines that do not have them. For Go it
// runs a program that is already compiled. For all languages it generates programs for
// `pulumi import`, with the generators that the real hosts use.
type languageHost struct {
	rpc.UnimplementedLanguageRuntimeServer
	runtime, binary string
	engine          atomic.Value // the address of the engine, to which programs send their logs
}

// serveLanguage starts a host and returns the environment variable that makes the CLI use
// it.
func serveLanguage(t *testing.T, runtime, binary string) string {
	stop := make(chan bool)
	served, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(s *grpc.Server) error {
			rpc.RegisterLanguageRuntimeServer(s, &languageHost{runtime: runtime, binary: binary})
			return nil
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		close(stop)
		<-served.Done
	})
	return fmt.Sprintf("PULUMI_DEBUG_LANGUAGES=%s:%d", runtime, served.Port)
}

func (h *languageHost) Handshake(_ context.Context, req *rpc.LanguageHandshakeRequest) (*rpc.LanguageHandshakeResponse, error) {
	h.engine.Store(req.EngineAddress)
	return &rpc.LanguageHandshakeResponse{}, nil
}

func (*languageHost) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: "1.0.0"}, nil
}

// GetRequiredPackages returns no packages, because the plugin is on the PATH.
func (*languageHost) GetRequiredPackages(context.Context, *rpc.GetRequiredPackagesRequest) (*rpc.GetRequiredPackagesResponse, error) {
	return &rpc.GetRequiredPackagesResponse{}, nil
}

func (h *languageHost) Run(ctx context.Context, req *rpc.RunRequest) (*rpc.RunResponse, error) {
	config, err := json.Marshal(req.Config)
	if err != nil {
		return nil, err
	}
	secretKeys, err := json.Marshal(req.ConfigSecretKeys)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, h.binary, req.Args...)
	cmd.Dir = req.Pwd
	cmd.Env = append(os.Environ(),
		pulumi.EnvOrganization+"="+req.Organization,
		pulumi.EnvProject+"="+req.Project,
		pulumi.EnvStack+"="+req.Stack,
		pulumi.EnvConfig+"="+string(config),
		pulumi.EnvConfigSecretKeys+"="+string(secretKeys),
		pulumi.EnvDryRun+"="+strconv.FormatBool(req.DryRun),
		"PULUMI_QUERY_MODE=false", // .NET requires it
		pulumi.EnvParallel+"="+strconv.Itoa(int(req.Parallel)),
		pulumi.EnvMonitor+"="+req.MonitorAddress,
		pulumi.EnvEngine+"="+h.engine.Load().(string),
	)
	if out, err := cmd.CombinedOutput(); err != nil {
		return &rpc.RunResponse{Error: fmt.Sprintf("%v\n%s", err, out)}, nil
	}
	return &rpc.RunResponse{}, nil
}

// GenerateProgram generates a program in the language of the host.
func (h *languageHost) GenerateProgram(_ context.Context, req *rpc.GenerateProgramRequest) (*rpc.GenerateProgramResponse, error) {
	loader, err := schema.NewLoaderClient(req.LoaderTarget)
	if err != nil {
		return nil, err
	}
	parser := syntax.NewParser()
	for path, text := range req.Source {
		if err := parser.ParseFile(strings.NewReader(text), path); err != nil {
			return nil, err
		}
	}
	program, problems, err := pcl.BindProgram(parser.Files, schema.NewCachedLoader(loader), pcl.NonStrictBindOptions()...)
	if err != nil || problems.HasErrors() {
		return nil, errors.Join(err, problems)
	}
	var files map[string][]byte
	switch h.runtime {
	case "nodejs":
		files, problems, err = nodejs.GenerateProgram(program)
	case "python":
		files, problems, err = pythongen.GenerateProgram(program)
	case "go":
		files, problems, err = gogen.GenerateProgram(program)
	}
	if err != nil || problems.HasErrors() {
		return nil, errors.Join(err, problems)
	}
	return &rpc.GenerateProgramResponse{Source: files}, nil
}
