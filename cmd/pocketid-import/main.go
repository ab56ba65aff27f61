// Command pocketid-import writes all objects of a Pocket ID instance to a file for
// `pulumi import --file`.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/connection"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pocketid-import:", err)
		os.Exit(1)
	}
}

const usage = `pocketid-import writes all objects of a Pocket ID instance to a file for "pulumi import --file".

  pocketid-import -out import.json
  pulumi import --file import.json --out program.ts

It reads the address and the API key from POCKETID_BASE_URL and POCKETID_API_KEY, or from the flags. It changes nothing.
The file does not contain:
  - secrets.
  - users and groups that come from LDAP, because Pocket ID does not allow changes to them. Their custom claims are included.
  - clients with a client ID metadata document, because the document defines their settings.

In the program that it generates, "pulumi import" replaces a string that equals the id or the name of another object by a
reference to that object. Check these references before you use the program.

`

// options are the values of the flags.
type options struct {
	settings      connection.Settings
	keyFile       string
	headersFile   string
	out           string
	only, exclude typeList

	terraformState, pulumiState string // files to migrate from
	secretsFile                 string
}

// validate reports flags that contradict each other.
func (o options) validate() error {
	migrates := o.terraformState != "" || o.pulumiState != ""
	switch {
	case o.terraformState != "" && o.pulumiState != "":
		return errors.New("-from-terraform-state and -from-pulumi-state cannot be combined")
	case migrates && len(o.only)+len(o.exclude) > 0:
		return errors.New("-only and -exclude cannot be combined with a state, which decides what is imported")
	case !migrates && o.secretsFile != "":
		return errors.New("-secrets-file requires -from-terraform-state or -from-pulumi-state: Pocket ID never shows a secret again")
	}
	return nil
}

func parseFlags(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("pocketid-import", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&o.settings.BaseURL, "base-url", "", "`URL` of the instance (default: POCKETID_BASE_URL)")
	flags.StringVar(&o.keyFile, "api-key-file", "", "`file` that contains the API key (default: the key in POCKETID_API_KEY)")
	flags.StringVar(&o.settings.Transport.CACertificate, "ca-certificate", "", "PEM `file` with certificate authorities to trust in addition to the system's")
	flags.StringVar(&o.settings.Transport.ClientCertificate, "client-certificate", "", "PEM `file` with the client certificate for mutual TLS; requires -client-key")
	flags.StringVar(&o.settings.Transport.ClientKey, "client-key", "", "PEM `file` with the private key of the client certificate")
	flags.StringVar(&o.headersFile, "headers-file", "", "`file` with headers to add to every request, one \"Name: value\" per line")
	flags.StringVar(&o.out, "out", "", "`file` to write (default: standard output)")
	managed := managedByOthers()
	flags.Var(&o.only, "only", "comma-separated `types` to list (default: all except "+managed.String()+", which other resources in the file already manage)")
	flags.Var(&o.exclude, "exclude", "comma-separated `types` not to list")
	flags.StringVar(&o.terraformState, "from-terraform-state", "", "import what this state `file` of the Terraform provider trozz/pocketid has (- for standard input)")
	flags.StringVar(&o.pulumiState, "from-pulumi-state", "", "import what this `file` of \"pulumi stack export\" has of the package pocket-id (- for standard input)")
	flags.StringVar(&o.secretsFile, "secrets-file", "", "write the client secrets of that state to this new `file`, as commands for the stack configuration")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}
	if err := o.validate(); err != nil {
		return o, err
	}
	o.settings.Transport.Headers, err = readHeaders(o.headersFile)
	return o, err
}

// connect connects to the instance. Its errors name the flags.
func (o options) connect(ctx context.Context) (*api.Conn, error) {
	if o.keyFile != "" {
		key, err := connection.ReadKeyFile(o.keyFile)
		if err != nil {
			return nil, fmt.Errorf("-api-key-file: %w", err)
		}
		o.settings.Key = connection.Key{Value: key, Origin: fmt.Sprintf("in the file %s (-api-key-file)", o.keyFile)}
	}
	conn, err := connection.Open(ctx, o.settings)
	switch {
	case errors.Is(err, connection.ErrNoAddress):
		return nil, fmt.Errorf("%w: pass -base-url or set POCKETID_BASE_URL", err)
	case errors.Is(err, connection.ErrNoKey):
		return nil, fmt.Errorf("%w: pass -api-key-file or set POCKETID_API_KEY", err)
	case err != nil:
		return nil, errors.New(settingsInError.ReplaceAllStringFunc(err.Error(), flagsOfSettings.Replace))
	}
	return conn, nil
}

// An error about settings begins with their names in the provider.
var (
	settingsInError = regexp.MustCompile(`^[a-zA-Z]+( and [a-zA-Z]+)?`)
	flagsOfSettings = strings.NewReplacer("caCertificate", "-ca-certificate", "clientCertificate", "-client-certificate", "clientKey", "-client-key", "headers", "-headers-file")
)

// run writes the import file to the path of -out, or to stdout, and reports progress on stderr.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	conn, err := o.connect(ctx)
	if err != nil {
		return err
	}
	if o.terraformState != "" || o.pulumiState != "" {
		return migrate(ctx, o, conn, stdin, stdout, stderr)
	}
	selected, err := selectTypes(inventory.Types(), o.only, o.exclude)
	if err != nil {
		return err
	}
	// Reading can take minutes, so a wrong path is reported before.
	if _, err := os.Stat(filepath.Dir(o.out)); err != nil {
		return err
	}
	ticker := time.NewTicker(10 * time.Second)
	defer ticker.Stop()
	r := reader{conn: conn, progress: stderr, ticks: ticker.C}
	objects, err := r.read(ctx, selected, typesForLDAPOwners(o.only, o.exclude))
	if err != nil {
		return err
	}
	warnAboutSameNames(objects, stderr)
	return writeImportFile(newFile(objects, resourceNames(objects)), o.out, stdout, stderr)
}

// migrate writes the import file of the objects in the state of another tool, with the names that they have there.
func migrate(ctx context.Context, o options, conn *api.Conn, stdin io.Reader, stdout, stderr io.Writer) error {
	path, parse := o.terraformState, parseTerraformState
	if o.pulumiState != "" {
		path, parse = o.pulumiState, parsePulumiState
	}
	state, err := readState(path, stdin, parse)
	if err != nil {
		return err
	}
	for _, note := range state.notes {
		fmt.Fprintln(stderr, "# skipped:", note)
	}
	found, err := existing(ctx, conn, state, stderr)
	if err != nil {
		return err
	}
	names := stateNames(found)
	secrets, err := verifiedSecrets(ctx, conn, found, names, stderr)
	if err != nil {
		return err
	}
	switch {
	case len(secrets) == 0:
	case o.secretsFile == "":
		fmt.Fprintf(stderr, "# the state has %d client secrets: add -secrets-file to keep their values\n", len(secrets))
	default:
		if err := writeSecrets(o.secretsFile, secrets); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "%d client secrets: run `sh %s`, set the properties that it names, and delete it\n", len(secrets), o.secretsFile)
	}
	return writeImportFile(newStateFile(found, names), o.out, stdout, stderr)
}

func writeImportFile(f *file, path string, stdout, stderr io.Writer) error {
	if err := f.write(path, stdout); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "%s\nnext: pulumi import --file %s --out <program>\n", f.summary(), cmp.Or(path, "<file>"))
	return nil
}

func warnAboutSameNames(objects []inventory.Object, stderr io.Writer) {
	pairs := sameNamePairs(objects)
	if len(pairs) == 0 {
		return
	}
	more := ""
	if n := len(pairs) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more pairs)", n)
	}
	fmt.Fprintf(stderr, "# %s and %s have the same name%s. Pulumi generates a reference from each to the other. Because of that cycle, it then writes plain IDs instead of references in the whole program.\n",
		pairs[0][0], pairs[0][1], more)
}

// readHeaders reads a file of headers. Values may be secrets, so that no error contains one.
func readHeaders(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	headers := map[string]string{}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		name, value, ok := strings.Cut(line, ":")
		switch name = strings.TrimSpace(name); {
		case strings.TrimSpace(line) == "":
		case !ok || name == "":
			return nil, fmt.Errorf("%s:%d: must have the form \"Name: value\"", path, number)
		default:
			headers[name] = strings.TrimSpace(value)
		}
	}
	return headers, nil
}
