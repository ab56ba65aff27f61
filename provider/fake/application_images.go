package fake

import (
	"net/http"
	"path"
	"slices"
)

// The server's own pictures. A new server has some, so that they can be read
// before they are set.

// applicationImages returns the pictures of a new server by their place.
func applicationImages(has features) map[string]image {
	images := map[string]image{
		"background": {extension: "webp", bytes: []byte("a background")},
		"favicon":    {extension: "ico", bytes: []byte("a favicon")},
		"logoEmail":  {extension: "png", bytes: []byte("a logo for mails")},
	}
	if !has.logoDeletion {
		images["logoLight"] = image{extension: "svg", bytes: []byte("<svg/>")}
		images["logoDark"] = image{extension: "svg", bytes: []byte("<svg/>")}
	}
	return images
}

// imagePlace is the place that a path names.
func imagePlace(r *http.Request) string {
	switch name := path.Base(r.URL.Path); {
	case name == "logo" && wantsDark(r):
		return "logoDark"
	case name == "logo":
		return "logoLight"
	case name == "email":
		return "logoEmail"
	default:
		return name
	}
}

func (s *Server) getApplicationImage(r *http.Request) (int, any, error) {
	picture, ok := s.images[imagePlace(r)]
	if !ok {
		return 0, nil, imageNotFound()
	}
	return http.StatusOK, picture.answer("public, max-age=900, stale-while-revalidate=86400"), nil
}

func (s *Server) setApplicationImage(r *http.Request) (int, any, error) {
	picture, err := readImage(r)
	if err != nil {
		return 0, nil, err
	}
	place := imagePlace(r)
	if err := s.checkImageType(place, picture); err != nil {
		return 0, nil, err
	}
	s.images[place] = picture
	return http.StatusNoContent, nil, nil
}

func (s *Server) checkImageType(place string, picture image) error {
	isOne := func(of ...string) bool { return slices.Contains(of, picture.extension) }
	switch {
	case place == "logoEmail" && !isOne("png", "jpg", "jpeg"):
		return fileTypeExpected("PNG or JPEG", ".png or .jpg/jpeg")
	case place == "favicon" && !s.has.anyFavicon && !isOne("ico"):
		return fileTypeExpected("ICO", ".ico")
	case place == "favicon" && !isOne("svg", "png", "ico"):
		return fileTypeExpected("SVG, PNG, or ICO", ".svg or .png or .ico")
	case picture.contentType() == "":
		return fileTypeNotSupported()
	}
	return nil
}

func (s *Server) deleteApplicationImage(r *http.Request) (int, any, error) {
	place := imagePlace(r)
	if _, ok := s.images[place]; !ok {
		return 0, nil, imageNotFound()
	}
	delete(s.images, place)
	return http.StatusNoContent, nil, nil
}
