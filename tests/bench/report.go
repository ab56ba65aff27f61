package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// report is what a run has measured, as Markdown.
type report struct{ text strings.Builder }

func (r *report) printf(format string, args ...any) { fmt.Fprintf(&r.text, format, args...) }

func (r *report) section(title, explanation string, columns ...string) {
	r.printf("\n## %s\n\n%s\n\n| %s |\n|%s\n", title, explanation, strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
}

func (r *report) row(cells ...any) {
	r.printf("|")
	for _, cell := range cells {
		switch v := cell.(type) {
		case time.Duration:
			r.printf(" %s |", milliseconds(v))
		case float64:
			r.printf(" %.2f |", v)
		default:
			r.printf(" %v |", v)
		}
	}
	r.printf("\n")
}

func milliseconds(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

// header tells when and where the numbers were measured.
func (r *report) header(o options) {
	load, _ := os.ReadFile("/proc/loadavg")
	r.printf("# Benchmarks\n\nWritten by `make bench` on %s, with %s on %d cores (%s), %d rounds. ", time.Now().UTC().Format(time.DateOnly), runtime.Version(), runtime.NumCPU(), processor(), o.rounds)
	if fields := strings.Fields(string(load)); len(fields) > 0 {
		r.printf("The load average at the start was %s. ", fields[0])
	}
	r.printf("Each number is the best of all rounds, which take turns between the compared programs. " +
		"Only the ratios are comparable between machines.\n\n" +
		"To repeat it, run `make bench` on an idle machine. With `POCKETID_TEST_BASE_URL` and `POCKETID_TEST_API_KEY`, it also measures a real server. It deletes what it creates there. " +
		"With the path of Terraform in `" + envTerraform + "` and that of the binary of its provider trozz/pocketid in `" + envTerraformProvider + "`, it also measures these.\n")
}

func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// best returns the smaller duration, of which zero is none.
func best(a, b time.Duration) time.Duration {
	if a == 0 {
		return b
	}
	return min(a, b)
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }
