package examples

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// languageHost is what pulumi-language-go does for a program that is already
// built, for machines without it: it runs the binary. For other languages it
// only stands in their place where the CLI wants a host that it has no use for
// (in an import).
type languageHost struct {
	rpc.UnimplementedLanguageRuntimeServer
	binary string
	engine atomic.Value // the address that programs log to
}

// serveLanguage starts a host and returns the environment variable through which
// the CLI finds it.
func serveLanguage(t *testing.T, runtime, binary string) string {
	stop := make(chan bool)
	served, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(s *grpc.Server) error {
			rpc.RegisterLanguageRuntimeServer(s, &languageHost{binary: binary})
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

// GetRequiredPackages names none: the plugin is on the PATH.
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
		pulumi.EnvParallel+"="+strconv.Itoa(int(req.Parallel)),
		pulumi.EnvMonitor+"="+req.MonitorAddress,
		pulumi.EnvEngine+"="+h.engine.Load().(string),
	)
	if out, err := cmd.CombinedOutput(); err != nil {
		return &rpc.RunResponse{Error: fmt.Sprintf("%v\n%s", err, out)}, nil
	}
	return &rpc.RunResponse{}, nil
}
