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

// said makes the inputs of a resource from plain Go values.
func said(m map[string]any) props { return resource.NewPropertyMapFromMap(m) }

// declared is a resource of a program.
type declared struct {
	typ, name string
	inputs    props
	options   deploytest.ResourceOptions
	// from takes inputs from other resources: input -> "name.output",
	// or "list[]" -> "name.output,other.output".
	from map[string]string
}

// stack is a program and its state, run by the real Pulumi engine in this process
// against our gRPC server. Nothing of it leaves the process but HTTP to a Pocket ID.
type stack struct {
	t        *testing.T
	pocketID *pocketID
	config   map[string]string
	program  []declared
	snap     *deploy.Snapshot
	options  engine.UpdateOptions
	// withProgram refreshes and destroys with the configuration as it is now, as
	// --run-program does, and not as it is in the state.
	withProgram bool
	ctx         context.Context  // ends when the user presses Ctrl-C
	now         func() time.Time // the provider's clock
	meddle      func(rpc.ResourceProviderServer)

	cancelled func() // the provider was told to cancel
	kill      func() // ends the plugin that runs now, at once
	plugins   []func()

	mu   sync.Mutex
	logs []string
}

// newStack is an empty stack on an instance.
func newStack(t *testing.T, on *pocketID) *stack {
	t.Helper()
	s := &stack{t: t, pocketID: on, config: map[string]string{"baseUrl": on.url, "apiKey": on.key, "startupTimeout": "2"}, ctx: context.WithoutCancel(t.Context()), now: time.Now}
	s.options.Parallel = 8
	return s
}

// declare adds a resource to the program, or changes it.
func (s *stack) declare(typ, name string, inputs map[string]any) *declared {
	for i := range s.program {
		if d := &s.program[i]; d.name == name && d.typ == typ {
			d.inputs = said(inputs)
			return d
		}
	}
	s.program = append(s.program, declared{typ: typ, name: name, inputs: said(inputs)})
	return &s.program[len(s.program)-1]
}

// drop takes a resource out of the program.
func (s *stack) drop(name string) {
	for i := range s.program {
		if s.program[i].name == name {
			s.program = append(s.program[:i:i], s.program[i+1:]...)
			return
		}
	}
	s.t.Fatalf("%s is not in the program", name)
}

// outcome is what an operation of the engine did.
type outcome struct {
	err   error
	steps map[string][]display.StepOp // by resource name, without "same" and reads
	diffs map[string][]string         // the properties that the engine showed, by resource name
	new   map[string]props            // outputs as the program sees them, unknown or not
	text  string                      // everything the engine told the user
}

func (s *stack) preview() outcome { return s.run(lt.TestOp(engine.Update), true) }
func (s *stack) up() outcome      { return s.run(lt.TestOp(engine.Update), false) }
func (s *stack) refresh() outcome {
	if !s.withProgram {
		return s.run(lt.TestOp(engine.Refresh), false)
	}
	s.options.RefreshProgram = true
	defer func() { s.options.RefreshProgram = false }()
	return s.run(lt.TestOp(engine.RefreshV2), false)
}

func (s *stack) destroy() outcome {
	if !s.withProgram {
		return s.run(lt.TestOp(engine.Destroy), false)
	}
	s.options.DestroyProgram = true
	defer func() { s.options.DestroyProgram = false }()
	return s.run(lt.TestOp(engine.DestroyV2), false)
}

// importing takes an object over as `pulumi import` does.
func (s *stack) importing(typ, name, id string) outcome {
	return s.run(lt.ImportOp([]deploy.Import{{Type: tokens.Type(Name + ":index:" + typ), Name: name, ID: resource.ID(id)}}), false)
}

// mustUp runs an update that succeeds.
func (s *stack) mustUp() outcome {
	s.t.Helper()
	o := s.up()
	require.NoError(s.t, o.err, o.text)
	return o
}

// steady requires that neither a preview nor a refresh shows anything.
func (s *stack) steady() {
	s.t.Helper()
	o := s.preview()
	require.NoError(s.t, o.err, o.text)
	require.Empty(s.t, o.steps, "a preview shows changes: %v", o.diffs)
	o = s.refresh()
	require.NoError(s.t, o.err, o.text)
	require.Empty(s.t, o.steps, "a refresh shows changes: %v", o.diffs)
	o = s.preview()
	require.NoError(s.t, o.err, o.text)
	require.Empty(s.t, o.steps, "a preview after a refresh shows changes: %v", o.diffs)
}

// state is a resource as the stack knows it.
func (s *stack) state(name string) *pkgresource.State {
	s.t.Helper()
	r := s.find(name)
	require.NotNil(s.t, r, "%s is not in the stack", name)
	return r
}

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

// output is one output of a resource, without its mark of secrecy.
func (s *stack) output(name, property string) any {
	s.t.Helper()
	return plainly(s.state(name).Outputs[resource.PropertyKey(property)])
}

func plainly(v resource.PropertyValue) any {
	if v.IsSecret() {
		return plainly(v.SecretValue().Element)
	}
	return v.Mappable()
}

func (s *stack) run(op lt.TestOp, dry bool) outcome {
	s.t.Helper()
	o := outcome{steps: map[string][]display.StepOp{}, diffs: map[string][]string{}, new: map[string]props{}}
	program := slices.Clone(s.program) // a cancelled program may still be at it when the test goes on
	runtime := deploytest.NewLanguageRuntimeF(func(_ plugin.RunInfo, m *deploytest.ResourceMonitor) error { return register(m, program, o.new) })
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
	o.text += strings.Join(s.logs, "\n")
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
			o.text += p.Message + "\n"
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

// register plays the program: each resource as soon as those it takes inputs from
// are there. What needs one that failed is left out.
func register(m *deploytest.ResourceMonitor, program []declared, seen map[string]props) error {
	type registered struct {
		done     chan struct{}
		response *deploytest.RegisterResourceResponse
	}
	all, named := make([]*registered, len(program)), map[string]*registered{}
	for i, d := range program {
		all[i] = &registered{done: make(chan struct{})}
		named[d.name] = all[i]
	}
	var running sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for i, d := range program {
		mine := all[i]
		running.Go(func() {
			defer close(mine.done)
			options := d.options
			options.Inputs = d.inputs.Copy()
			options.PropertyDeps = map[resource.PropertyKey][]resource.URN{}
			fail := func(err error) {
				mu.Lock()
				defer mu.Unlock()
				failed = err
			}
			for input, from := range d.from {
				var values []resource.PropertyValue
				key := resource.PropertyKey(strings.TrimSuffix(input, "[]"))
				for one := range strings.SplitSeq(from, ",") {
					name, output, _ := strings.Cut(one, ".")
					source := named[name]
					if source != nil {
						<-source.done
					}
					if source == nil || source.response == nil {
						fail(fmt.Errorf("%s has no outputs", name))
						return
					}
					value := source.response.Outputs[resource.PropertyKey(output)]
					if output == "id" {
						value = resource.NewProperty(string(source.response.ID))
						if source.response.ID == "" {
							value = resource.MakeComputed(resource.NewProperty(""))
						}
					}
					values = append(values, value)
					options.Dependencies = append(options.Dependencies, source.response.URN)
					options.PropertyDeps[key] = append(options.PropertyDeps[key], source.response.URN)
				}
				options.Inputs[key] = values[0]
				if strings.HasSuffix(input, "[]") {
					options.Inputs[key] = resource.NewProperty(values)
				}
			}
			res, err := m.RegisterResource(tokens.Type(Name+":index:"+d.typ), d.name, true, options)
			if err != nil {
				fail(err)
				return
			}
			mine.response = res
			mu.Lock()
			defer mu.Unlock()
			seen[d.name] = res.Outputs
		})
	}
	running.Wait()
	return failed
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

// plugin starts our gRPC server as a plugin of its own, and an engine for it to log to.
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
	if s.meddle != nil {
		s.meddle(server)
	}
	g := grpc.NewServer()
	rpc.RegisterResourceProviderServer(g, &cancelWatch{server, s})
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

// cancelWatch tells when the engine has passed a Ctrl-C on.
type cancelWatch struct {
	rpc.ResourceProviderServer
	stack *stack
}

func (c *cancelWatch) Cancel(ctx context.Context, in *emptypb.Empty) (*emptypb.Empty, error) {
	out, err := c.ResourceProviderServer.Cancel(ctx, in)
	if c.stack.cancelled != nil {
		c.stack.cancelled()
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

// stopPlugins ends what an operation has started, as the CLI does.
func (s *stack) stopPlugins() {
	for _, stop := range s.plugins {
		stop()
	}
	s.plugins = nil
}

// engineLog takes down what the provider tells the user.
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
