package fake

import (
	"bytes"
	"errors"
	imagedecoder "image"
	_ "image/jpeg" // decoders of the formats with a limit of pixels
	_ "image/png"
	"io"
	"net/http"
	"path/filepath"
	"strings"
)

// image is an uploaded image. As on the server, its type is the extension of the
// file name; the content is not inspected.
type image struct {
	extension string // in lower case, without the dot
	content   []byte
}

// contentType returns "" for an unsupported type.
func (i image) contentType() string {
	return map[string]string{
		"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "svg": "image/svg+xml", "ico": "image/x-icon",
		"gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "heic": "image/heic",
	}[i.extension]
}

func (i image) response(cacheControl string) rawBody {
	return rawBody{contentType: i.contentType(), cacheControl: cacheControl, content: i.content}
}

// decodeImage decodes the file of an upload. Its errors are not recorded.
func decodeImage(r *http.Request) (image, error) {
	file, header, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		e := invalidFields([]fieldError{{"file", "required", "is required"}})
		return image{}, e.before213(http.StatusInternalServerError, somethingWentWrong)
	}
	if err != nil {
		return image{}, invalidBody()
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	extension := strings.TrimPrefix(filepath.Ext(header.Filename), ".")
	if extension == "" {
		extension = header.Filename // as on the server; an unsupported type unless the whole name is an extension
	}
	return image{extension: strings.ToLower(extension), content: content}, err
}

// maxPixels is the limit of the width times the height of an image.
const maxPixels = 16_000_000

// checkPixels refuses a PNG or JPEG image with too many pixels, which the server would
// have to decode. It accepts what is not an image.
func (s *state) checkPixels(i image) error {
	config, format, err := imagedecoder.DecodeConfig(bytes.NewReader(i.content))
	if !s.features.pixelLimit || err != nil || format != "png" && format != "jpeg" || config.Width*config.Height <= maxPixels {
		return nil
	}
	return apiError{status: http.StatusBadRequest, code: "invalid_image", message: "File is not a valid image"}
}

// isDark reports whether a request is for the dark variant of a logo.
func isDark(r *http.Request) bool {
	switch r.URL.Query().Get("light") {
	case "", "1", "t", "T", "true", "TRUE", "True":
		return false
	}
	return true
}

func fileTooLarge() apiError {
	e := apiError{status: http.StatusRequestEntityTooLarge, code: "file_too_large", message: "File must not exceed 2.00 MB",
		details: map[string]any{"max_size": "2.00 MB"}}
	return e.before213(http.StatusRequestEntityTooLarge, "The file can't be larger than 2.00 MB")
}

func fileTypeNotSupported() apiError {
	e := apiError{status: http.StatusUnsupportedMediaType, code: "file_type_not_supported", message: "File type is not supported"}
	return e.before213(http.StatusBadRequest, "File type not supported")
}

// unexpectedFileType reports a supported type that this image cannot have.
func unexpectedFileType(types, typesBefore213 string) apiError {
	e := apiError{status: http.StatusUnsupportedMediaType, code: "file_type_not_supported",
		message: "File must be of type " + types, details: map[string]any{"expected_file_type": types}}
	return e.before213(http.StatusBadRequest, "File must be of type "+typesBefore213)
}

func imageNotFound() apiError {
	return apiError{status: http.StatusNotFound, code: "image_not_found", message: "Image not found"}
}
