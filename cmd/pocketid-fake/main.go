// Command pocketid-fake is an in-memory Pocket ID, for people without a server
// at hand. Nothing is stored: a restart is a reset.
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

// run serves until ctx is done.
func run(ctx context.Context, args []string, env func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("pocketid-fake", flag.ContinueOnError)
	flags.SetOutput(out)
	addr := flags.String("addr", "127.0.0.1:1411", "where to listen; with port 0 a free one is taken")
	key := flags.String("api-key", env("POCKETID_API_KEY"), "the API key to accept; a random one if there is none, nor POCKETID_API_KEY")
	version := flags.String("version", "", "the version of Pocket ID to play; the newest that was measured if empty")
	issuer := flags.String("issuer", "", "what tokens are from; the address of each request if empty")
	remote := flags.Bool("allow-remote", false, "listen on addresses that other machines can reach")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := checkAddress(*addr, *remote); err != nil {
		return err
	}
	fmt.Fprintln(out, "pocketid-fake plays a Pocket ID for people without a server at hand: nothing is stored, a restart is a reset.")
	if *key == "" {
		*key = rand.Text()
		fmt.Fprintf(out, "API key: %s\n", *key)
	}
	handler, err := fake.New(fake.Options{APIKey: *key, Version: *version, Issuer: *issuer})
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

// checkAddress refuses an address that others could reach by mistake: there is
// no password here but one key, and no limit to trying.
func checkAddress(addr string, remote bool) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("-addr must be host:port: %w", err)
	}
	if ip := net.ParseIP(host); remote || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("%q can be reached from other machines; say -allow-remote if that is meant", addr)
}

// serve lets requests end that are under way when ctx is done.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Shutdown(patience)
}
