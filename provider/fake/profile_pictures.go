package fake

import "net/http"

// getProfilePicture returns a placeholder for a user without a picture, where the
// server draws the user's initials. Not recorded.
func (s *state) getProfilePicture(r *http.Request) (int, any, error) {
	u, ok := s.users.get(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	picture := image{extension: "png", content: []byte("initials")}
	if u.picture != nil {
		picture = *u.picture
	}
	return http.StatusOK, picture.response("public, max-age=900, stale-while-revalidate=3600"), nil
}

// setProfilePicture stores the uploaded bytes. The server decodes the image and
// stores it as a new PNG file. The errors are not recorded.
func (s *state) setProfilePicture(r *http.Request) (int, any, error) {
	picture, err := decodeImage(r)
	if err != nil {
		return 0, nil, err
	}
	if !isImage(picture.content) {
		e := apiError{status: http.StatusBadRequest, code: "invalid_image", message: "File is not a valid image"}
		return 0, nil, e.before213(http.StatusInternalServerError, somethingWentWrong)
	}
	if err := s.checkPixels(picture); err != nil {
		return 0, nil, err
	}
	u, ok := s.users.get(r.PathValue("id"))
	switch {
	case ok:
		u.picture = &image{extension: "png", content: picture.content}
	case s.features.missingIsError:
		return 0, nil, userNotFound()
	}
	return http.StatusNoContent, nil, nil
}

// isImage reports whether the content is an image. Unlike logos, profile pictures
// must be images, because the server decodes them.
func isImage(content []byte) bool {
	switch http.DetectContentType(content) {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp":
		return true
	}
	return false
}

// deleteProfilePicture succeeds for a user without a picture, too.
func (s *state) deleteProfilePicture(r *http.Request) (int, any, error) {
	u, ok := s.users.get(r.PathValue("id"))
	switch {
	case ok:
		u.picture = nil
	case s.features.missingIsError:
		return 0, nil, userNotFound()
	}
	return http.StatusNoContent, nil, nil
}
