package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Settings are the application configuration of an instance: strings by key. The keys
// depend on the version of the server.
type Settings map[string]string

// MaskedValue is the value of a password setting on a server that takes its configuration
// from its environment (UI_CONFIG_DISABLED).
const MaskedValue = "XXXXXXXXXX"

const settingsPath = "api/application-configuration"

// GetSettings reads all settings, including passwords in clear text.
func (c *Conn) GetSettings(ctx context.Context) (Settings, error) {
	doc, err := c.settings(ctx)
	if err != nil {
		return nil, err
	}
	return decodeSettings(doc)
}

func decodeSettings(doc document) (s Settings, err error) {
	if err = doc.decode(&s); err != nil {
		return nil, err
	}
	return s, nil
}

// settings reads the list of settings and returns it in the form that a PUT takes.
func (c *Conn) settings(ctx context.Context) (document, error) {
	var list []struct {
		Key   string  `json:"key"`
		Value *string `json:"value"`
	}
	r := request{method: http.MethodGet, path: settingsPath + "/all"}
	if err := c.do(ctx, c.retry, r, &list); err != nil {
		return nil, err
	}
	doc := document{}
	for _, s := range list {
		if s.Key == "" || s.Value == nil {
			return nil, r.missingField("keys and values")
		}
		raw, err := json.Marshal(*s.Value)
		if err != nil {
			return nil, err
		}
		doc[s.Key] = raw
	}
	if _, ok := doc["appName"]; !ok {
		return nil, r.missingField("appName")
	}
	return doc, nil
}

// EditSettings sets the settings of change, restores those of restore, and keeps all
// other settings, including those that this version of the provider does not know. It
// returns the settings afterwards. It writes nothing and fails if the server lacks a
// setting of change, or if validate returns an error for the settings as they would
// be. It ignores settings of restore that the server no longer has.
func (c *Conn) EditSettings(ctx context.Context, change, restore Settings, validate func(Settings) error) (Settings, error) {
	if len(change)+len(restore) == 0 {
		return c.GetSettings(ctx)
	}
	e := settingsEdit{change, restore, validate}
	doc, err := c.editTarget(ctx, edit{apply: e.apply, verify: e.verify}, target{
		key:   settingsPath,
		read:  c.settings,
		write: func(ctx context.Context, d document) error { return c.put(ctx, settingsPath, d) },
	})
	var response *Error
	if errors.As(err, &response) && response.configuredByEnvironment() {
		err = fmt.Errorf("this Pocket ID takes its configuration from its environment (UI_CONFIG_DISABLED): change it there, or unset UI_CONFIG_DISABLED; %w", err)
	}
	if doc == nil {
		return nil, err
	}
	now, decodeErr := decodeSettings(doc)
	return now, errors.Join(err, decodeErr)
}

// settingsEdit is one call of EditSettings.
type settingsEdit struct {
	change, restore Settings
	validate        func(Settings) error // optional
}

func (e settingsEdit) apply(d document) error {
	var unknown []string
	for key := range e.change {
		if _, has := d[key]; !has {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("%w: this Pocket ID has no setting %s", errNotSent, strings.Join(unknown, ", "))
	}
	restore := maps.Clone(e.restore)
	maps.DeleteFunc(restore, func(key, _ string) bool { _, has := d[key]; return !has })
	if err := errors.Join(d.set(restore), d.set(e.change)); err != nil {
		return err
	}
	after, err := decodeSettings(d)
	if err == nil && e.validate != nil {
		err = e.validate(after)
	}
	if err != nil {
		err = fmt.Errorf("%w; %w", err, errNotSent)
	}
	return err
}

func (e settingsEdit) verify(d document) error {
	now, err := decodeSettings(d)
	if err != nil {
		return err
	}
	var different []string
	for key, value := range e.change {
		if now[key] != value {
			different = append(different, key)
		}
	}
	for key, value := range e.restore {
		if current, has := now[key]; has && current != value {
			different = append(different, key)
		}
	}
	if len(different) == 0 {
		return nil
	}
	slices.Sort(different)
	return fmt.Errorf("these fields are no longer as written: %s: %w", strings.Join(different, ", "), ErrConflict)
}

// configuredByEnvironment reports whether the server rejects all changes of its
// configuration.
func (e *Error) configuredByEnvironment() bool {
	return e.Status == http.StatusForbidden && strings.Contains(e.Message, "UI configuration is disabled")
}
