package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"
)

// plugin is a running provider process, without an engine.
type plugin struct {
	rpc.ResourceProviderClient
	command *exec.Cmd
	started time.Duration // from the start of the process to its port
	close   func()
}

// startPlugin starts a plugin as the engine does, and connects to it.
func startPlugin(ctx context.Context, binary string) (*plugin, error) {
	ctx, cancel := context.WithCancel(ctx)
	// Without the address of an engine, the plugin serves until its input ends.
	command := exec.CommandContext(ctx, binary)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	began := time.Now()
	if err := command.Start(); err != nil {
		cancel()
		return nil, err
	}
	port, err := bufio.NewReader(out).ReadString('\n')
	started := time.Since(began)
	stop := func() {
		cancel()
		_ = command.Wait() // it was killed
	}
	if err != nil {
		stop()
		return nil, fmt.Errorf("%s printed no port: %w", filepath.Base(binary), err)
	}
	conn, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(400<<20)))
	if err != nil {
		stop()
		return nil, err
	}
	return &plugin{rpc.NewResourceProviderClient(conn), command, started, func() {
		_ = conn.Close()
		stop()
	}}, nil
}

// configure connects the plugin to a server.
func (p *plugin) configure(ctx context.Context, baseURL, key string, parallel int) error {
	args, err := structpb.NewStruct(map[string]any{"baseUrl": baseURL, "apiKey": key, "maxConcurrentRequests": float64(parallel)})
	if err != nil {
		return err
	}
	_, err = p.Configure(ctx, &rpc.ConfigureRequest{Args: args, AcceptSecrets: true, AcceptResources: true, SendsOldInputs: true})
	return err
}

var errNoMemory = errors.New("this system does not report the memory of a process")

// memory returns the current and the peak memory of the process in MB.
func (p *plugin) memory() (now, peak float64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, 0, errNoMemory
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kilobytes, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "VmRSS:":
			now = kilobytes / 1024
		case "VmHWM:":
			peak = kilobytes / 1024
		}
	}
	if peak == 0 {
		return 0, 0, errNoMemory
	}
	return now, peak, nil
}

// build compiles a command of this repository as it is released.
func build(ctx context.Context, root, dir, pkg string) (string, error) {
	binary := filepath.Join(dir, filepath.Base(pkg))
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, pkg)
	command.Dir = root
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", pkg, err, out)
	}
	return binary, nil
}
