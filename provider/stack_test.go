package provider

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	lt "github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	pkgresource "github.com/pulumi/pulumi/pkg/v3/resource"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	comProvider "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

type props = resource.PropertyMap

// toProps converts plain Go values to the inputs of a resource.
func toProps(m map[string]any) props { return resource.NewPropertyMapFromMap(m) }

// stack is a program and its state. The real Pulumi engine runs it in this process
// with the gRPC server of the provider. Only HTTP requests to a Pocket ID leave the
// process.
type stack struct {
	t        *testing.T
	instance *testInstance
	config   map[string]string
	program  []programResource
	snap     *deploy.Snapshot
	options  engine.UpdateOptions
	// withProgram makes refresh and destroy run the program, as --run-program does.
	// They use the current configuration then, not the one in the state.
	runProgram bool
	ctx        context.Context  // canceled when the user presses Ctrl-C
	now        func() time.Time // the provider's clock
	wrapServer func(rpc.ResourceProviderServer)

	onCancel func() // called after the engine has told the provider to cancel
	kill     func() // stops the running plugin immediately
	plugins  []func()

	mu   sync.Mutex
	logs []string
}

// newStack returns an empty stack that is configured for an instance.
func newStack(t *testing.T, instance *testInstance) *stack {
	t.Helper()
	s := &stack{t: t, instance: instance, config: map[string]string{"baseUrl": instance.url, "apiKey": instance.key, "startupTimeout": "2"}, ctx: context.WithoutCancel(t.Context()), now: time.Now}
	s.options.Parallel = 8
	return s
}

// declare adds a resource to the program or replaces its inputs.
func (s *stack) declare(typ, name string, inputs map[string]any) *programResource {
	for i := range s.program {
		if d := &s.program[i]; d.name == name && d.typ == typ {
			d.inputs = toProps(inputs)
			return d
		}
	}
	s.program = append(s.program, programResource{typ: typ, name: name, inputs: toProps(inputs)})
	return &s.program[len(s.program)-1]
}

// drop removes a resource from the program.
func (s *stack) drop(name string) {
	for i := range s.program {
		if s.program[i].name == name {
			s.program = append(s.program[:i:i], s.program[i+1:]...)
			return
		}
	}
	s.t.Fatalf("%s is not in the program", name)
}

// outcome is the result of an engine operation.
type outcome struct {
	err      error
	steps    map[string][]display.StepOp // by resource name, without same, read and refresh steps
	diffs    map[string][]string         // paths of the detailed diff, by resource name
	outputs  map[string]props            // outputs that the program receives, perhaps unknown, by resource name
	messages string                      // all messages to the user
	// mayBeChanged reports that an operation has failed, and that the provider does not know whether it
	// has changed the object.
	mayBeChanged bool
}

func (s *stack) preview() outcome { return s.run(lt.TestOp(engine.Update), true) }
func (s *stack) up() outcome      { return s.run(lt.TestOp(engine.Update), false) }
func (s *stack) refresh() outcome {
	if !s.runProgram {
		return s.run(lt.TestOp(engine.Refresh), false)
	}
	s.options.RefreshProgram = true
	defer func() { s.options.RefreshProgram = false }()
	return s.run(lt.TestOp(engine.RefreshV2), false)
}

func (s *stack) destroy() outcome {
	if !s.runProgram {
		return s.run(lt.TestOp(engine.Destroy), false)
	}
	s.options.DestroyProgram = true
	defer func() { s.options.DestroyProgram = false }()
	return s.run(lt.TestOp(engine.DestroyV2), false)
}

// importResource imports an object as `pulumi import` does.
func (s *stack) importResource(typ, name, id string) outcome {
	return s.run(lt.ImportOp([]deploy.Import{{Type: tokens.Type(Name + ":index:" + typ), Name: name, ID: resource.ID(id)}}), false)
}

// mustUp runs an update that must succeed.
func (s *stack) mustUp() outcome {
	s.t.Helper()
	o := s.up()
	require.NoError(s.t, o.err, o.messages)
	return o
}

// requireNoChanges requires that a preview, a refresh and a preview after it show no changes.
func (s *stack) requireNoChanges() {
	s.t.Helper()
	o := s.preview()
	require.NoError(s.t, o.err, o.messages)
	require.Empty(s.t, o.steps, "a preview shows changes: %v", o.diffs)
	o = s.refresh()
	require.NoError(s.t, o.err, o.messages)
	require.Empty(s.t, o.steps, "a refresh shows changes: %v", o.diffs)
	o = s.preview()
	require.NoError(s.t, o.err, o.messages)
	require.Empty(s.t, o.steps, "a preview after a refresh shows changes: %v", o.diffs)
}

// state returns a resource from the state; it must exist.
func (s *stack) state(name string) *pkgresource.State {
	s.t.Helper()
	r := s.find(name)
	require.NotNil(s.t, r, "%s is not in the stack", name)
	return r
}

// find returns a resource from the state, or nil if it does not exist.
func (s *stack) find(name string) *pkgresource.State {
	if s.snap == nil {
		return nil
	}
	for _, r := range s.snap.Resources {
		if r.URN.Name() == name && !r.Delete && r.Custom && !strings.HasPrefix(string(r.Type), "pulumi:") {
			return r
		}
	}
	return nil
}

// output returns the plain value of an output, secret or not.
func (s *stack) output(name, property string) any {
	s.t.Helper()
	return plainValue(s.state(name).Outputs[resource.PropertyKey(property)])
}

// plainValue returns the Go value of a property, secret or not.
func plainValue(v resource.PropertyValue) any {
	if v.IsSecret() {
		return plainValue(v.SecretValue().Element)
	}
	return v.Mappable()
}

func (s *stack) run(op lt.TestOp, dry bool) outcome {
	s.t.Helper()
	o := outcome{steps: map[string][]display.StepOp{}, diffs: map[string][]string{}, outputs: map[string]props{}}
	program := slices.Clone(s.program) // a canceled program may still use it while the test continues
	runtime := deploytest.NewLanguageRuntimeF(func(_ plugin.RunInfo, m *deploytest.ResourceMonitor) error { return register(m, program, o.outputs) })
	loader := deploytest.NewProviderLoader(Name, semver.MustParse("0.1.0"), func() (plugin.Provider, error) { return s.plugin() })
	plan := &lt.TestPlan{
		Config:    s.stackConfig(),
		Decrypter: config.NopDecrypter,
		Options: lt.TestUpdateOptions{
			T: s.t, SkipDisplayTests: true, UpdateOptions: s.options,
			HostF: deploytest.NewPluginHostF(nil, nil, runtime, nil, nil, loader),
		},
	}
	s.mu.Lock()
	s.logs = nil
	s.mu.Unlock()
	watch := func(_ workspace.Project, _ deploy.Target, _ engine.JournalEntries, events []engine.Event, err error) error {
		o.read(events)
		return err
	}
	defer s.stopPlugins()
	snap, err := op.RunWithContextStep(s.ctx, plan.GetProject(), plan.GetTarget(s.t, s.snap), plan.Options, dry, plan.BackendClient, watch, "")
	o.err = err
	if snap == nil && !dry {
		s.t.Logf("no snapshot: %v", err)
	}
	s.mu.Lock()
	o.messages += strings.Join(s.logs, "\n")
	s.mu.Unlock()
	if !dry && snap != nil {
		s.snap = snap
	}
	return o
}

func (o *outcome) read(events []engine.Event) {
	for _, e := range events {
		switch p := e.Payload().(type) {
		case engine.ResourcePreEventPayload:
			o.step(p.Metadata)
		case engine.ResourceOutputsEventPayload:
			o.step(p.Metadata)
		case engine.DiagEventPayload:
			o.messages += p.Message + "\n"
		case engine.SummaryEventPayload:
			o.mayBeChanged = p.MaybeCorrupt
		}
	}
}

func (o *outcome) step(m engine.StepEventMetadata) {
	name := m.URN.Name()
	if m.Op == deploy.OpSame || m.Op == deploy.OpRead || m.Op == deploy.OpRefresh || strings.HasPrefix(string(m.Type), "pulumi:") {
		return
	}
	if n := o.steps[name]; len(n) == 0 || n[len(n)-1] != m.Op {
		o.steps[name] = append(n, m.Op)
		for path := range m.DetailedDiff {
			o.diffs[name] = append(o.diffs[name], path)
		}
	}
}

func (s *stack) stackConfig() config.Map {
	m := config.Map{}
	for key, value := range s.config {
		if key == "apiKey" {
			m[config.MustMakeKey(Name, key)] = config.NewSecureValue(value)
		} else {
			m[config.MustMakeKey(Name, key)] = config.NewValue(value)
		}
	}
	return m
}

// plugin starts the gRPC server of the provider and a server that receives its logs.
func (s *stack) plugin() (plugin.Provider, error) {
	logs := grpc.NewServer()
	rpc.RegisterEngineServer(logs, &engineLog{stack: s})
	host, err := comProvider.NewHostClient(s.serve(logs))
	if err != nil {
		return nil, err
	}
	server, err := newServerAt(host, s.now)
	if err != nil {
		return nil, err
	}
	if s.wrapServer != nil {
		s.wrapServer(server)
	}
	g := grpc.NewServer()
	rpc.RegisterResourceProviderServer(g, &cancelObserver{server, s})
	s.kill = func() { go g.Stop() }
	conn, err := grpc.NewClient(s.serve(g), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	p := plugin.NewProviderWithClient(nil, rpc.NewResourceProviderClient(conn), false)
	_, err = p.Handshake(context.Background(), plugin.ProviderHandshakeRequest{})
	s.plugins = append(s.plugins, func() { _ = conn.Close() })
	return p, err
}

// cancelObserver calls back after the engine has forwarded a Ctrl-C.
type cancelObserver struct {
	rpc.ResourceProviderServer
	stack *stack
}

func (c *cancelObserver) Cancel(ctx context.Context, in *emptypb.Empty) (*emptypb.Empty, error) {
	out, err := c.ResourceProviderServer.Cancel(ctx, in)
	if c.stack.onCancel != nil {
		c.stack.onCancel()
	}
	return out, err
}

func (s *stack) serve(g *grpc.Server) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(s.t, err)
	go func() { _ = g.Serve(l) }()
	s.plugins = append(s.plugins, g.Stop)
	return l.Addr().String()
}

// stopPlugins stops the servers of an operation, as the CLI does.
func (s *stack) stopPlugins() {
	for _, stop := range s.plugins {
		stop()
	}
	s.plugins = nil
}

// engineLog records the log messages that the provider sends to the user.
type engineLog struct {
	rpc.UnimplementedEngineServer
	stack *stack
}

func (e *engineLog) Log(_ context.Context, req *rpc.LogRequest) (*emptypb.Empty, error) {
	e.stack.mu.Lock()
	defer e.stack.mu.Unlock()
	e.stack.logs = append(e.stack.logs, fmt.Sprintf("%s: %s", strings.ToLower(req.Severity.String()), req.Message))
	return &emptypb.Empty{}, nil
}
