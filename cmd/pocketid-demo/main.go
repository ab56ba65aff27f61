// Command pocketid-demo runs the quick start (Pulumi.yaml) from the first preview to the destroy
// with the real Pulumi engine. It shows that a workload can get an access token by the federated
// identity that the quick start creates. It deletes everything that it creates.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func main() {
	root := flag.String("root", ".", "root `directory` of the repository, which contains Pulumi.yaml and bin/")
	cli := flag.String("cli", "", "`directory` of the Pulumi CLI and its YAML language host (default: those on the PATH)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	began := time.Now()
	if err := demo(ctx, *root, *cli); err != nil {
		fmt.Fprintln(os.Stderr, "\nThe demo failed:", err)
		os.Exit(1)
	}
	printf("\nThe demo succeeded in %.1f s. Nothing is left behind.", time.Since(began).Seconds())
}

// instance is the Pocket ID that the demo uses.
type instance struct {
	baseURL, apiKey string
	fake            bool
}

func demo(ctx context.Context, root, cli string) error {
	server, stop, err := connect()
	if err != nil {
		return err
	}
	defer stop()
	var w *workload
	if server.reachesLoopback() {
		if w, err = newWorkload(); err != nil {
			return err
		}
		defer w.close()
	} else {
		printf("The token exchange is skipped: Pocket ID at %s cannot fetch the keys of an issuer on this machine's loopback address.", server.baseURL)
	}
	project, err := newProject(root, cli, server)
	if err != nil {
		return err
	}
	defer project.remove()
	return runLifecycle(ctx, project, server, w)
}

// runLifecycle creates, checks and destroys the stack. After a failure it destroys what was created.
func runLifecycle(ctx context.Context, project *project, server instance, w *workload) (err error) {
	// Group names are unique, and a real server may have a group "developers".
	group := "developers-" + strings.ToLower(rand.Text()[:6])
	config := map[string]string{"groupName": group}
	if w != nil {
		config["workflowIssuer"], config["workflowJwksUrl"] = w.issuer, w.issuer+"/keys"
	}
	if err := project.initStack(ctx, config); err != nil {
		return err
	}
	if err := project.pulumi(ctx, "Preview", "preview"); err != nil {
		return err
	}
	destroyed := false
	defer func() {
		if destroyed || err == nil {
			return
		}
		if cleanUpErr := project.cleanUp(); cleanUpErr != nil {
			err = fmt.Errorf("%w\nThe cleanup also failed (%w): Pocket ID may still contain the group %s and the clients Wiki, Dashboard and Deployment", err, cleanUpErr, group)
		}
	}()
	outputs, err := createStack(ctx, project)
	if err != nil {
		return err
	}
	if w != nil {
		err := w.expectAccess(ctx, server.baseURL, outputs)
		switch {
		case err != nil && !server.fake && !w.fetched.Load():
			printf("    The token exchange is skipped: Pocket ID cannot fetch the keys of an issuer on this machine's loopback address. It may run in a container.")
			w = nil
		case err != nil:
			return err
		}
	}
	if err := project.pulumi(ctx, "Delete everything", "destroy", "--yes", "--skip-preview"); err != nil {
		return err
	}
	destroyed = true
	if w != nil {
		return w.expectNoAccess(ctx, server.baseURL, outputs)
	}
	return nil
}

// createStack creates the resources, checks that neither a second update nor a refresh finds a
// change, and returns the outputs.
func createStack(ctx context.Context, project *project) (map[string]string, error) {
	for _, step := range []struct {
		description, command string
		flags                []string
	}{
		{"Create the resources", "up", nil},
		{"Update again, expecting no changes", "up", []string{"--expect-no-changes"}},
		{"Refresh, expecting no changes", "refresh", []string{"--expect-no-changes"}},
	} {
		flags := append([]string{"--yes", "--skip-preview"}, step.flags...)
		if err := project.pulumi(ctx, step.description, step.command, flags...); err != nil {
			return nil, err
		}
	}
	return project.outputs(ctx)
}

// connect returns the Pocket ID that the environment variables name, or else starts an in-memory one.
func connect() (instance, func(), error) {
	configured := instance{baseURL: strings.TrimRight(os.Getenv("POCKETID_BASE_URL"), "/"), apiKey: os.Getenv("POCKETID_API_KEY")}
	if configured.baseURL != "" && configured.apiKey != "" {
		printf("Working on the Pocket ID at %s. The demo creates objects there and deletes them at the end.", configured.baseURL)
		return configured, func() {}, nil
	}
	if configured.baseURL != "" || configured.apiKey != "" {
		return instance{}, nil, errors.New("set both POCKETID_BASE_URL and POCKETID_API_KEY to use a real Pocket ID, or neither to use an in-memory one")
	}
	key := rand.Text()
	handler, err := fake.New(fake.Options{APIKey: key})
	if err != nil {
		return instance{}, nil, err
	}
	address, stop, err := serve(handler)
	if err != nil {
		return instance{}, nil, err
	}
	printf("Working on an in-memory Pocket ID at %s. To use a real one, set POCKETID_BASE_URL and POCKETID_API_KEY.", address)
	return instance{address, key, true}, stop, nil
}

// reachesLoopback reports whether the server can fetch keys from this machine's loopback address.
func (i instance) reachesLoopback() bool {
	u, err := url.Parse(i.baseURL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return i.fake || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// serve serves on a free loopback port.
func serve(handler http.Handler) (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}

func printf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
