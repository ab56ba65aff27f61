package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// Picture is an image to be uploaded.
type Picture struct {
	Type    string // one of PictureTypes
	Content []byte
}

// PictureTypes are the endings of file names that Pocket ID takes for images. It
// goes by the ending alone, and never looks into the file.
func PictureTypes() []string {
	return []string{"png", "jpg", "jpeg", "svg", "ico", "gif", "webp", "avif", "heic"}
}

const (
	// MostOfALogo is the most that the upload of a client's logo may have, with all
	// that stands around the image in it.
	MostOfALogo = 2 << 20
	// MostOfAPicture is the most that is uploaded elsewhere, so that it can be read
	// back; Pocket ID has no limit there.
	MostOfAPicture = maxAnswer
)

// Upload is a picture as it goes out.
type Upload struct {
	body []byte
	kind string // the Content-Type of body
}

// Size is what counts for the server's limits.
func (u Upload) Size() int { return len(u.body) }

// Upload wraps a picture up. The file's own name stays here; only its type is told.
func (p Picture) Upload() (Upload, error) {
	if !slices.Contains(PictureTypes(), p.Type) {
		return Upload{}, fmt.Errorf("%q is no type of image that Pocket ID knows", p.Type)
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

// upload sends a picture. Each upload takes the place of the last, so a second one does no harm.
func (c *Conn) upload(ctx context.Context, method string, u Upload, query url.Values, segments ...string) error {
	p, err := path(segments...)
	if err != nil {
		return err
	}
	r := request{method: method, path: p, query: query, body: u.body, kind: u.kind}
	return c.retry.do(ctx, attempts{safe: true}, func() error { return c.attempt(ctx, r, nil) })
}

// shade is how a route tells a picture for light backgrounds from one for dark ones.
func shade(dark bool) url.Values { return url.Values{"light": {strconv.FormatBool(!dark)}} }

// SetClientLogo gives a client a logo, or one of its own for dark backgrounds.
func (c *Conn) SetClientLogo(ctx context.Context, clientID string, dark bool, u Upload) error {
	return c.upload(ctx, http.MethodPost, u, shade(dark), "oidc", "clients", clientID, "logo")
}

// DeleteClientLogo takes a logo from a client that has it: of one that has none,
// servers before 2.13 say that they have failed. Nothing happens if it is gone
// by the time of a second try.
func (c *Conn) DeleteClientLogo(ctx context.Context, clientID string, dark bool) error {
	p, err := path("oidc", "clients", clientID, "logo")
	if err != nil {
		return err
	}
	err = gone(c.callPath(ctx, http.MethodDelete, p, shade(dark), nil, nil))
	var e *Error
	if !errors.As(err, &e) || e.Status != http.StatusInternalServerError {
		return err
	}
	client, look := c.GetClient(ctx, clientID)
	if has := client.HasLogo && !dark || client.HasDarkLogo && dark; look != nil || has {
		return err
	}
	return nil
}

// ApplicationImage is one of the images of the instance itself.
type ApplicationImage string

// The images there are, by their place.
const (
	Logo                  ApplicationImage = "logo"
	DarkLogo              ApplicationImage = "darkLogo"
	EmailLogo             ApplicationImage = "email"
	Background            ApplicationImage = "background"
	Favicon               ApplicationImage = "favicon"
	DefaultProfilePicture ApplicationImage = "defaultProfilePicture"
)

// ApplicationImages are all of them.
func ApplicationImages() []ApplicationImage {
	return []ApplicationImage{Logo, DarkLogo, EmailLogo, Background, Favicon, DefaultProfilePicture}
}

func (i ApplicationImage) segments() []string {
	name := map[ApplicationImage]string{
		Logo: "logo", DarkLogo: "logo", EmailLogo: "email", Background: "background",
		Favicon: "favicon", DefaultProfilePicture: "default-profile-picture",
	}[i]
	return []string{"application-images", name} // an empty name reaches no URL
}

func (i ApplicationImage) query() url.Values {
	if i == Logo || i == DarkLogo {
		return shade(i == DarkLogo)
	}
	return nil
}

// Types are the types that an image can have in its place on a server of version v.
func (i ApplicationImage) Types(v Version) []string {
	switch {
	case i == EmailLogo:
		return []string{"png", "jpg", "jpeg"}
	case i == Favicon && v.Has(AnyFavicon):
		return []string{"svg", "png", "ico"}
	case i == Favicon:
		return []string{"ico"}
	}
	return PictureTypes()
}

// Deletion is since when an image can be deleted; false if it cannot.
func (i ApplicationImage) Deletion() (Feature, bool) {
	switch i {
	case Logo, DarkLogo:
		return LogoDeletion, true
	case Background:
		return BackgroundDeletion, true
	case DefaultProfilePicture:
		return DefaultPictureDeletion, true
	}
	return "", false
}

// HasApplicationImage tells whether the instance has an image in this place, its
// own or one that it came with.
func (c *Conn) HasApplicationImage(ctx context.Context, i ApplicationImage) (bool, error) {
	p, err := path(i.segments()...)
	if err != nil {
		return false, err
	}
	err = c.ask(ctx, c.retry, request{method: http.MethodGet, path: p, query: i.query(), picture: true}, nil)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// SetApplicationImage puts an image in its place.
func (c *Conn) SetApplicationImage(ctx context.Context, i ApplicationImage, u Upload) error {
	return c.upload(ctx, http.MethodPut, u, i.query(), i.segments()...)
}

// DeleteApplicationImage takes an image from its place. Nothing happens if there is none.
func (c *Conn) DeleteApplicationImage(ctx context.Context, i ApplicationImage) error {
	p, err := path(i.segments()...)
	if err != nil {
		return err
	}
	return gone(c.callPath(ctx, http.MethodDelete, p, i.query(), nil, nil))
}

// ProfilePictureTypes are the types that Pocket ID can make a profile picture of:
// a square of 300 by 300, as PNG.
func ProfilePictureTypes() []string { return []string{"png", "jpg", "jpeg", "gif", "webp"} }

// SetProfilePicture gives a user, who must exist, a picture: servers before 2.13
// keep one for nobody, too.
func (c *Conn) SetProfilePicture(ctx context.Context, userID string, u Upload) error {
	return c.upload(ctx, http.MethodPut, u, nil, "users", userID, "profile-picture")
}

// DeleteProfilePicture gives a user back the picture that everybody has. Nothing
// happens if it is that already, or the user is gone.
func (c *Conn) DeleteProfilePicture(ctx context.Context, userID string) error {
	return gone(c.call(ctx, http.MethodDelete, nil, nil, "users", userID, "profile-picture"))
}
