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
	file, n, err := record(server, "tests/testdata")
	if err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
	fmt.Printf("%d exchanges in %s\n", n, file)
}

// record writes the recording of a server below a directory of recordings.
func record(server script.Server, dir string) (file string, n int, err error) {
	if server.URL == "" || server.APIKey == "" {
		return "", 0, fmt.Errorf("POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY must name a server")
	}
	version, err := newServer(server)
	if err != nil {
		return "", 0, err
	}
	steps, err := script.Requests()
	if err != nil {
		return "", 0, err
	}
	all, err := server.Run(steps)
	if err != nil {
		return "", 0, err
	}
	file = filepath.Join(dir, version, "recordings.jsonl")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", 0, err
	}
	return file, len(all), os.WriteFile(file, lines(script.Scrubbed(all, server)), 0o644)
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
