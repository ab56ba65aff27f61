package examples

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// rendering is what a browser shows of a Mermaid graph.
type rendering struct {
	Nodes   []string // the labels
	Edges   int
	Foreign []string // elements that Mermaid does not create, and that can only come from a label
	Error   string
}

// renderGraph renders a Mermaid graph in a browser. The test is skipped if there is none.
func renderGraph(t *testing.T, graph string) rendering {
	t.Helper()
	browser := findBrowser(t)
	mermaid, err := installMermaid()
	require.NoError(t, err)
	rendered := make(chan []byte, 1)
	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", serveFile(filepath.Join(mermaidPath(), "render.html")))
	pages.HandleFunc("GET /mermaid.js", serveFile(filepath.Join(mermaid, "node_modules", "mermaid", "dist", "mermaid.min.js")))
	pages.HandleFunc("GET /graph", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, graph) })
	pages.HandleFunc("POST /rendered", func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		rendered <- body
	})
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)

	exited := openPage(t, browser, server.URL)
	select {
	case body := <-rendered:
		var result rendering
		require.NoErrorf(t, json.Unmarshal(body, &result), "%s", body)
		require.Empty(t, result.Error)
		return result
	case err := <-exited:
		require.FailNow(t, "the browser exited", "%v", err)
	case <-time.After(3 * time.Minute):
		require.FailNow(t, "the browser rendered nothing")
	}
	return rendering{}
}

// findBrowser returns the command of Chromium or Chrome.
func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("rendering needs Chromium on the PATH")
	return ""
}

// openPage opens a page until the end of the test. The channel gets the error of a browser
// that exits before.
func openPage(t *testing.T, browser, url string) <-chan error {
	t.Helper()
	// The folder is deleted after all tests, because child processes may still write to it.
	profile, err := os.MkdirTemp(tools.scratch, "browser-")
	require.NoError(t, err)
	cmd := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+profile, url)
	require.NoError(t, cmd.Start())
	exited := make(chan error, 1)
	go func() {
		exited <- errors.Join(errors.New("before it sent a result"), cmd.Wait())
		close(exited)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		for range exited { // until the process has ended
		}
	})
	return exited
}

func serveFile(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) }
}

func mermaidPath() string { return filepath.Join(repository, "tests", "examples", "mermaid") }

// installMermaid installs Mermaid once for all tests and returns its folder.
var installMermaid = sync.OnceValues(func() (string, error) {
	var files []string
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
		files = append(files, filepath.Join(mermaidPath(), name))
	}
	key, err := hashFiles(files)
	if err != nil {
		return "", err
	}
	return fillCache("mermaid", key, func(fresh string) error {
		if err := copyFolder(mermaidPath(), fresh); err != nil {
			return err
		}
		return run(fresh, "installing Mermaid", "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	})
})
