package reference

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi-yaml/pkg/pulumiyaml"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	lt "github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/tests/stores"
)

const apiKey = "key-of-the-tests"

// stack is a YAML program and its state. The real Pulumi engine and the interpreter of
// pulumi-yaml run it in this process, which takes milliseconds. The CLI would take seconds.
type stack struct {
	*testing.T
	program string
	url     string // of the fake Pocket ID
	stores  map[string]*stores.Store
	snap    *deploy.Snapshot

	mu    sync.Mutex
	stops []func() // of the servers of the current operation
}

// newStack returns a stack for a program and a fake of the given version.
func newStack(t *testing.T, program, version string) *stack {
	t.Helper()
	handler, err := fake.New(fake.Options{APIKey: apiKey, Version: version, IconLibraryURL: iconLibrary(t)})
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s := &stack{T: t, program: program, url: server.URL, stores: map[string]*stores.Store{}}
	for _, name := range stores.Names() {
		s.stores[name] = stores.New(name)
	}
	s.createExistingObjects(handler)
	return s
}

// iconLibrary serves an icon library.
func iconLibrary(t *testing.T) string {
	t.Helper()
	library := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/index.json" {
			_, _ = w.Write([]byte(`[{"Name":"Nextcloud","Reference":"nextcloud","SVG":"Yes","Light":"No"}]`))
			return
		}
		_, _ = w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`))
	}))
	t.Cleanup(library.Close)
	return library.URL
}

// createExistingObjects creates what the examples look up.
func (s *stack) createExistingObjects(handler http.Handler) {
	for path, body := range map[string]string{
		"/api/oidc/clients":  `{"name":"Grafana","callbackURLs":["https://grafana.example.com/login/generic_oauth"],"logoutCallbackURLs":[],"isPublic":false,"pkceEnabled":true}`,
		"/api/user-groups":   `{"name":"employees","friendlyName":"Employees"}`,
		"/api/users":         `{"username":"bob","email":"bob@example.com","firstName":"Bob","lastName":"Example","displayName":"Bob Example"}`,
		"/api/apis":          `{"name":"Billing","resource":"https://billing.example.com"}`,
		"/api/signup-tokens": `{"ttl":"24h","usageLimit":1}`,
	} {
		request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		request.Header.Set("X-API-Key", apiKey)
		request.Header.Set("Content-Type", "application/json")
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		missing := response.Code == http.StatusNotFound && path == "/api/apis" // before 2.10
		require.True(s, missing || response.Code == http.StatusCreated, "%s: %d %s", path, response.Code, response.Body)
	}
}

// get returns what the fake Pocket ID answers to a request.
func (s *stack) get(path string) string {
	s.Helper()
	request, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	require.NoError(s, err)
	request.Header.Set("X-API-Key", apiKey)
	response, err := http.DefaultClient.Do(request)
	require.NoError(s, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(s, err)
	require.Equal(s, http.StatusOK, response.StatusCode, string(body))
	return string(body)
}

// run runs an engine operation. It returns the changes by resource name.
func (s *stack) run(operation lt.TestOp, preview bool) (changes map[string]display.StepOp, err error) {
	changes = map[string]display.StepOp{}
	defer s.stop()
	plan := &lt.TestPlan{
		Config: config.Map{
			config.MustMakeKey(provider.Name, "baseUrl"):        config.NewValue(s.url),
			config.MustMakeKey(provider.Name, "apiKey"):         config.NewSecureValue(apiKey),
			config.MustMakeKey("reference", "baseUrl"):          config.NewValue(s.url), // of a second instance
			config.MustMakeKey("reference", "apiKey"):           config.NewSecureValue(apiKey),
			config.MustMakeKey("reference", "smtpPassword"):     config.NewSecureValue("password-of-the-mail-server"),
			config.MustMakeKey("reference", "ldapBindPassword"): config.NewSecureValue("password-of-the-directory"),
			config.MustMakeKey("reference", "scimToken"):        config.NewSecureValue("token-of-the-wiki"),
		},
		Project:   "reference",
		Decrypter: config.NopDecrypter,
		Options: lt.TestUpdateOptions{
			T: s.T, SkipDisplayTests: true, UpdateOptions: engine.UpdateOptions{Parallel: 8},
			HostF: deploytest.NewPluginHostF(nil, nil, deploytest.NewLanguageRuntimeF(s.interpret), nil, nil, s.plugins()...),
		},
	}
	watch := func(_ workspace.Project, _ deploy.Target, _ engine.JournalEntries, events []engine.Event, err error) error {
		for _, event := range events {
			switch payload := event.Payload().(type) {
			case engine.ResourcePreEventPayload:
				if op := payload.Metadata.Op; op != deploy.OpSame && op != deploy.OpRead && op != deploy.OpRefresh {
					changes[payload.Metadata.URN.Name()] = op
				}
			case engine.DiagEventPayload:
				s.Log(payload.Message)
			}
		}
		return err
	}
	snap, err := operation.RunWithContextStep(s.Context(), plan.GetProject(), plan.GetTarget(s.T, s.snap), plan.Options, preview, plan.BackendClient, watch, "")
	if !preview && snap != nil {
		s.snap = snap
	}
	return changes, err
}

// interpret runs the program as the language host of YAML does.
func (s *stack) interpret(info plugin.RunInfo, _ *deploytest.ResourceMonitor) error {
	settings, values := map[string]string{}, resource.PropertyMap{}
	for key, value := range info.Config {
		settings[key.String()] = value
		values[resource.PropertyKey(key.String())] = resource.NewProperty(value)
	}
	template, diagnostics, err := pulumiyaml.LoadYAMLBytes("Pulumi.yaml", []byte(s.program))
	if err != nil {
		return err
	}
	if diagnostics.HasErrors() {
		return diagnostics
	}
	client, err := schema.NewLoaderClient(info.LoaderAddress)
	if err != nil {
		return err
	}
	defer client.Close()
	loader := pulumiyaml.NewPackageLoaderFromSchemaLoader(schema.NewCachedLoader(client))
	engineAddress, err := s.serveLog()
	if err != nil {
		return err
	}
	ctx, err := pulumi.NewContext(s.Context(), pulumi.RunInfo{
		Project: info.Project, Stack: info.Stack, Config: settings, Parallel: info.Parallel, DryRun: info.DryRun,
		MonitorAddr: info.MonitorAddress, EngineAddr: engineAddress,
	})
	if err != nil {
		return err
	}
	defer ctx.Close()
	return pulumi.RunWithContext(ctx, func(ctx *pulumi.Context) error { return pulumiyaml.RunTemplate(ctx, template, values, loader) })
}

// engineLog receives the log messages of a program.
type engineLog struct {
	rpc.UnimplementedEngineServer
	test *testing.T
}

// Log prints a message, unless it is for debugging.
func (l *engineLog) Log(_ context.Context, request *rpc.LogRequest) (*emptypb.Empty, error) {
	if request.Severity > rpc.LogSeverity_DEBUG {
		l.test.Log(request.Message)
	}
	return &emptypb.Empty{}, nil
}

// serveLog starts the part of the engine that receives log messages.
func (s *stack) serveLog() (address string, err error) {
	logs := grpc.NewServer()
	rpc.RegisterEngineServer(logs, &engineLog{test: s.T})
	return s.serve(logs)
}

// serve starts a server that runs until the end of the operation.
func (s *stack) serve(server *grpc.Server) (address string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() { _ = server.Serve(listener) }()
	s.onStop(server.Stop)
	return listener.Addr().String(), nil
}

func (s *stack) onStop(stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stops = append(s.stops, stop)
}

// stop stops the servers of an operation.
func (s *stack) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stop := range s.stops {
		stop()
	}
	s.stops = nil
}

// outputs returns the outputs of the program.
func (s *stack) outputs() resource.PropertyMap {
	for _, r := range s.snap.Resources {
		if r.Type == resource.RootStackType {
			return r.Outputs
		}
	}
	return nil
}
