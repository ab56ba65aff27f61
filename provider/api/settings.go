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

// Settings are the instance's configuration as the server tells it: by key, each
// value a text. Which keys there are depends on the server's version.
type Settings map[string]string

// Withheld is what a server that takes its configuration from its environment
// (UI_CONFIG_DISABLED) says in place of a password.
const Withheld = "XXXXXXXXXX"

const settingsPath = "api/application-configuration"

// GetSettings reads all settings, passwords in clear among them.
func (c *Conn) GetSettings(ctx context.Context) (Settings, error) {
	doc, err := c.settings(ctx)
	if err != nil {
		return nil, err
	}
	return settingsIn(doc)
}

func settingsIn(doc document) (s Settings, err error) {
	if err = doc.into(&s); err != nil {
		return nil, err
	}
	return s, nil
}

// settings reads the list of settings as the map that a write takes.
func (c *Conn) settings(ctx context.Context) (document, error) {
	var list []struct {
		Key   string  `json:"key"`
		Value *string `json:"value"`
	}
	r := request{method: http.MethodGet, path: settingsPath + "/all"}
	if err := c.ask(ctx, c.retry, r, &list); err != nil {
		return nil, err
	}
	doc := document{}
	for _, s := range list {
		if s.Key == "" || s.Value == nil {
			return nil, r.lacks("keys and values")
		}
		raw, err := json.Marshal(*s.Value)
		if err != nil {
			return nil, err
		}
		doc[s.Key] = raw
	}
	if _, ok := doc["appName"]; !ok {
		return nil, r.lacks("appName")
	}
	return doc, nil
}

// EditSettings writes change, puts back what is in back, and keeps all other settings
// as they are, those that this version of the provider does not know included, and
// returns what is then in force. Settings to change that the server does not have are
// an error, and nothing is written; so is what sound says of the settings as they
// would be. What there is no longer need not be put back.
func (c *Conn) EditSettings(ctx context.Context, change, back Settings, sound func(Settings) error) (Settings, error) {
	if len(change)+len(back) == 0 {
		return c.GetSettings(ctx)
	}
	doc, err := c.editWhole(ctx, edit{
		apply: func(d document) error {
			var unknown []string
			for key := range change {
				if _, has := d[key]; !has {
					unknown = append(unknown, key)
				}
			}
			if len(unknown) > 0 {
				slices.Sort(unknown)
				return fmt.Errorf("%w: this Pocket ID has no setting %s", errNotSent, strings.Join(unknown, ", "))
			}
			next := maps.Clone(back)
			maps.DeleteFunc(next, func(key, _ string) bool { _, has := d[key]; return !has })
			if err := errors.Join(d.set(next), d.set(change)); err != nil {
				return err
			}
			after, err := settingsIn(d)
			if err == nil && sound != nil {
				err = sound(after)
			}
			if err != nil {
				err = fmt.Errorf("%w; %w", err, errNotSent)
			}
			return err
		},
		kept: func(d document) error {
			now, err := settingsIn(d)
			if err != nil {
				return err
			}
			var differ []string
			for key, value := range change {
				if now[key] != value {
					differ = append(differ, key)
				}
			}
			for key, value := range back {
				if text, has := now[key]; has && text != value {
					differ = append(differ, key)
				}
			}
			if len(differ) == 0 {
				return nil
			}
			slices.Sort(differ)
			return fmt.Errorf("%w: Pocket ID has other values of %s than were written", ErrConflict, strings.Join(differ, ", "))
		},
	}, whole{
		key:   settingsPath,
		read:  c.settings,
		write: func(ctx context.Context, d document) error { return c.put(ctx, settingsPath, d) },
	})
	var e *Error
	if errors.As(err, &e) && e.configuredElsewhere() {
		err = fmt.Errorf("this Pocket ID takes its configuration from its environment (UI_CONFIG_DISABLED): change it there, or turn that off; %w", err)
	}
	if doc == nil {
		return nil, err
	}
	now, unreadable := settingsIn(doc)
	return now, errors.Join(err, unreadable)
}

// configuredElsewhere tells whether the server lets nobody change its configuration.
func (e *Error) configuredElsewhere() bool {
	return e.Status == http.StatusForbidden && strings.Contains(e.Message, "UI configuration is disabled")
}
