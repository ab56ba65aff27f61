package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// Image is an image to upload.
type Image struct {
	Type    string // one of PictureTypes
	Content []byte
}

// ImageTypes returns the file extensions that Pocket ID accepts as images. It checks
// only the extension, not the content.
func ImageTypes() []string {
	return []string{"png", "jpg", "jpeg", "svg", "ico", "gif", "webp", "avif", "heic"}
}

const (
	// MaxLogoBytes is the maximum size of an upload of a client's logo, including the
	// multipart encoding.
	MaxLogoBytes = 2 << 20
	// MaxImageBytes is the maximum size of other uploads. Pocket ID has no limit there,
	// but this package does not read larger responses.
	MaxImageBytes = maxResponseBytes
	// MaxPixels is the maximum of the width times the height of an image that servers
	// with PixelLimit accept.
	MaxPixels = 16_000_000
)

// Upload is an image encoded as a multipart form.
type Upload struct {
	body        []byte
	contentType string // the Content-Type of body
}

// Size returns the size in bytes that counts for the limits of the server.
func (u Upload) Size() int { return len(u.body) }

// Encode encodes the image for an upload. The file name of the upload only shows the type.
func (p Image) Encode() (Upload, error) {
	if !slices.Contains(ImageTypes(), p.Type) {
		return Upload{}, fmt.Errorf("%q is not an image type that Pocket ID accepts", p.Type)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "image."+p.Type)
	if err == nil {
		_, err = part.Write(p.Content)
	}
	err = errors.Join(err, form.Close())
	return Upload{body.Bytes(), form.FormDataContentType()}, err
}

// upload sends an image. It is idempotent, because an upload replaces the last one.
func (c *Conn) upload(ctx context.Context, method string, u Upload, query url.Values, segments ...string) error {
	p, err := path(segments...)
	if err != nil {
		return err
	}
	r := request{method: method, path: p, query: query, body: u.body, contentType: u.contentType}
	return c.retry.do(ctx, operation{idempotent: true}, func() error { return c.attempt(ctx, r, nil) })
}

// LogoVariant selects one of two logos: for light or for dark backgrounds.
type LogoVariant string

// The variants of a logo.
const (
	LightVariant LogoVariant = "light"
	DarkVariant  LogoVariant = "dark"
)

func (v LogoVariant) query() url.Values {
	return url.Values{"light": {strconv.FormatBool(v == LightVariant)}}
}

// SetClientLogo sets a logo of a client.
func (c *Conn) SetClientLogo(ctx context.Context, clientID string, v LogoVariant, u Upload) error {
	return c.upload(ctx, http.MethodPost, u, v.query(), "oidc", "clients", clientID, "logo")
}

// DeleteClientLogo deletes a logo of a client. It succeeds if the client has none, where
// servers before 2.13 report an internal error.
func (c *Conn) DeleteClientLogo(ctx context.Context, clientID string, v LogoVariant) error {
	p, err := path("oidc", "clients", clientID, "logo")
	if err != nil {
		return err
	}
	err = ignoreNotFound(c.callPath(ctx, http.MethodDelete, p, v.query(), nil, nil))
	var e *Error
	if !errors.As(err, &e) || e.Status != http.StatusInternalServerError {
		return err
	}
	client, readErr := c.GetClient(ctx, clientID)
	if has := client.HasLogo && v == LightVariant || client.HasDarkLogo && v == DarkVariant; readErr != nil || has {
		return err
	}
	return nil
}

// ApplicationImage is the place of an image of the instance itself.
type ApplicationImage string

// The application images of Pocket ID.
const (
	Logo                  ApplicationImage = "logo"
	DarkLogo              ApplicationImage = "darkLogo"
	EmailLogo             ApplicationImage = "email"
	Background            ApplicationImage = "background"
	Favicon               ApplicationImage = "favicon"
	DefaultProfilePicture ApplicationImage = "defaultProfilePicture"
)

// ApplicationImages returns the places of all application images.
func ApplicationImages() []ApplicationImage {
	return []ApplicationImage{Logo, DarkLogo, EmailLogo, Background, Favicon, DefaultProfilePicture}
}

func (i ApplicationImage) segments() []string {
	name := map[ApplicationImage]string{
		Logo: "logo", DarkLogo: "logo", EmailLogo: "email", Background: "background",
		Favicon: "favicon", DefaultProfilePicture: "default-profile-picture",
	}[i]
	return []string{"application-images", name} // path rejects the empty name of an unknown place
}

func (i ApplicationImage) query() url.Values {
	switch i {
	case Logo:
		return LightVariant.query()
	case DarkLogo:
		return DarkVariant.query()
	}
	return nil
}

// AllowedTypes returns the image types that a server of version v accepts in place i.
func (i ApplicationImage) AllowedTypes(v Version) []string {
	switch {
	case i == EmailLogo:
		return []string{"png", "jpg", "jpeg"}
	case i == Favicon && v.Has(FaviconFormats):
		return []string{"svg", "png", "ico"}
	case i == Favicon:
		return []string{"ico"}
	}
	return ImageTypes()
}

// DeletableSince returns the feature that the deletion of an image needs, and false if the
// image cannot be deleted.
func (i ApplicationImage) DeletableSince() (Feature, bool) {
	switch i {
	case Logo, DarkLogo:
		return LogoDeletion, true
	case Background:
		return BackgroundDeletion, true
	case DefaultProfilePicture:
		return DefaultProfilePictureDeletion, true
	}
	return 0, false
}

// servedHash returns the SHA-256 hash, in hex, of an image as the server returns it. Pocket ID
// changes what is uploaded: it removes metadata, and stores profile pictures as new PNG files.
// The responses may be cached for 15 minutes and have no ETag, so the request has a query
// parameter that no earlier request had. An image larger than MaxImageBytes has the hash of
// its beginning.
func (c *Conn) servedHash(ctx context.Context, query url.Values, segments ...string) (string, error) {
	p, err := path(segments...)
	if err != nil {
		return "", err
	}
	query = maps.Clone(query)
	if query == nil {
		query = url.Values{}
	}
	query.Set("uncached", rand.Text())
	var content []byte
	if err := c.do(ctx, c.retry, request{method: http.MethodGet, path: p, query: query, wantImage: true, wholeImage: true}, &content); err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}

// ClientLogoHash returns the hash of a client's logo as the server returns it.
func (c *Conn) ClientLogoHash(ctx context.Context, clientID string, variant LogoVariant) (string, error) {
	return c.servedHash(ctx, variant.query(), "oidc", "clients", clientID, "logo")
}

// ApplicationImageHash returns the hash of an application image as the server returns it. It
// returns ErrNotFound if the instance has no such image.
func (c *Conn) ApplicationImageHash(ctx context.Context, i ApplicationImage) (string, error) {
	return c.servedHash(ctx, i.query(), i.segments()...)
}

// ProfilePictureHash returns the hash of a user's picture as the server returns it: their
// own picture, or the default one.
func (c *Conn) ProfilePictureHash(ctx context.Context, userID string) (string, error) {
	return c.servedHash(ctx, nil, "users", userID, "profile-picture.png")
}

// HasApplicationImage reports whether the instance has an image in this place, a custom
// or a built-in one.
func (c *Conn) HasApplicationImage(ctx context.Context, i ApplicationImage) (bool, error) {
	p, err := path(i.segments()...)
	if err != nil {
		return false, err
	}
	err = c.do(ctx, c.retry, request{method: http.MethodGet, path: p, query: i.query(), wantImage: true}, nil)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// SetApplicationImage uploads an application image.
func (c *Conn) SetApplicationImage(ctx context.Context, i ApplicationImage, u Upload) error {
	return c.upload(ctx, http.MethodPut, u, i.query(), i.segments()...)
}

// DeleteApplicationImage deletes an application image. It succeeds if there is none.
func (c *Conn) DeleteApplicationImage(ctx context.Context, i ApplicationImage) error {
	p, err := path(i.segments()...)
	if err != nil {
		return err
	}
	return ignoreNotFound(c.callPath(ctx, http.MethodDelete, p, i.query(), nil, nil))
}

// ProfilePictureTypes returns the image types that Pocket ID can convert to a profile
// picture, a PNG of 300 by 300 pixels.
func ProfilePictureTypes() []string { return []string{"png", "jpg", "jpeg", "gif", "webp"} }

// SetProfilePicture sets the profile picture of a user. The caller must check that the
// user exists, because servers before 2.13 also store the picture of a missing user.
func (c *Conn) SetProfilePicture(ctx context.Context, userID string, u Upload) error {
	return c.upload(ctx, http.MethodPut, u, nil, "users", userID, "profile-picture")
}

// DeleteProfilePicture resets a user to the default profile picture. It succeeds if the
// user has none or does not exist.
func (c *Conn) DeleteProfilePicture(ctx context.Context, userID string) error {
	return ignoreNotFound(c.call(ctx, http.MethodDelete, nil, nil, "users", userID, "profile-picture"))
}
