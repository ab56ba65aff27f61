package provider

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
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
)

// An image from a program is an asset: a file, a text (an SVG) or something on the
// web. It is read when it is checked, and once more when it is uploaded. What was
// uploaded is known by its hash alone: Pocket ID takes metadata out of some
// images and makes others anew, so its copy is never compared.

// picture is an asset that was read.
type picture struct {
	asset  types.AssetOrArchive // with the hash of what was read
	hash   string               // of the content: SHA-256, in hex
	upload api.Upload
}

// imageRules is what a place takes.
type imageRules struct {
	types []string
	most  int // bytes of the upload
}

func logoRules() imageRules { return imageRules{api.PictureTypes(), api.MostOfALogo} }

// readImage reads an asset and looks whether it can be uploaded; nil for nil.
func readImage(ctx context.Context, from *types.AssetOrArchive, rules imageRules) (*picture, error) {
	if from == nil {
		return nil, nil
	}
	if from.Asset == nil {
		return nil, errors.New("must be an asset (a file, a text or a URL), not an archive")
	}
	content, name, err := contentOf(ctx, from, int64(rules.most))
	if err != nil {
		return nil, err
	}
	kind, err := typeOf(content, name)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(rules.types, kind) {
		return nil, fmt.Errorf("must be of the type %s here, is %s", strings.Join(rules.types, ", "), kind)
	}
	upload, err := api.Picture{Type: kind, Content: content}.Upload()
	if err != nil {
		return nil, err
	}
	if upload.Size() > rules.most {
		around := upload.Size() - len(content)
		return nil, fmt.Errorf("must have at most %d bytes (Pocket ID takes %d MiB, and what stands around the image counts), has %d", rules.most-around, rules.most>>20, len(content))
	}
	sum := sha256.Sum256(content)
	asset := *from.Asset
	asset.Hash = hex.EncodeToString(sum[:])
	return &picture{types.AssetOrArchive{Asset: &asset}, asset.Hash, upload}, nil
}

// isUpload tells whether an asset is what was uploaded under this hash. It need not
// be read then, nor be there any longer, as with ignoreChanges.
func isUpload(from *types.AssetOrArchive, hash string) bool {
	return from != nil && from.Asset != nil && hash != "" && from.Asset.Hash == hash
}

// contentOf reads at most one byte more than the upload could have, and says what
// the asset is called.
func contentOf(ctx context.Context, from *types.AssetOrArchive, most int64) (content []byte, name string, err error) {
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
		return nil, "", errors.New("has no content, only a hash: name the file again")
	}
	if err != nil {
		return nil, "", fmt.Errorf("cannot be read: %w", err)
	}
	defer source.Close()
	content, err = io.ReadAll(io.LimitReader(source, most+1))
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("cannot be read: %w", err)
	case len(content) == 0:
		return nil, "", errors.New("is empty")
	case int64(len(content)) > most:
		return nil, "", fmt.Errorf("must have less than %d MiB", most>>20)
	}
	return content, name, nil
}

const downloadTimeout = 30 * time.Second

// download asks a web server for an image. What is in the address besides the host
// and the path may be a secret, and is in no error.
func download(ctx context.Context, address string) (io.ReadCloser, string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, "", errors.New("its URL is none")
	}
	name := path.Base(u.Path)
	switch u.Scheme {
	case "file":
		file, err := os.Open(u.Path)
		return file, name, err
	case "http", "https":
	default:
		return nil, "", fmt.Errorf("its URL must have the scheme http, https or file, has %q", u.Scheme)
	}
	ctx, cancel := context.WithTimeout(ctx, downloadTimeout)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		cancel()
		return nil, "", errors.New("its URL is none")
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
		return nil, "", errors.Join(fmt.Errorf("%s answers %s", shown, res.Status), res.Body.Close())
	}
	return cancelling{res.Body, cancel}, name, nil
}

// cancelling ends a download that was not read to its end.
type cancelling struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (c cancelling) Close() error { defer c.cancel(); return c.ReadCloser.Close() }

// typeOf is the type of an image by what is in it. Pocket ID goes by the ending
// of the name, so one that says something else is a mistake in the program: the
// image would be served as what it is not.
func typeOf(content []byte, name string) (string, error) {
	is := sniffed(content)
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(name)), ".")
	told := slices.Contains(api.PictureTypes(), ending)
	alike := ending == is || is == "jpg" && ending == "jpeg"
	switch {
	case is == "":
		return "", fmt.Errorf("must be an image (%s); its content is none of these", strings.Join(api.PictureTypes(), ", "))
	case told && !alike:
		return "", fmt.Errorf("ends in .%s, but its content is %s", ending, is)
	case told:
		return ending, nil
	}
	return is, nil
}

// sniffed is the type by the first bytes; empty if it is no image.
func sniffed(content []byte) string {
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
		return boxed(content)
	case isSVG(content):
		return "svg"
	}
	return ""
}

// boxed tells AVIF from HEIC, which are kept in the same kind of boxes, by the
// brands that the first box names.
func boxed(content []byte) string {
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

// image says at preview what is wrong with an image that is at hand, and new. What
// is on the web is looked at when it is uploaded.
func (c *checks) image(name string, from *types.AssetOrArchive, rules imageRules) {
	onTheWeb := from != nil && from.Asset != nil && from.Asset.IsURI() && !strings.HasPrefix(from.Asset.URI, "file:")
	if from == nil || onTheWeb || c.silent(name) || same(c.old.Get(name), c.inputs.Get(name)) {
		return
	}
	_, err := readImage(c.ctx, from, rules)
	c.that(err == nil, name, "%v", err)
}
