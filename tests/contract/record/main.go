// Command record asks a running Pocket ID what the contract tests replay, and
// writes what it answers. The server must be a new one that nobody needs.
//
//	POCKETID_TEST_BASE_URL=http://127.0.0.1:1411 POCKETID_TEST_API_KEY=… go run ./tests/contract/record
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/contract/script"
)

func main() {
	server := script.Server{URL: os.Getenv("POCKETID_TEST_BASE_URL"), APIKey: os.Getenv("POCKETID_TEST_API_KEY")}
	if err := record(server, "tests/testdata"); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

// record writes the recordings of a server below a directory of recordings.
func record(server script.Server, dir string) error {
	if server.URL == "" || server.APIKey == "" {
		return fmt.Errorf("POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY must name a server")
	}
	version, err := newServer(server)
	if err != nil {
		return err
	}
	dir = filepath.Join(dir, version)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, one := range []struct {
		file  string
		steps func() ([]script.Step, error)
	}{{"recordings.jsonl", script.Requests}, {"probes.jsonl", script.Probes}} {
		steps, err := one.steps()
		if err != nil {
			return err
		}
		all, err := server.Run(steps)
		if err != nil {
			return err
		}
		file := filepath.Join(dir, one.file)
		if err := os.WriteFile(file, lines(script.Scrubbed(all, server)), 0o644); err != nil {
			return err
		}
		fmt.Printf("%d exchanges in %s\n", len(all), file)
	}
	return nil
}

// newServer returns the version of a server that has no clients yet.
func newServer(server script.Server) (version string, err error) {
	e, err := server.Ask(script.Exchange{Method: "GET", Path: "/api/version/current"})
	if err != nil {
		return "", err
	}
	body, _ := e.Response.(map[string]any)
	version, ok := body["currentVersion"].(string)
	if !ok {
		return "", fmt.Errorf("the server does not tell its version: %d %v", e.Status, e.Response)
	}
	e, err = server.Ask(script.Exchange{Method: "GET", Path: "/api/oidc/clients"})
	if err != nil {
		return "", err
	}
	body, _ = e.Response.(map[string]any)
	if clients, ok := body["data"].([]any); !ok || len(clients) > 0 {
		return "", fmt.Errorf("the server has clients; recording wants a new one, and leaves things on it")
	}
	return version, nil
}

func lines(all []script.Exchange) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, e := range all {
		if err := encoder.Encode(e); err != nil {
			panic(err) // it came from JSON
		}
	}
	return out.Bytes()
}
