// Command pocketid-import reads a Pocket ID instance and writes a file for
// `pulumi import --file` with everything in it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pocketid-import:", err)
		os.Exit(1)
	}
}

const usage = `pocketid-import writes a file for "pulumi import --file" with everything that a Pocket ID instance has.

  pocketid-import -out import.json
  pulumi import --file import.json --out program.ts

The instance and its API key come from POCKETID_BASE_URL and POCKETID_API_KEY, or from the flags. Nothing is changed, and no secret is
written. Users and groups that come from LDAP are left out, since they cannot be changed (but not their custom claims), and so are clients that describe themselves.
Of a text that equals the id or the name of one other object, Pulumi writes that it refers to it: read the program before you use it.

`

// run writes the file to out, or to the path of -out, and tells people on notes
// how it goes.
func run(ctx context.Context, args []string, out, notes io.Writer) (err error) {
	flags := flag.NewFlagSet("pocketid-import", flag.ContinueOnError)
	flags.SetOutput(notes)
	flags.Usage = func() {
		fmt.Fprint(notes, usage)
		flags.PrintDefaults()
	}
	var config provider.Config
	flags.StringVar(&config.BaseURL, "base-url", "", "address of the instance; POCKETID_BASE_URL if empty")
	flags.StringVar(&config.APIKeyFile, "api-key-file", "", "file that holds the API key; POCKETID_API_KEY if empty")
	flags.StringVar(&config.CACertificate, "ca-certificate", "", "authorities to trust beside the system's, as the path of a PEM file")
	flags.StringVar(&config.ClientCertificate, "client-certificate", "", "certificate to present (mutual TLS), as the path of a PEM file; needs -client-key")
	flags.StringVar(&config.ClientKey, "client-key", "", "its private key, as the path of a PEM file")
	headers := flags.String("headers-file", "", "file with headers to add to every request, each on a line such as CF-Access-Client-Id: id")
	path := flags.String("out", "", "where to write the file; standard output if empty")
	var only, exclude types
	flags.Var(&only, "only", "types to list, separated by commas; all but "+fmt.Sprint(parts())+" if empty, which other types already say")
	flags.Var(&exclude, "exclude", "types to leave out, separated by commas")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("there is no argument %q; see -help", flags.Arg(0))
	}
	if config.Headers, err = headersIn(*headers); err != nil {
		return err
	}
	inventory, err := provider.NewInventory(config)
	if err != nil {
		return err
	}
	chosen, err := choose(inventory.Types(), only, exclude)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Dir(*path)); err != nil { // reading may take long
		return err
	}
	patience := time.NewTicker(10 * time.Second)
	defer patience.Stop()
	file, err := read(ctx, inventory, chosen, claimsOfOthers(only, exclude), notes, patience.C)
	if err != nil {
		return err
	}
	return file.write(*path, out, notes)
}

// headersIn reads a file of headers. Their values may be secrets, and are in no error.
func headersIn(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	headers := map[string]string{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		name, value, ok := strings.Cut(line, ":")
		switch name = strings.TrimSpace(name); {
		case strings.TrimSpace(line) == "":
		case !ok || name == "":
			return nil, fmt.Errorf("%s:%d: must be of the form Name: value", path, n)
		default:
			headers[name] = strings.TrimSpace(value)
		}
	}
	return headers, nil
}
