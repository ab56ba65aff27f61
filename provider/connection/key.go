package connection

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// Key is the API key, or where to read it. The first of Command, File and Value that is set
// is used, or else the environment.
type Key struct {
	Command []string // prints the key
	File    string   // contains the key
	Value   string

	Origin string // where Value is from, for the error if it is refused: "in the configuration"
	Advice string // what that error adds
}

// read returns the key as a Value with its Origin. It is empty if nothing has a key.
func (k Key) read(ctx context.Context) (Key, error) {
	switch {
	case len(k.Command) > 0 && k.Command[0] != "":
		value, err := runKeyCommand(ctx, k.Command, keyCommandTimeout)
		if err != nil {
			return Key{}, fmt.Errorf("apiKeyCommand: %w", err)
		}
		return Key{Value: value, Origin: fmt.Sprintf("from the program %s (apiKeyCommand)", k.Command[0])}, nil
	case k.File != "":
		value, err := ReadKeyFile(k.File)
		if err != nil {
			return Key{}, fmt.Errorf("apiKeyFile: %w", err)
		}
		return Key{Value: value, Origin: fmt.Sprintf("in the file %s (apiKeyFile)", k.File)}, nil
	case k.Value != "":
		return k, nil
	}
	for _, name := range []string{envAPIKey, envAPIToken} {
		if value := os.Getenv(name); value != "" {
			return Key{Value: value, Origin: "in the environment variable " + name}, nil
		}
	}
	return Key{}, nil
}

// ReadKeyFile reads an API key from a file.
func ReadKeyFile(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	key := strings.TrimSpace(string(raw))
	if key == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return key, nil
}
