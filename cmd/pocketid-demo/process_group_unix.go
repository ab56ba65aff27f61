//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// setProcessGroup keeps a Ctrl-C in the terminal from reaching the CLI. The demo sends it one
// signal itself, and on a second one the CLI would stop without waiting for running operations.
func setProcessGroup(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
