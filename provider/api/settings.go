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
	var list []listedSetting
	r := request{method: http.MethodGet, path: settingsPath + "/all"}
	if err := c.do(ctx, c.retry, r, &list); err != nil {
		return nil, err
	}
	return settingsDocument(r, list)
}

// putSettings writes all settings, and returns those in the response, or nil if it contains none.
func (c *Conn) putSettings(ctx context.Context, settings document) (document, error) {
	response, err := c.put(ctx, settingsPath, settings)
	if err != nil {
		return nil, err
	}
	var list []listedSetting
	if json.Unmarshal(response, &list) != nil {
		return nil, nil
	}
	after, _ := settingsDocument(request{}, list)
	return after, nil
}

// listedSetting is a setting as the server returns it.
type listedSetting struct {
	Key   string  `json:"key"`
	Value *string `json:"value"`
}

// settingsDocument returns the list in the response to r in the form that a PUT takes.
func settingsDocument(r request, list []listedSetting) (document, error) {
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

// SettingsEdit is a change of some settings.
type SettingsEdit struct {
	Change  Settings // must be settings of the server
	Restore Settings // ignored where the server has no such setting

	// Convert converts settings to those that the server has, given its current ones.
	// It may return settings that the server lacks.
	Convert func(wanted, current Settings) (Settings, error)
	// Validate returns an error if the settings must not become next. Optional.
	Validate func(next Settings) error
}

// EditSettings makes a change and keeps all other settings, including those that this
// version of the provider does not know. It returns the settings afterwards. It writes
// nothing and fails if the server lacks a setting of the change, or if the change cannot be
// converted or is not valid.
func (c *Conn) EditSettings(ctx context.Context, change SettingsEdit) (Settings, error) {
	if len(change.Change)+len(change.Restore) == 0 {
		return c.GetSettings(ctx)
	}
	e := &settingsEdit{wanted: change}
	doc, err := c.editTarget(ctx, edit{apply: e.apply, verify: e.verify}, target{
		key:   settingsPath,
		read:  c.settings,
		write: c.putSettings,
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
	wanted          SettingsEdit
	change, restore Settings // the wanted ones, converted for the server as it was read last
}

func (e *settingsEdit) apply(d document) error {
	if err := e.prepare(d); err != nil {
		return fmt.Errorf("%w; %w", err, errNotSent)
	}
	if err := errors.Join(d.set(e.restore), d.set(e.change)); err != nil {
		return err
	}
	after, err := decodeSettings(d)
	if err == nil && e.wanted.Validate != nil {
		err = e.wanted.Validate(after)
	}
	if err != nil {
		err = fmt.Errorf("%w; %w", err, errNotSent)
	}
	return err
}

// prepare converts the change for a server with the settings of d.
func (e *settingsEdit) prepare(d document) error {
	current, err := decodeSettings(d)
	if err != nil {
		return err
	}
	if e.change, err = e.wanted.Convert(e.wanted.Change, current); err != nil {
		return err
	}
	if e.restore, err = e.wanted.Convert(e.wanted.Restore, current); err != nil {
		return err
	}
	maps.DeleteFunc(e.restore, func(key, _ string) bool { _, has := d[key]; return !has })
	return current.RequireKeys(e.change)
}

// RequireKeys is an error that names the settings of wanted which s lacks.
func (s Settings) RequireKeys(wanted Settings) error {
	var unknown []string
	for key := range wanted {
		if _, has := s[key]; !has {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return fmt.Errorf("this Pocket ID has no setting %s", strings.Join(unknown, ", "))
}

func (e *settingsEdit) verify(d document) error {
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
