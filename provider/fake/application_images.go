package fake

import (
	"net/http"
	"path"
	"slices"
)

// imageKey returns the key of the image in a request. The dark logo is not recorded.
func imageKey(r *http.Request) string {
	switch name := path.Base(r.URL.Path); {
	case name == "logo" && isDark(r):
		return "logoDark"
	case name == "logo":
		return "logoLight"
	case name == "email":
		return "logoEmail"
	default:
		return name
	}
}

func (s *state) getApplicationImage(r *http.Request) (int, any, error) {
	img, ok := s.applicationImages[imageKey(r)]
	if !ok {
		return 0, nil, imageNotFound()
	}
	return http.StatusOK, img.response("public, max-age=900, stale-while-revalidate=86400"), nil
}

func (s *state) setApplicationImage(r *http.Request) (int, any, error) {
	img, err := decodeImage(r)
	if err != nil {
		return 0, nil, err
	}
	key := imageKey(r)
	if err := s.validateImageType(key, img); err != nil {
		return 0, nil, err
	}
	if err := s.checkPixels(img); err != nil {
		return 0, nil, err
	}
	s.applicationImages[key] = img
	return http.StatusNoContent, nil, nil
}

func (s *state) validateImageType(key string, img image) error {
	hasType := func(extensions ...string) bool { return slices.Contains(extensions, img.extension) }
	switch {
	case key == "logoEmail" && !hasType("png", "jpg", "jpeg"):
		return unexpectedFileType("PNG or JPEG", ".png or .jpg/jpeg")
	case key == "favicon" && !s.features.svgAndPNGFavicons && !hasType("ico"):
		return unexpectedFileType("ICO", ".ico")
	case key == "favicon" && !hasType("svg", "png", "ico"):
		return unexpectedFileType("SVG, PNG, or ICO", ".svg or .png or .ico")
	case img.contentType() == "":
		return fileTypeNotSupported()
	}
	return nil
}

func (s *state) deleteApplicationImage(r *http.Request) (int, any, error) {
	key := imageKey(r)
	if _, ok := s.applicationImages[key]; !ok {
		return 0, nil, imageNotFound()
	}
	delete(s.applicationImages, key)
	return http.StatusNoContent, nil, nil
}
