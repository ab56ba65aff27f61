package provider

import (
	"fmt"
	"maps"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// A version of Pocket ID can rename a setting and give it other values. A program may use
// either name on either server: the setting is written in the form that the server has.

// alternative is another form of a setting, which servers of other versions have.
type alternative struct {
	property string // also the key
	// to converts a value to the other form, and reports whether that has such a value.
	to func(value string) (string, bool)
	// from converts a value from the other form.
	from func(other string) string
}

// alternative returns the other form of the setting, or nil if it has only one.
func (s setting) alternative() *alternative {
	switch s.property {
	case "emailLoginNotificationEnabled":
		// An upgrade of the server converts true in the same way (internal/appconfig/login_notification.go).
		return &alternative{"emailLoginNotificationMode",
			func(enabled string) (string, bool) {
				return map[string]string{"true": "browserRecognition", "false": "disabled"}[enabled], true
			},
			func(mode string) string { return map[bool]string{true: "false", false: "true"}[mode == "disabled"] },
		}
	case "emailLoginNotificationMode":
		// The older setting notifies of an address and user agent that were not seen before.
		return &alternative{"emailLoginNotificationEnabled",
			func(mode string) (string, bool) {
				enabled, has := map[string]string{"disabled": "false", "ipAndUserAgent": "true", "browserRecognition": "true"}[mode]
				return enabled, has
			},
			func(enabled string) string {
				return map[bool]string{true: "ipAndUserAgent", false: "disabled"}[enabled == "true"]
			},
		}
	}
	return nil
}

// means reports whether a value and a value of the other form are the same.
func (a *alternative) means(value, other string) bool {
	converted, has := a.to(value)
	return has && converted == other || a.from(other) == value
}

// hasAlternativeFor reports whether the other form of the setting has this value.
func (s setting) hasAlternativeFor(value string) bool {
	other := s.alternative()
	if other == nil {
		return false
	}
	_, has := other.to(value)
	return has
}

// replacement returns the property that replaces the setting on newer servers, or "".
func (s setting) replacement() string {
	if other := s.alternative(); other != nil && s.since.Replacement() != 0 {
		return other.property
	}
	return ""
}

// textIn returns the value of the setting on a server, also where the server has the other
// form. If both forms can express the value that the program sets, or that the state has,
// it is returned as it is there.
func (s setting) textIn(current api.Settings, args, before *ApplicationSettings) (text string, has bool) {
	if text, has = current[s.serverKey()]; has {
		return text, true
	}
	other := s.alternative()
	if other == nil {
		return "", false
	}
	if text, has = current[other.property]; !has {
		return "", false
	}
	for _, known := range []*ApplicationSettings{args, before} {
		if known.isSet(s.property) && other.means(known.format(s.property), text) {
			return known.format(s.property), true
		}
	}
	return other.from(text), true
}

// effectiveSettings are all settings of a server, each in all of its forms.
func effectiveSettings(current api.Settings) ApplicationSettings {
	var all, none ApplicationSettings
	for _, s := range settings() {
		if text, has := s.textIn(current, &none, &none); has {
			all.parse(s.property, text)
		}
	}
	return all
}

// convertSettings converts settings that the server lacks to the form that it has. A value
// that means the same as the current one is not changed.
func convertSettings(wanted, current api.Settings) (api.Settings, error) {
	out := maps.Clone(wanted)
	for _, s := range settings() {
		value, isWanted := wanted[s.serverKey()]
		_, has := current[s.serverKey()]
		other := s.alternative()
		if !isWanted || has || other == nil {
			continue
		}
		now, has := current[other.property]
		if !has {
			continue
		}
		converted, possible := other.to(value)
		switch {
		case other.means(value, now):
			converted = now
		case !possible:
			return nil, lifecycle.Unchanged(fmt.Errorf("%s %q is not possible: this Pocket ID has only %s", s.property, value, other.property))
		}
		delete(out, s.serverKey())
		out[other.property] = converted
	}
	return out, nil
}

// checkAlternatives refuses to set both forms of a setting, and warns about one that the
// server has replaced.
func checkAlternatives(check *inputs.Checker, config *Config, args *ApplicationSettings) {
	for _, s := range settings() {
		replacement := s.replacement()
		if replacement == "" || !check.IsSet(s.property) {
			continue
		}
		check.Require(!check.IsSet(replacement), s.property, "cannot be combined with %s, which replaces it; omit it", replacement)
		warnReplaced(check, config, s.since, s.property, replacement)
	}
}

// checkListedSettings refuses settings that a server newer than all known ones does not
// list.
func checkListedSettings(check *inputs.Checker, config *Config, args *ApplicationSettings) {
	set := args.settings()
	if len(set) == 0 {
		return
	}
	version, err := config.previewVersion(check.Context())
	if err != nil || version.IsKnown() || config.AssumeVersion != "" {
		return // checkUsedFeatures reports the error
	}
	current, err := config.conn().GetSettings(check.Context())
	if err != nil {
		check.Require(false, "", "the settings of this Pocket ID cannot be read: %v", err)
		return
	}
	for _, s := range settings() {
		value, isSet := set[s.serverKey()]
		if !isSet {
			continue
		}
		converted, err := convertSettings(api.Settings{s.serverKey(): value}, current)
		if err == nil {
			err = current.RequireKeys(converted)
		}
		check.Require(err == nil, s.property, "cannot be set: %v (version %s)", err, version)
	}
}
