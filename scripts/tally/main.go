// Command tally runs `go test` with its arguments and shows what failed and how
// each package ended. It adds what it counted, as "passed failed skipped", to
// the file that the first argument names.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: tally FILE GO-TEST-ARGUMENTS")
		os.Exit(2)
	}
	ok, err := run(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

func run(file string, args []string) (ok bool, err error) {
	command := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := command.Start(); err != nil {
		return false, err
	}
	count := read(out, os.Stdout)
	ended := command.Wait()
	var exit *exec.ExitError
	if ended != nil && !errors.As(ended, &exit) {
		return false, ended
	}
	if ended != nil && count.failed == 0 {
		count.failed++ // go test failed in a way that no test names
	}
	sums, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return false, err
	}
	_, err = fmt.Fprintln(sums, count.passed, count.failed, count.skipped)
	return ended == nil, errors.Join(err, sums.Close())
}

// event is a line of `go test -json`.
type event struct {
	Action, Package, Test, Output, ImportPath string
}

type counts struct{ passed, failed, skipped int }

// read counts tests, subtests included, and shows the words of those that
// failed, the closing line of each package, and why a build failed.
func read(in io.Reader, out io.Writer) counts {
	var count counts
	said := map[string][]string{} // by package and test
	failed := map[string]bool{}   // packages with a test that failed
	alive := newTicker(out)
	defer alive.stop()
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return count
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			alive.print(string(line)) // go itself speaks plainly at times
			continue
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "output":
			if e.Test == "" && closing(e.Output) {
				alive.print(e.Output)
				continue
			}
			if !strings.HasPrefix(e.Output, "=== ") { // RUN, PAUSE, CONT
				said[key] = append(said[key], e.Output)
			}
		case "build-output":
			alive.print(e.Output)
		case "pass", "fail", "skip":
			if e.Test == "" {
				// A package can fail without a test: it does not build, or panics.
				if e.Action == "fail" && !failed[e.Package] {
					count.failed++
					alive.print(strings.Join(said[key], ""))
				}
				continue
			}
			switch e.Action {
			case "pass":
				count.passed++
			case "skip":
				count.skipped++
				alive.print("skipped: " + e.Test + ": " + reason(said[key]))
			case "fail":
				count.failed++
				failed[e.Package] = true
				alive.print(strings.Join(said[key], ""))
			}
			delete(said, key)
		}
	}
}

func closing(line string) bool {
	for _, start := range []string{"ok  \t", "FAIL\t", "?   \t", "---"} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return strings.Contains(line, "[no test files]") || strings.Contains(line, "coverage:")
}

// reason is what a skipped test said between go test's own lines.
func reason(said []string) string {
	var words []string
	for _, line := range said {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "--- ") {
			words = append(words, line)
		}
	}
	return strings.Join(words, " ") + "\n"
}

// ticker says that work goes on when nothing was printed for a while.
type ticker struct {
	out   io.Writer
	words chan string
	done  chan struct{}
}

func newTicker(out io.Writer) ticker {
	t := ticker{out, make(chan string), make(chan struct{})}
	began := time.Now()
	go func() {
		defer close(t.done)
		for {
			select {
			case words, open := <-t.words:
				if !open {
					return
				}
				fmt.Fprint(out, words)
			case <-time.After(15 * time.Second):
				fmt.Fprintf(out, "... %.0f s, compiling or testing\n", time.Since(began).Seconds())
			}
		}
	}()
	return t
}

func (t ticker) print(words string) { t.words <- words }

func (t ticker) stop() {
	close(t.words)
	<-t.done
}
