package connection

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
	"unicode"
)

const (
	// keyCommandTimeout is how long a program may take to print the API key. It may ask the
	// user to unlock a password manager.
	keyCommandTimeout = 60 * time.Second
	// keyCommandLimit is how many characters of a program's error output a message repeats.
	keyCommandLimit = 300
)

// runKeyCommand runs a program without a shell and returns what it prints, without
// whitespace around it. Neither the output nor the arguments are in an error: both may be
// secret.
func runKeyCommand(ctx context.Context, command []string, timeout time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	program := exec.CommandContext(ctx, command[0], command[1:]...)
	program.WaitDelay = time.Second // if it is killed, a process that it started may still hold its output open
	var out, errorOutput bytes.Buffer
	program.Stdout, program.Stderr = &out, &errorOutput
	err := program.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // the program has succeeded; only a process that it left behind, such as an agent, still holds its output open
	}
	key := strings.TrimSpace(out.String())
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "", fmt.Errorf("%s printed no key within %v", command[0], timeout)
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", fmt.Errorf("%s failed: %w%s", command[0], err, quoteErrorOutput(errorOutput.String(), append(strings.FieldsFunc(key, isLineEnd), command[1:]...)))
	case key == "":
		return "", fmt.Errorf("%s printed nothing%s", command[0], quoteErrorOutput(errorOutput.String(), command[1:]))
	}
	return key, nil
}

func isLineEnd(r rune) bool { return r == '\n' || r == '\r' }

// quoteErrorOutput returns the error output of a program on one line, without the secrets.
func quoteErrorOutput(text string, secrets []string) string {
	for _, secret := range secrets {
		if len(secret) >= 4 {
			text = strings.ReplaceAll(text, secret, "[secret]")
		}
	}
	printable := func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}
	text = strings.Join(strings.Fields(strings.Map(printable, strings.ToValidUTF8(text, ""))), " ")
	if runes := []rune(text); len(runes) > keyCommandLimit {
		text = string(runes[:keyCommandLimit]) + "…"
	}
	if text == "" {
		return ""
	}
	return ": " + text
}
