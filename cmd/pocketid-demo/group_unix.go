//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// inOwnGroup keeps the terminal's Ctrl-C from the CLI: it gets one signal from
// us. At a second one it would drop everything.
func inOwnGroup(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
