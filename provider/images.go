package provider

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the formats whose pixels are counted
	_ "image/png"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer/types"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// A program sets an image to an asset: a file, a text (an SVG) or a URL. It is read when
// it is checked, and again when it is uploaded. The state has two hashes, because Pocket ID
// removes metadata from some images and re-encodes others: that of what was uploaded, which
// is compared with the program, and that of what the server returned after the upload, which
// is compared with the server.

// imageAsset is an asset that was read.
type imageAsset struct {
	asset  types.AssetOrArchive // with the hash of what was read
	hash   string               // of the content: SHA-256, in hex
	upload api.Upload
}

// imageRules is what the server accepts in one place.
type imageRules struct {
	types    []string
	maxBytes int           // of the upload, with its multipart framing
	version  versionReader // asked only about an image with many pixels
}

// versionReader reads the version of the server for a decision that depends on features, or
// returns errVersionUnknown.
type versionReader func(context.Context, ...api.Feature) (api.Version, error)

func logoRules(version versionReader) imageRules {
	return imageRules{api.ImageTypes(), api.MaxLogoBytes, version}
}

// readImage reads an asset and checks whether the server accepts it. It is nil for an
// omitted asset.
func readImage(ctx context.Context, from *types.AssetOrArchive, rules imageRules) (*imageAsset, error) {
	if from == nil {
		return nil, nil
	}
	if from.Asset == nil {
		return nil, errors.New("must be an asset (a file, a text or a URL), not an archive")
	}
	content, name, err := contentOf(ctx, from, int64(rules.maxBytes))
	if err != nil {
		return nil, err
	}
	kind, err := typeOf(content, name)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(rules.types, kind) {
		return nil, fmt.Errorf("must be an image of the type %s (got %s)", inputs.Alternatives(rules.types), kind)
	}
	if err := checkPixels(ctx, content, rules.version); err != nil {
		return nil, err
	}
	upload, err := api.Image{Type: kind, Content: content}.Encode()
	if err != nil {
		return nil, err
	}
	if upload.Size() > rules.maxBytes {
		framing := upload.Size() - len(content)
		return nil, fmt.Errorf("must be at most %d bytes (got %d); Pocket ID accepts %d MiB including the framing of the upload", rules.maxBytes-framing, len(content), rules.maxBytes>>20)
	}
	sum := sha256.Sum256(content)
	asset := *from.Asset
	asset.Hash = hex.EncodeToString(sum[:])
	return &imageAsset{types.AssetOrArchive{Asset: &asset}, asset.Hash, upload}, nil
}

// checkPixels is an error for an image with more pixels than the server accepts. Pocket ID
// reports only that the file is not a valid image.
func checkPixels(ctx context.Context, content []byte, version versionReader) error {
	size, _, err := image.DecodeConfig(bytes.NewReader(content)) // reads the header only
	if err != nil || int64(size.Width)*int64(size.Height) <= api.MaxPixels {
		return nil // of another type, or small enough
	}
	v, err := version(ctx)
	if errors.Is(err, errVersionUnknown) || err == nil && !v.Has(api.PixelLimit) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("must have at most %d pixels (got %d x %d)", api.MaxPixels, size.Width, size.Height)
}

// isUploaded reports whether an asset is what was uploaded with this hash. It need not be
// read then, and may no longer exist, as with ignoreChanges.
func isUploaded(from *types.AssetOrArchive, hash string) bool {
	return from != nil && from.Asset != nil && hash != "" && from.Asset.Hash == hash
}

// contentOf reads an asset, at most one byte more than the limit, and returns its file
// name.
func contentOf(ctx context.Context, from *types.AssetOrArchive, limit int64) (content []byte, name string, err error) {
	var source io.ReadCloser
	a := from.Asset
	switch {
	case a.IsPath():
		source, err = os.Open(a.Path)
		name = filepath.Base(a.Path)
	case a.IsURI():
		source, name, err = download(ctx, a.URI)
	case a.IsText():
		source = io.NopCloser(strings.NewReader(a.Text))
	default:
		return nil, "", errors.New("has a hash but no content; set the file again")
	}
	if err != nil {
		return nil, "", fmt.Errorf("cannot be read: %w", err)
	}
	defer source.Close()
	content, err = io.ReadAll(io.LimitReader(source, limit+1))
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("cannot be read: %w", err)
	case len(content) == 0:
		return nil, "", errors.New("is empty")
	case int64(len(content)) > limit:
		return nil, "", fmt.Errorf("must be less than %d MiB", limit>>20)
	}
	return content, name, nil
}

const downloadTimeout = 30 * time.Second

// download gets an image from a web server. Errors name only the host and the path of the
// URL, because the rest may be secret.
func download(ctx context.Context, address string) (io.ReadCloser, string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, "", errors.New("has an invalid URL")
	}
	name := path.Base(u.Path)
	switch u.Scheme {
	case "file":
		file, err := os.Open(u.Path)
		return file, name, err
	case "http", "https":
	default:
		return nil, "", fmt.Errorf("must have a URL with the scheme http, https or file (got %q)", u.Scheme)
	}
	ctx, cancel := context.WithTimeout(ctx, downloadTimeout)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		cancel()
		return nil, "", errors.New("has an invalid URL")
	}
	shown := (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
	res, err := http.DefaultClient.Do(req)
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // without the URL
	}
	if err != nil {
		cancel()
		return nil, "", fmt.Errorf("%s: %w", shown, err)
	}
	if res.StatusCode != http.StatusOK {
		cancel()
		return nil, "", errors.Join(fmt.Errorf("%s answered %s", shown, res.Status), res.Body.Close())
	}
	return cancelling{res.Body, cancel}, name, nil
}

// cancelling cancels the request of a body when it is closed.
type cancelling struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (c cancelling) Close() error { defer c.cancel(); return c.ReadCloser.Close() }

// typeOf is the type of an image by its content. Pocket ID uses the extension of the file
// name, so it is an error if that differs: the image would be served with a wrong type.
func typeOf(content []byte, name string) (string, error) {
	actual := sniff(content)
	extension := strings.TrimPrefix(strings.ToLower(filepath.Ext(name)), ".")
	known := slices.Contains(api.ImageTypes(), extension)
	matches := extension == actual || actual == "jpg" && extension == "jpeg"
	switch {
	case actual == "":
		return "", fmt.Errorf("must be an image of one of the types %s", strings.Join(api.ImageTypes(), ", "))
	case known && !matches:
		return "", fmt.Errorf("has the extension .%s, but its content is %s", extension, actual)
	case known:
		return extension, nil
	}
	return actual, nil
}

// sniff is the type of an image by its first bytes; "" if it is not an image.
func sniff(content []byte) string {
	at := func(offset int, magic string) bool {
		return len(content) >= offset+len(magic) && string(content[offset:offset+len(magic)]) == magic
	}
	switch {
	case at(0, "\x89PNG\r\n\x1a\n"):
		return "png"
	case at(0, "\xff\xd8\xff"):
		return "jpg"
	case at(0, "GIF87a"), at(0, "GIF89a"):
		return "gif"
	case at(0, "RIFF") && at(8, "WEBP"):
		return "webp"
	case at(0, "\x00\x00\x01\x00"):
		return "ico"
	case at(4, "ftyp"):
		return sniffISOMedia(content)
	case isSVG(content):
		return "svg"
	}
	return ""
}

// sniffISOMedia distinguishes AVIF and HEIC by the brands in the first box of the file.
func sniffISOMedia(content []byte) string {
	length := int(content[2])<<8 | int(content[3])
	brands := content[8:min(max(length, 12), len(content), 64)]
	for len(brands) >= 4 {
		switch string(brands[:4]) {
		case "avif", "avis":
			return "avif"
		case "heic", "heix", "heim", "heis", "hevc", "hevx":
			return "heic"
		}
		brands = brands[4:]
	}
	return ""
}

func isSVG(content []byte) bool {
	text := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))))
	text.Strict = false
	text.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		token, err := text.Token()
		if err != nil {
			return false
		}
		switch token := token.(type) {
		case xml.StartElement:
			return token.Name.Local == "svg"
		case xml.CharData:
			if len(bytes.TrimSpace(token)) > 0 {
				return false
			}
		}
	}
}

// checkImage validates a changed image that is a file or a text. An image on the web is
// validated when it is uploaded.
func checkImage(check *inputs.Checker, property string, from *types.AssetOrArchive, rules imageRules) {
	onTheWeb := from != nil && from.Asset != nil && from.Asset.IsURI() && !strings.HasPrefix(from.Asset.URI, "file:")
	if from == nil || onTheWeb || check.Skips(property) || check.Unchanged(property) {
		return
	}
	_, err := readImage(check.Context(), from, rules)
	check.Require(err == nil, property, "%v", err)
}

// requireImage requires an image, unless the resource was imported without one.
func requireImage(check *inputs.Checker, property string) {
	imported := !check.IsNew() && check.OldInputs.Get(property).IsNull()
	check.Require(check.IsSet(property) || imported, property, "is required: a file, a text or a URL")
}

// planImage recomputes the hashes of another image.
func planImage(plan *lifecycle.Plan) {
	if plan.Differs("image") {
		plan.Recompute("imageHash", "servedImageHash")
	}
}

// uploadedImage is an image in the state.
type uploadedImage struct {
	asset  *types.AssetOrArchive // from the program, or nil
	hash   *string               // of what this stack uploaded
	served *string               // of what the server returned after the upload
}

// imagePlace is a place for one image on the server.
type imagePlace struct {
	put    func(api.Upload) error
	served func() (string, error) // the hash of the image there
}

// upload uploads the asset unless the hash shows that this stack has uploaded it.
func (u *uploadedImage) upload(ctx context.Context, rules imageRules, place imagePlace) error {
	if isUploaded(u.asset, inputs.ValueOr(u.hash, "")) {
		return nil
	}
	image, err := readImage(ctx, u.asset, rules)
	if err != nil {
		return lifecycle.Unchanged(fmt.Errorf("image %w", err))
	}
	if image == nil { // omitted
		return nil
	}
	if image.hash != inputs.ValueOr(u.hash, "") {
		if err := place.put(image.upload); err != nil {
			return err
		}
		u.served = servedAfterUpload(place.served)
	}
	u.asset, u.hash = &image.asset, &image.hash
	return nil
}

// servedAfterUpload is the hash of an image that was just uploaded. If it cannot be read, it
// is nil, and the next refresh reads it.
func servedAfterUpload(served func() (string, error)) *string {
	hash, err := served()
	if err != nil {
		return nil
	}
	return &hash
}

// observe compares the image with the one on the server. If somebody replaced it, the image
// of this stack is gone.
func (u *uploadedImage) observe(served string) {
	switch {
	case u.hash == nil:
	case u.served == nil: // the state is older, or it could not be read after the upload
		u.served = &served
	case *u.served != served:
		*u = uploadedImage{}
	}
}
