// Command record sends the requests of the contract tests to a running Pocket ID server and
// writes the responses to tests/testdata. Use a new throw-away server.
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

// record writes the recordings of a server to a folder of dir that is named after its version.
func record(server script.Server, dir string) error {
	if server.URL == "" || server.APIKey == "" {
		return fmt.Errorf("POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY must be set")
	}
	version, err := requireNewServer(server)
	if err != nil {
		return err
	}
	dir = filepath.Join(dir, version)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, recording := range []struct {
		file  string
		steps func() ([]script.Step, error)
	}{{"recordings.jsonl", script.Requests}, {"probes.jsonl", script.Probes}} {
		steps, err := recording.steps()
		if err != nil {
			return err
		}
		all, err := server.Run(steps)
		if err != nil {
			return err
		}
		file := filepath.Join(dir, recording.file)
		if err := os.WriteFile(file, lines(script.Scrub(all, server)), 0o644); err != nil {
			return err
		}
		fmt.Printf("wrote %d exchanges to %s\n", len(all), file)
	}
	return nil
}

// requireNewServer fails if the server has clients, and returns its version.
func requireNewServer(server script.Server) (version string, err error) {
	e, err := server.Do(script.Exchange{Method: "GET", Path: "/api/version/current"})
	if err != nil {
		return "", err
	}
	body, _ := e.Response.(map[string]any)
	version, ok := body["currentVersion"].(string)
	if !ok {
		return "", fmt.Errorf("the server did not return its version: %d %v", e.Status, e.Response)
	}
	e, err = server.Do(script.Exchange{Method: "GET", Path: "/api/oidc/clients"})
	if err != nil {
		return "", err
	}
	body, _ = e.Response.(map[string]any)
	if clients, ok := body["data"].([]any); !ok || len(clients) > 0 {
		return "", fmt.Errorf("the server already has clients: record from a new server, because recording leaves objects on it")
	}
	return version, nil
}

func lines(all []script.Exchange) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, e := range all {
		if err := encoder.Encode(e); err != nil {
			panic(err) // cannot happen: the values were decoded from JSON
		}
	}
	return out.Bytes()
}
