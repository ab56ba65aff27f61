package fake

import (
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
)

// image is a picture as it was uploaded. What is in it is not looked at: its
// kind is the extension of the file's name.
type image struct {
	extension string
	bytes     []byte
}

// contentType is empty for files that are no pictures.
func (i image) contentType() string {
	return map[string]string{
		"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "svg": "image/svg+xml", "ico": "image/x-icon",
		"gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "heic": "image/heic",
	}[i.extension]
}

// answer is the picture as browsers may keep it for a while.
func (i image) answer(cacheControl string) raw {
	return raw{contentType: i.contentType(), cacheControl: cacheControl, bytes: i.bytes}
}

const maxLogo = 2 << 20 // bytes of the whole request, not of the picture alone

// readImage reads the file of an upload.
func readImage(r *http.Request) (image, error) {
	file, header, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		p := invalid([]fieldError{{"file", "required", "is required"}})
		return image{}, p.before(http.StatusInternalServerError, somethingWentWrong)
	}
	if err != nil {
		return image{}, invalidBody()
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	extension := strings.TrimPrefix(filepath.Ext(header.Filename), ".")
	if extension == "" {
		extension = header.Filename // as the server has it; no picture in any case
	}
	return image{extension: strings.ToLower(extension), bytes: content}, err
}

// wantsDark tells whether a request is about the picture for dark backgrounds.
func wantsDark(r *http.Request) bool {
	switch r.URL.Query().Get("light") {
	case "", "1", "t", "T", "true", "TRUE", "True":
		return false
	}
	return true
}

func (s *Server) setLogo(r *http.Request) (int, any, error) {
	if r.ContentLength > maxLogo {
		return 0, nil, fileTooLarge()
	}
	if err := r.ParseMultipartForm(maxLogo); err != nil {
		return 0, nil, invalidBody().before(http.StatusRequestEntityTooLarge, fileTooLarge().oldMessage)
	}
	logo, err := readImage(r)
	if err != nil {
		return 0, nil, err
	}
	if logo.contentType() == "" {
		return 0, nil, fileTypeNotSupported()
	}
	c, ok := s.clients.get(s.clientID(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	*c.logoFor(wantsDark(r)) = &logo
	return http.StatusNoContent, nil, nil
}

func (c *client) logoFor(dark bool) **image {
	if dark {
		return &c.darkLogo
	}
	return &c.logo
}

// getLogo shows the light logo where a dark one is asked for and missing.
func (s *Server) getLogo(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientID(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	logo := *c.logoFor(wantsDark(r))
	if logo == nil {
		logo = c.logo
	}
	if logo == nil {
		return 0, nil, clientImageNotFound()
	}
	return http.StatusOK, logo.answer("public, max-age=900, stale-while-revalidate=43200"), nil
}

func (s *Server) deleteLogo(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientID(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	logo := c.logoFor(wantsDark(r))
	if *logo == nil {
		return 0, nil, clientImageNotFound()
	}
	*logo = nil
	return http.StatusNoContent, nil, nil
}

func fileTooLarge() problem {
	p := problem{status: http.StatusRequestEntityTooLarge, code: "file_too_large", message: "File must not exceed 2.00 MB",
		details: map[string]any{"max_size": "2.00 MB"}}
	return p.before(http.StatusRequestEntityTooLarge, "The file can't be larger than 2.00 MB")
}

func fileTypeNotSupported() problem {
	p := problem{status: http.StatusUnsupportedMediaType, code: "file_type_not_supported", message: "File type is not supported"}
	return p.before(http.StatusBadRequest, "File type not supported")
}

// fileTypeExpected names the types that a picture can have in one place.
func fileTypeExpected(types, oldTypes string) problem {
	p := problem{status: http.StatusUnsupportedMediaType, code: "file_type_not_supported",
		message: "File must be of type " + types, details: map[string]any{"expected_file_type": types}}
	return p.before(http.StatusBadRequest, "File must be of type "+oldTypes)
}

func imageNotFound() problem {
	return problem{status: http.StatusNotFound, code: "image_not_found", message: "Image not found"}
}

// clientImageNotFound is told by older releases as if the server had failed.
func clientImageNotFound() problem {
	return imageNotFound().before(http.StatusInternalServerError, somethingWentWrong)
}
