package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// secretSetting is a client's secret, and where it goes in the program.
type secretSetting struct {
	configKey string // of the stack configuration
	resource  string // `Client "wiki"`
	property  string
	value     string
}

// verifiedSecrets returns the secrets in the state that Pocket ID accepts. It reports the others, without their values.
func verifiedSecrets(ctx context.Context, conn *api.Conn, objects []stateObject, names map[string]resourceName, progress io.Writer) ([]secretSetting, error) {
	var verified []secretSetting
	configKeys := configKeys(objects, names)
	for _, o := range objects {
		if o.secret == "" {
			continue
		}
		name := names[key(o.Type, o.ID)].logical
		resource := fmt.Sprintf("%s %q", o.Type, name)
		clientID, _, _ := strings.Cut(o.ID, "/")
		valid, err := conn.VerifyClientSecret(ctx, clientID, o.secret)
		if err != nil {
			return nil, fmt.Errorf("the secret of %s: %w", resource, err)
		}
		if !valid {
			fmt.Fprintf(progress, "# the secret of %s in the state is not valid any more; set secretRotationTriggers to replace it\n", resource)
			continue
		}
		property := "clientSecret"
		if o.Type == "ClientSecret" {
			property = "value"
		}
		verified = append(verified, secretSetting{configKeys[key(o.Type, o.ID)], resource, property, o.secret})
	}
	return verified, nil
}

// configKeys returns the key of each secret in the stack configuration, by the key of its object. If several secrets would get
// the same key, or one without the name, a hash of the ID is part of each. A key is not the name of a resource in the file: in
// YAML, a resource is lost if a key of the configuration has its name.
func configKeys(objects []stateObject, names map[string]resourceName) map[string]string {
	taken := map[string]bool{}
	for _, name := range names {
		taken[name.inFile] = true
	}
	count := map[string]int{}
	for _, o := range objects {
		if o.secret != "" {
			count[slug(names[key(o.Type, o.ID)].logical)]++
		}
	}
	keys := map[string]string{}
	for _, o := range objects {
		name := slug(names[key(o.Type, o.ID)].logical)
		if count[name] > 1 || name == "" {
			name = strings.Trim(name+"-"+shortHash(o.ID), "-")
		}
		configKey := name + "-client-secret"
		if taken[configKey] {
			configKey += "-value"
		}
		keys[key(o.Type, o.ID)] = configKey
	}
	return keys
}

// writeSecrets writes a shell script that stores secrets in the configuration of the selected stack. Only the user can read
// the file. It must not exist, so that no other file is overwritten and none keeps wider permissions.
func writeSecrets(path string, secrets []secretSetting) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var text strings.Builder
	text.WriteString("#!/bin/sh\n# Stores client secrets, encrypted, in the configuration of the selected stack. Delete this file afterwards.\nset -eu\n")
	for _, s := range secrets {
		fmt.Fprintf(&text, "\n# Set %s of %s to this value.\nprintf %%s %s | pulumi config set --secret %s\n", s.property, s.resource, shellQuote(s.value), s.configKey)
	}
	_, err = f.WriteString(text.String())
	return err
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
