package provider

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// keyProgram returns a command that runs TestKeyProgram in another process.
func keyProgram(t *testing.T, arguments ...string) []string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return append([]string{self, "-test.run=^TestKeyProgram$", "--"}, arguments...)
}

// TestKeyProgram is the program of the other tests. It does nothing without arguments.
func TestKeyProgram(t *testing.T) {
	switch arguments := flag.Args(); {
	case len(arguments) == 0:
		t.Skip("not started by another test")
	case arguments[0] == "print":
		fmt.Printf("\n  %s \n\n", arguments[1])
	case arguments[0] == "count": // and print
		file, err := os.OpenFile(arguments[1], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		_, err = file.WriteString("x")
		require.NoError(t, err)
		fmt.Println(arguments[2])
	case arguments[0] == "fail":
		fmt.Println("printed-and-secret")
		fmt.Fprintf(os.Stderr, "\x1b[31mthe vault is\nlocked: printed-and-secret %s %s\n", arguments[1], strings.Repeat("x", 1000))
		os.Exit(3)
	}
	os.Exit(0)
}

func commandConfig(t *testing.T, command []string) string {
	t.Helper()
	quoted := make([]string, len(command))
	for i, argument := range command {
		quoted[i] = fmt.Sprintf("%q", argument)
	}
	return "[" + strings.Join(quoted, ",") + "]"
}

func TestKeyFromACommand(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	s := newConnectedStack(t, instance, map[string]string{"apiKey": "", "apiKeyCommand": commandConfig(t, keyProgram(t, "print", instance.key))})
	s.requireLifecycle()
}

func TestKeyCommandRunsOncePerOperation(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	path := filepath.Join(t.TempDir(), "runs")
	s := newConnectedStack(t, instance, map[string]string{"apiKey": "", "apiKeyCommand": commandConfig(t, keyProgram(t, "count", path, instance.key))})
	for n := range 10 {
		s.declare("Group", fmt.Sprint("group", n), map[string]any{"name": uniqueName("group"), "friendlyName": "Group"})
	}
	for _, operation := range []func() outcome{s.up, s.refresh, s.preview, s.destroy} {
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.NoError(t, operation().err)
		runs, err := os.ReadFile(path)
		require.NoError(t, err)
		require.LessOrEqual(t, len(runs), 1)
	}
	runs, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Len(t, runs, 1, "destroy needs the key")
}

func TestKeyFromACommandIsNotInTheState(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	path := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(path, []byte(instance.key+"\n"), 0o600))
	s := newConnectedStack(t, instance, map[string]string{"apiKey": "", "apiKeyCommand": commandConfig(t, []string{"cat", path})})
	s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": "Developers"})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	for _, r := range s.snap.Resources {
		require.NotContains(t, fmt.Sprint(r.Inputs, r.Outputs), instance.key, r.URN)
	}
}

func TestFailuresOfTheKeyCommandDoNotShowTheKey(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	for want, command := range map[string][]string{
		"failed: exit status 3: [31mthe vault is locked: [secret] [secret] xxx": keyProgram(t, "fail", "argument-and-secret"),
		"printed nothing":              keyProgram(t, "print", ""),
		"/no/such/program failed":      {"/no/such/program"},
		"spaces or characters that no": keyProgram(t, "print", "two words"),
	} {
		text := newConnectedStack(t, instance, map[string]string{"apiKey": "", "apiKeyCommand": commandConfig(t, command)}).requireCreateFails(want)
		require.NotContains(t, text, "and-secret")
		require.NotContains(t, text, "two words")
		require.NotContains(t, text, strings.Repeat("x", 300), "the error output is not shortened")
	}
}

func TestKeyCommandCannotBeCombined(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	path := writeTempFile(t, instance.key)
	for _, config := range []map[string]string{
		{"apiKeyCommand": `["cat","x"]`},
		{"apiKey": "", "apiKeyFile": path, "apiKeyCommand": `["cat","x"]`},
	} {
		newConnectedStack(t, instance, config).requireCreateFails("apiKeyCommand", "cannot be set together with")
	}
	newConnectedStack(t, instance, map[string]string{"apiKey": "", "apiKeyCommand": `["", "x"]`}).requireCreateFails("apiKeyCommand", "must begin with a program")
	newConnectedStack(t, instance, map[string]string{"apiKeyCommand": `[]`}).requireLifecycle() // as if it was not set
}
