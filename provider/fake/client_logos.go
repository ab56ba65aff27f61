package fake

import "net/http"

// maxLogoRequestBytes limits the whole request, not only the image.
const maxLogoRequestBytes = 2 << 20

func (s *state) setLogo(r *http.Request) (int, any, error) {
	if r.ContentLength > maxLogoRequestBytes {
		return 0, nil, fileTooLarge()
	}
	if err := r.ParseMultipartForm(maxLogoRequestBytes); err != nil {
		return 0, nil, invalidBody().before213(http.StatusRequestEntityTooLarge, fileTooLarge().messageBefore213)
	}
	logo, err := decodeImage(r)
	if err != nil {
		return 0, nil, err
	}
	if logo.contentType() == "" {
		return 0, nil, fileTypeNotSupported()
	}
	if err := s.checkPixels(logo); err != nil {
		return 0, nil, err
	}
	c, ok := s.clients.get(s.clientIDFromPath(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	*c.logoFor(isDark(r)) = &logo
	return http.StatusNoContent, nil, nil
}

// logoFor returns the field of the light or the dark logo.
func (c *client) logoFor(dark bool) **image {
	if dark {
		return &c.darkLogo
	}
	return &c.logo
}

// getLogo returns the light logo for a client without a dark one.
func (s *state) getLogo(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientIDFromPath(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	logo := *c.logoFor(isDark(r))
	if logo == nil {
		logo = c.logo
	}
	if logo == nil {
		return 0, nil, clientImageNotFound()
	}
	return http.StatusOK, logo.response("public, max-age=900, stale-while-revalidate=43200"), nil
}

func (s *state) deleteLogo(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientIDFromPath(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	logo := c.logoFor(isDark(r))
	if *logo == nil {
		return 0, nil, clientImageNotFound()
	}
	*logo = nil
	return http.StatusNoContent, nil, nil
}

// clientImageNotFound is an internal error before 2.13.
func clientImageNotFound() apiError {
	return imageNotFound().before213(http.StatusInternalServerError, somethingWentWrong)
}
