package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// LogoPreset is an icon of the library from which an administrator can choose the logo of a
// client (2.18 and later; from the server's source).
type LogoPreset struct {
	Name        string  `json:"name"`
	Reference   string  `json:"reference"` // unique
	LogoURL     string  `json:"logoUrl"`
	DarkLogoURL *string `json:"darkLogoUrl"` // nil if the icon has no variant for dark backgrounds
}

// ErrNoLogoPresets means that the server has no icon library, or cannot read it now.
var ErrNoLogoPresets = errors.New("no logo presets")

// SearchLogoPresets returns the icons whose name, reference or tags match best, at most 30.
// For an empty search, these are the first ones by name.
func (c *Conn) SearchLogoPresets(ctx context.Context, search string) (presets []LogoPreset, err error) {
	query := url.Values{}
	if search != "" {
		query.Set("search", search)
	}
	err = c.callPath(ctx, http.MethodGet, "api/oidc/logo-presets", query, nil, &presets)
	var e *Error
	if errors.As(err, &e) {
		switch e.Code {
		case "logo_presets_disabled":
			err = fmt.Errorf("%w: the icon library of this Pocket ID is disabled (ICON_LIBRARY_URL); set the logo to a file or another URL: %w", ErrNoLogoPresets, err)
		case "logo_presets_unavailable":
			err = fmt.Errorf("%w: this Pocket ID cannot reach its icon library now; try again later: %w", ErrNoLogoPresets, err)
		}
	}
	return presets, err
}
