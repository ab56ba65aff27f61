package connection

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// program returns a command that runs TestProgram in another process.
func program(t *testing.T, arguments ...string) []string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return append([]string{self, "-test.run=^TestProgram$", "--"}, arguments...)
}

// TestProgram is the program of the other tests. It does nothing without arguments.
func TestProgram(t *testing.T) {
	switch flag.Arg(0) {
	case "":
		t.Skip("not started by another test")
	case "print":
		fmt.Printf("\r\n \t%s \n\n", flag.Arg(1))
	case "block":
		select {}
	case "leave": // a process that holds the output open
		command := program(t, "block")
		agent := exec.Command(command[0], command[1:]...)
		agent.Stdout = os.Stdout
		require.NoError(t, agent.Start())
		require.NoError(t, os.WriteFile(flag.Arg(1), []byte(strconv.Itoa(agent.Process.Pid)), 0o600))
		fmt.Println("the-key")
	case "fail":
		fmt.Println("the-first-line\nthe-second-line")
		fmt.Fprintln(os.Stderr, "cannot use the-second-line")
		os.Exit(1)
	}
	os.Exit(0)
}

func TestKeyCommandMayPrintWhitespaceAroundTheKey(t *testing.T) {
	t.Parallel()
	key, err := runKeyCommand(t.Context(), program(t, "print", "the-key"), time.Minute)
	require.NoError(t, err)
	require.Equal(t, "the-key", key)
	_, err = runKeyCommand(t.Context(), program(t, "print", ""), time.Minute)
	require.ErrorContains(t, err, "printed nothing")
}

func TestKeyCommandMustEnd(t *testing.T) {
	t.Parallel()
	command := program(t, "block")
	_, err := runKeyCommand(t.Context(), command, 200*time.Millisecond)
	require.ErrorContains(t, err, "printed no key within 200ms")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = runKeyCommand(ctx, command, time.Minute)
	require.ErrorIs(t, err, context.Canceled)
}

// A password manager may start an agent that goes on to run.
func TestKeyCommandMayLeaveAProcessBehind(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pid")
	key, err := runKeyCommand(t.Context(), program(t, "leave", file), time.Minute)
	pid, readErr := os.ReadFile(file)
	require.NoError(t, readErr)
	number, convErr := strconv.Atoi(string(pid))
	require.NoError(t, convErr)
	agent, findErr := os.FindProcess(number)
	require.NoError(t, findErr)
	require.NoError(t, agent.Kill(), "it must still run")
	require.NoError(t, err)
	require.Equal(t, "the-key", key)
}

func TestKeyCommandRedactsEachLineOfItsOutput(t *testing.T) {
	t.Parallel()
	_, err := runKeyCommand(t.Context(), program(t, "fail"), time.Minute)
	require.ErrorContains(t, err, "cannot use [secret]")
	require.NotContains(t, err.Error(), "-line")
}
