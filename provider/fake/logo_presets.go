package fake

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Logo presets are the icons of a library that an administrator can choose a logo from. The
// library is a web server with the layout of selfh.st/icons. Known from the source of 2.18;
// not recorded. Unlike the server, the fake does not cache the index of the library.

const (
	maxLogoPresets      = 30
	maxIconIndexBytes   = 5 << 20
	iconLibraryDisabled = "disabled"
	iconLibraryCustom   = "custom" // "default" on a server with the library of selfh.st
)

// iconEntry is an icon in the index of a library. Its flags are "Yes" and "No".
type iconEntry struct{ Name, Reference, SVG, Light, Tags string }

func (s *state) iconLibrary() string {
	if s.options.IconLibraryURL == "" {
		return iconLibraryDisabled
	}
	return iconLibraryCustom
}

// searchLogoPresets returns the icons that match best. It needs no lock, because it reads
// only the options.
func (s *state) searchLogoPresets(r *http.Request) (int, any, error) {
	if s.options.IconLibraryURL == "" {
		return 0, nil, apiError{status: http.StatusForbidden, code: "logo_presets_disabled", message: "Logo presets are disabled"}
	}
	entries, err := s.iconIndex(r)
	if err != nil {
		return 0, nil, apiError{status: http.StatusBadGateway, code: "logo_presets_unavailable", message: "Logo presets could not be loaded"}
	}
	query := r.URL.Query().Get("search")
	entries = slices.DeleteFunc(entries, func(e iconEntry) bool { return !iconReference.MatchString(e.Reference) || e.rank(query) < 0 })
	slices.SortStableFunc(entries, func(a, b iconEntry) int {
		return cmp.Or(cmp.Compare(a.rank(query), b.rank(query)), cmp.Compare(iconKey(a.Name), iconKey(b.Name)))
	})
	views := []object{}
	for _, e := range entries[:min(len(entries), maxLogoPresets)] {
		views = append(views, s.logoPresetView(e))
	}
	return http.StatusOK, views, nil
}

// iconIndex downloads the index of the icon library.
func (s *state) iconIndex(r *http.Request) ([]iconEntry, error) {
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, s.options.IconLibraryURL+"/index.json", nil)
	if err != nil {
		return nil, err
	}
	res, err := s.options.HTTPClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var entries []iconEntry
	err = json.NewDecoder(io.LimitReader(res.Body, maxIconIndexBytes)).Decode(&entries)
	return entries, err
}

// iconReference is the form of a reference, which is part of URLs.
var iconReference = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

// iconKey is the form in which names and references are compared with a search term.
func iconKey(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(text))
}

// rank is lower for a better match, and negative for none.
func (e iconEntry) rank(search string) int {
	query, name, reference := iconKey(search), iconKey(e.Name), iconKey(e.Reference)
	tag := strings.ToLower(strings.TrimSpace(search))
	switch {
	case query == "", name == query, reference == query:
		return 0
	case strings.HasPrefix(name, query), strings.HasPrefix(reference, query):
		return 1
	case strings.Contains(name, query), strings.Contains(reference, query):
		return 2
	case strings.Contains(strings.ToLower(e.Tags), tag):
		return 3
	}
	return -1
}

func (s *state) logoPresetView(e iconEntry) object {
	format := "png"
	if e.SVG == "Yes" {
		format = "svg"
	}
	address := func(name string) string { return s.options.IconLibraryURL + "/" + format + "/" + name + "." + format }
	view := object{"name": e.Name, "reference": e.Reference, "logoUrl": address(e.Reference), "darkLogoUrl": nil}
	if e.Light == "Yes" {
		view["darkLogoUrl"] = address(e.Reference + "-light")
	}
	return view
}
