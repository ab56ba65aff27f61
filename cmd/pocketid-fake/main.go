// Command pocketid-fake runs an in-memory Pocket ID server, to try the provider
// without a real server. It stores nothing on disk. See package provider/fake.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pocketid-fake:", err)
		os.Exit(1)
	}
}

// run serves requests until ctx is done.
func run(ctx context.Context, args []string, env func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("pocketid-fake", flag.ContinueOnError)
	flags.SetOutput(out)
	addr := flags.String("addr", "127.0.0.1:1411", "address to listen on, as host:port; port 0 selects a free port")
	key := flags.String("api-key", env("POCKETID_API_KEY"), "API key that the server accepts; defaults to POCKETID_API_KEY, then to a random key")
	version := flags.String("version", "", "version of Pocket ID to imitate; defaults to the newest recorded version")
	issuer := flags.String("issuer", "", "issuer of the tokens, as a URL; defaults to the address of each request")
	seed := flags.String("seed", "", "path of a JSON file with objects that the server has from the start; see package provider/fake")
	remote := flags.Bool("allow-remote", false, "allow an address that other machines can reach")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := checkAddress(*addr, *remote); err != nil {
		return err
	}
	fmt.Fprintln(out, "pocketid-fake is an in-memory Pocket ID server for tests and demos: nothing is stored, and a restart deletes everything.")
	if *key == "" {
		*key = rand.Text()
		fmt.Fprintf(out, "API key: %s\n", *key)
	}
	options := fake.Options{APIKey: *key, Version: *version, Issuer: *issuer}
	if *seed != "" {
		var err error
		if options.Seed, err = readSeed(*seed); err != nil {
			return err
		}
	}
	handler, err := fake.New(options)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Listening on http://%s\n", listener.Addr())
	return serve(ctx, listener, handler)
}

func readSeed(path string) (*fake.Seed, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	seed, err := fake.ReadSeed(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return seed, nil
}

// checkAddress returns an error for an address that other machines can reach,
// unless allowRemote is true. The fake is not protected well enough for a network:
// it has a single API key and no rate limit.
func checkAddress(addr string, allowRemote bool) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("-addr must be host:port: %w", err)
	}
	if ip := net.ParseIP(host); allowRemote || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("other machines can reach %q; use a loopback address, or set -allow-remote to permit this", addr)
}

// serve serves requests until ctx is done, and then waits up to 5 seconds for the
// current requests to finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	serveErr := make(chan error, 1)
	go func() { serveErr <- server.Serve(listener) }()
	select {
	case err := <-serveErr:
		return err
	case <-ctx.Done():
	}
	shutdownCtx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Shutdown(shutdownCtx)
}
