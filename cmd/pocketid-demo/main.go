// Command pocketid-demo runs the quick start (Pulumi.yaml) from the first
// preview to the destroy with the real Pulumi engine, and shows that the
// federated identity it makes lets a workload in. It leaves nothing behind.
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
	root := flag.String("root", ".", "the root of the repository: Pulumi.yaml and bin/ are there")
	cli := flag.String("cli", "", "the folder of the Pulumi CLI and its YAML host; those on the PATH if empty")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	began := time.Now()
	if err := demo(ctx, *root, *cli); err != nil {
		fmt.Fprintln(os.Stderr, "\nThe demo failed:", err)
		os.Exit(1)
	}
	say("\nThe demo is over after %.1f s. Nothing is left behind.", time.Since(began).Seconds())
}

// instance is the Pocket ID to work on.
type instance struct {
	baseURL, apiKey string
	fake            bool
}

func demo(ctx context.Context, root, cli string) error {
	server, stop, err := pocketID()
	if err != nil {
		return err
	}
	defer stop()
	var w *workload
	if server.reachesUs() {
		if w, err = newWorkload(); err != nil {
			return err
		}
		defer w.close()
	} else {
		say("Pocket ID at %s cannot reach this machine's loopback address for the keys of a local issuer, so the token exchange is left out.", server.baseURL)
	}
	project, err := newProject(root, cli, server)
	if err != nil {
		return err
	}
	defer project.remove()
	return play(ctx, project, server, w)
}

// play goes through the life of the stack.
func play(ctx context.Context, project *project, server instance, w *workload) (err error) {
	// Unique, because on a real server there may be developers already.
	group := "developers-" + strings.ToLower(rand.Text()[:6])
	settings := map[string]string{"groupName": group}
	if w != nil {
		settings["workflowIssuer"], settings["workflowJwksUrl"] = w.issuer, w.issuer+"/keys"
	}
	if err := project.prepare(ctx, settings); err != nil {
		return err
	}
	if err := project.pulumi(ctx, "See what would be made", "preview"); err != nil {
		return err
	}
	made := true
	defer func() {
		if !made || err == nil {
			return
		}
		if failed := project.cleanUp(); failed != nil {
			err = fmt.Errorf("%w\nand so did the destroy after it (%w): the group %s and the clients Wiki, Dashboard and Deployment may still be in Pocket ID", err, failed, group)
		}
	}()
	if err := project.pulumi(ctx, "Make it", "up", "--yes", "--skip-preview"); err != nil {
		return err
	}
	if err := project.pulumi(ctx, "Again: nothing may change", "up", "--yes", "--skip-preview", "--expect-no-changes"); err != nil {
		return err
	}
	if err := project.pulumi(ctx, "Read it back: nothing may differ", "refresh", "--yes", "--skip-preview", "--expect-no-changes"); err != nil {
		return err
	}
	outputs, err := project.outputs(ctx)
	if err != nil {
		return err
	}
	if w != nil {
		if err := w.mayEnter(ctx, server.baseURL, outputs); err != nil {
			return err
		}
	}
	if err := project.pulumi(ctx, "Take it away", "destroy", "--yes", "--skip-preview"); err != nil {
		return err
	}
	made = false
	if w != nil {
		return w.mayNotEnter(ctx, server.baseURL, outputs)
	}
	return nil
}

// pocketID is the real one that the environment names, or else a fake.
func pocketID() (instance, func(), error) {
	named := instance{baseURL: strings.TrimRight(os.Getenv("POCKETID_BASE_URL"), "/"), apiKey: os.Getenv("POCKETID_API_KEY")}
	if named.baseURL != "" && named.apiKey != "" {
		say("Working on the Pocket ID at %s: the demo's objects are made there, and deleted at the end.", named.baseURL)
		return named, func() {}, nil
	}
	if named.baseURL != "" || named.apiKey != "" {
		return instance{}, nil, errors.New("set both POCKETID_BASE_URL and POCKETID_API_KEY to work on a real Pocket ID, or neither to work on a fake one")
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
	say("Working on an in-memory Pocket ID at %s. POCKETID_BASE_URL and POCKETID_API_KEY would name a real one.", address)
	return instance{address, key, true}, stop, nil
}

// reachesUs tells whether the server can fetch keys from this machine's
// loopback address.
func (i instance) reachesUs() bool {
	u, err := url.Parse(i.baseURL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return i.fake || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// serve listens on a free loopback port.
func serve(handler http.Handler) (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}

func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }
