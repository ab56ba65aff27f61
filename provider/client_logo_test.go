package provider

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/archive"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

const circleSVG = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>`

// testImage returns an image of one shade of gray in the given format.
func testImage(t *testing.T, kind string, shade uint8) []byte {
	t.Helper()
	picture := image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.Gray{Y: shade}})
	var b bytes.Buffer
	switch kind {
	case "png":
		require.NoError(t, png.Encode(&b, picture))
	case "jpg":
		require.NoError(t, jpeg.Encode(&b, picture, nil))
	case "gif":
		require.NoError(t, gif.Encode(&b, picture, nil))
	}
	return b.Bytes()
}

// writeImage writes a temporary file with this content and returns its path.
func writeImage(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func fileAsset(path string) resource.PropertyValue {
	return resource.NewProperty(&asset.Asset{Sig: asset.AssetSig, Path: path})
}

func textAsset(text string) resource.PropertyValue {
	return resource.NewProperty(&asset.Asset{Sig: asset.AssetSig, Text: text})
}

func remoteAsset(address string) resource.PropertyValue {
	return resource.NewProperty(&asset.Asset{Sig: asset.AssetSig, URI: address})
}

func sha256Hex(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// getImage downloads an image and returns its content and content type, or nil if
// there is none.
func (i *testInstance) getImage(path string) (content []byte, kind string) {
	i.t.Helper()
	req, err := http.NewRequest(http.MethodGet, i.url+path, nil)
	require.NoError(i.t, err)
	req.Header.Set("X-API-Key", i.key)
	res, err := http.DefaultClient.Do(req)
	require.NoError(i.t, err)
	defer res.Body.Close()
	content, err = io.ReadAll(res.Body)
	require.NoError(i.t, err)
	if res.StatusCode != http.StatusOK {
		return nil, ""
	}
	return content, res.Header.Get("Content-Type")
}

func clientWithLogo(id string, logo resource.PropertyValue) map[string]any {
	app := confidentialClient(id)
	app["logo"] = logo
	return app
}

func TestClientLogoLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	path := writeImage(t, "logo.png", testImage(t, "png", 1))
	app := clientWithLogo(id, fileAsset(path))
	app["darkLogo"] = textAsset(circleSVG)
	s.declare("Client", "app", app)
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.True(t, o.outputs["app"]["logoHash"].ContainsUnknowns())
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, true, s.instance.client(id)["hasLogo"])
	require.Equal(t, true, s.output("app", "hasLogo"))
	require.Equal(t, true, s.output("app", "hasDarkLogo"))
	require.Equal(t, sha256Hex(testImage(t, "png", 1)), s.output("app", "logoHash"))
	require.Equal(t, sha256Hex([]byte(circleSVG)), s.output("app", "darkLogoHash"))
	content, kind := s.instance.getImage("/api/oidc/clients/" + id + "/logo?light=false")
	require.Equal(t, "image/svg+xml", kind)
	require.Equal(t, circleSVG, string(content))
	_, kind = s.instance.getImage("/api/oidc/clients/" + id + "/logo")
	require.Equal(t, "image/png", kind)
	s.requireNoChanges()

	t.Log("new content is uploaded, the same content from another source is not")
	require.NoError(t, os.WriteFile(path, testImage(t, "png", 2), 0o600))
	app["darkLogo"] = fileAsset(writeImage(t, "circle.svg", []byte(circleSVG)))
	s.declare("Client", "app", app)
	o = s.preview()
	require.Equal(t, []string{"logo"}, o.diffs["app"])
	require.True(t, o.outputs["app"]["logoHash"].ContainsUnknowns())
	require.Equal(t, true, o.outputs["app"]["hasLogo"].BoolValue(), "the client had a logo and still has one")
	uploads := logoUploads(s.instance.requestsDuring(func() { s.mustUp() }))
	require.Equal(t, []string{"POST /api/oidc/clients/" + id + "/logo", "GET /api/oidc/clients/" + id + "/logo"}, uploads)
	require.Equal(t, sha256Hex(testImage(t, "png", 2)), s.output("app", "logoHash"))
	s.requireNoChanges()

	t.Log("an update of the client does not upload its logos")
	app["name"] = "App 2"
	s.declare("Client", "app", app)
	require.Empty(t, logoUploads(s.instance.requestsDuring(func() { s.mustUp() })))
	s.requireNoChanges()

	t.Log("removing a logo from the program deletes it")
	delete(app, "darkLogo")
	s.declare("Client", "app", app)
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.Equal(t, false, s.output("app", "hasDarkLogo"))
	require.Nil(t, s.output("app", "darkLogoHash"))
	require.Equal(t, true, s.instance.client(id)["hasLogo"])
	s.requireNoChanges()
}

func logoUploads(requests []string) (uploads []string) {
	for _, r := range requests {
		if strings.HasSuffix(r, "/logo") {
			uploads = append(uploads, r)
		}
	}
	return uploads
}

func TestDeletedClientLogoIsUploadedAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Client", "app", clientWithLogo(id, textAsset(circleSVG)))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.instance.mustRequest("DELETE", "/api/oidc/clients/"+id+"/logo", nil)
	require.NoError(t, s.refresh().err)
	require.Equal(t, false, s.output("app", "hasLogo"))
	o := s.mustUp()
	require.Equal(t, []string{"logo"}, o.diffs["app"])
	require.Equal(t, true, s.instance.client(id)["hasLogo"])
	s.requireNoChanges()

	t.Log("deleting it again succeeds without a refresh")
	s.instance.mustRequest("DELETE", "/api/oidc/clients/"+id+"/logo", nil)
	s.declare("Client", "app", confidentialClient(id))
	s.mustUp()
	s.requireNoChanges()
}

func TestUnmanagedClientLogoIsKept(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Client", "app", clientWithLogo(id, textAsset(circleSVG)))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })

	t.Log("an import has no hash, so a logo in the program is uploaded once")
	other := newStack(t, s.instance)
	require.NoError(t, other.importResource("Client", "app", id).err)
	other.declare("Client", "app", confidentialClient(id))
	other.requireNoChanges()
	require.Equal(t, true, other.output("app", "hasLogo"))
	app := confidentialClient(id)
	app["name"] = "App 2"
	other.declare("Client", "app", app)
	other.mustUp()
	require.Equal(t, true, s.instance.client(id)["hasLogo"])
	app["logo"] = textAsset(circleSVG)
	other.declare("Client", "app", app)
	o := other.mustUp()
	require.Equal(t, []string{"logo"}, o.diffs["app"])
	other.requireNoChanges()
}

// TestRefusedClientLogoIsUploadedByTheNextUpdate refuses the upload, which happens
// after the client was created.
func TestRefusedClientLogoIsUploadedByTheNextUpdate(t *testing.T) {
	t.Parallel()
	for _, refresh := range []bool{true, false} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.declare("Client", "app", clientWithLogo("app", textAsset(circleSVG)))
		s.instance.forbidRequests("POST", "/logo")
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "logo: ")
		require.Contains(t, o.messages, "Not today")
		require.Equal(t, false, s.output("app", "hasLogo"))
		require.NotNil(t, s.output("app", "clientSecret"), "the create must complete the other steps")

		s.instance.intercept(nil)
		if refresh {
			require.NoError(t, s.refresh().err)
		}
		s.mustUp()
		require.Equal(t, true, s.instance.client("app")["hasLogo"])
		s.requireNoChanges()
	}
}

func TestLostResponseToLogoUploadIsRetried(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	var lost atomic.Int32
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/logo") || r.Method == "GET" || lost.Add(1)%2 == 0 {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.instance.server.ServeHTTP(httptest.NewRecorder(), r)
		dropConnection(w)
		return true
	})
	s.declare("Client", "app", clientWithLogo("app", textAsset(circleSVG)))
	s.mustUp()
	require.Equal(t, true, s.instance.client("app")["hasLogo"])
	s.declare("Client", "app", confidentialClient("app"))
	s.mustUp()
	require.Equal(t, false, s.instance.client("app")["hasLogo"])
	s.requireNoChanges()
	require.EqualValues(t, 4, lost.Load())
}

// TestLostResponseToLogoDeleteIsResolvedOnOldServers repeats the delete of a logo.
// Before 2.13 the server answers it with an internal error.
func TestLostResponseToLogoDeleteIsResolvedOnOldServers(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.9.0"}))
	s.config["maxRetries"] = "1"
	s.declare("Client", "app", clientWithLogo("app", textAsset(circleSVG)))
	s.mustUp()
	var once atomic.Bool
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "DELETE" || once.Swap(true) {
			return false
		}
		s.instance.server.ServeHTTP(httptest.NewRecorder(), r)
		dropConnection(w)
		return true
	})
	s.declare("Client", "app", confidentialClient("app"))
	s.mustUp()
	s.requireNoChanges()
}

func TestRemoteClientLogoIsReadOnUpload(t *testing.T) {
	t.Parallel()
	var now atomic.Value
	now.Store(testImage(t, "png", 1))
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone.png" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(now.Load().([]byte))
	}))
	t.Cleanup(web.Close)
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Client", "app", clientWithLogo(id, remoteAsset(web.URL+"/logo?token=very-secret")))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	_, kind := s.instance.getImage("/api/oidc/clients/" + id + "/logo")
	require.Equal(t, "image/png", kind, "the content determines the type if the name does not")
	s.requireNoChanges()
	now.Store(testImage(t, "gif", 1))
	require.Equal(t, []string{"logo"}, s.preview().diffs["app"])
	s.mustUp()
	require.Equal(t, sha256Hex(testImage(t, "gif", 1)), s.output("app", "logoHash"))
	s.requireNoChanges()

	now.Store([]byte("<html>Sign in</html>"))
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "logo must be an image of one of the types png, jpg")
	require.Equal(t, sha256Hex(testImage(t, "gif", 1)), s.output("app", "logoHash"), "nothing was written")
	s.declare("Client", "app", clientWithLogo(id, remoteAsset(web.URL+"/gone.png?token=very-secret")))
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, web.URL+"/gone.png answered 404 Not Found")
	require.NotContains(t, o.messages, "very-secret")
}

// TestUploadedClientLogoIsNotReadAgain removes the file after the upload.
func TestUploadedClientLogoIsNotReadAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	path := writeImage(t, "logo.svg", []byte(circleSVG))
	s.declare("Client", "app", clientWithLogo("app", fileAsset(path)))
	s.declare("ApplicationImage", "background", imageInputs("background", fileAsset(path)))
	s.mustUp()
	require.NoError(t, os.Remove(path))
	other := writeImage(t, "other.png", testImage(t, "png", 1))
	app := clientWithLogo("app", fileAsset(other))
	app["name"] = "App 2"
	s.declare("Client", "app", app).options.IgnoreChanges = []string{"logo"}
	s.declare("ApplicationImage", "background", imageInputs("background", fileAsset(other))).options.IgnoreChanges = []string{"image"}
	o := s.mustUp()
	require.Equal(t, []string{"name"}, o.diffs["app"])
	require.Empty(t, o.steps["background"])
	require.Equal(t, sha256Hex([]byte(circleSVG)), s.output("app", "logoHash"))
	s.requireNoChanges()

	t.Log("if the server has no logo any more, the file must exist")
	s.instance.mustRequest("DELETE", "/api/oidc/clients/app/logo", nil)
	o = s.up()
	require.NoError(t, o.err, "without a refresh there is no diff")
	app["name"] = "App 3"
	s.declare("Client", "app", app).options.IgnoreChanges = []string{"logo"}
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "logo: cannot be read: open "+path)
	require.Equal(t, "App 3", s.output("app", "name"))
}

func TestSecretClientLogoStaysSecret(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Client", "app", clientWithLogo("app", resource.MakeSecret(textAsset(circleSVG))))
	s.mustUp()
	require.True(t, s.state("app").Outputs["logo"].IsSecret())
	require.Equal(t, true, s.output("app", "hasLogo"))
	s.requireNoChanges()
	require.True(t, s.state("app").Inputs["logo"].IsSecret())
}

func TestClientLogoValidation(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	large := append(testImage(t, "png", 1), make([]byte, 2<<20)...)
	for name, row := range map[string]struct {
		logo resource.PropertyValue
		want string
	}{
		"an archive":   {resource.NewProperty(&archive.Archive{Sig: archive.ArchiveSig, Path: t.TempDir()}), "logo: must be an asset (a file, a text or a URL), not an archive"},
		"a string":     {resource.NewProperty("logo.png"), "logo: "},
		"empty":        {textAsset(""), "logo: is empty"},
		"a text":       {textAsset("hello"), "logo: must be an image of one of the types png, jpg"},
		"wrong ending": {fileAsset(writeImage(t, "a.png", testImage(t, "jpg", 1))), "logo: has the extension .png, but its content is jpg"},
		"a jpeg":       {fileAsset(writeImage(t, "a.jpeg", testImage(t, "jpg", 1))), ""},
		"upper case":   {fileAsset(writeImage(t, "A.GIF", testImage(t, "gif", 1))), ""},
		"no ending":    {fileAsset(writeImage(t, "a", testImage(t, "gif", 1))), ""},
		"other ending": {fileAsset(writeImage(t, "a.bin", testImage(t, "png", 1))), ""},
		"too large":    {fileAsset(writeImage(t, "a.png", large)), "logo: must be less than 2 MiB"},
		"at the limit": {fileAsset(writeImage(t, "a.png", large[:2<<20-10])), "logo: must be at most"},
		"missing file": {fileAsset("/nowhere/a.png"), "logo: cannot be read: open /nowhere/a.png"},
		"unknown":      {unknown, ""},
		"an svg":       {textAsset("<?xml version='1.0'?><!-- x -->\n" + circleSVG), ""},
		"an HTML page": {textAsset("<html><svg/></html>"), "logo: must be an image of one of the types png, jpg"},
		"an ico":       {fileAsset(writeImage(t, "a.ico", []byte("\x00\x00\x01\x00\x01\x00"))), ""},
		"a webp":       {fileAsset(writeImage(t, "a.webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "))), ""},
		"an avif":      {fileAsset(writeImage(t, "a.avif", []byte("\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif"))), ""},
		"a heic":       {fileAsset(writeImage(t, "a.heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))), ""},
		"a video":      {fileAsset(writeImage(t, "a.avif", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp41isom"))), "logo: must be an image of one of the types png, jpg"},
	} {
		got := c.failures("Client", toProps(clientWithLogo("app", row.logo)))
		if row.want == "" {
			require.Empty(t, got, name)
			continue
		}
		require.Len(t, got, 1, name)
		require.True(t, strings.HasPrefix(got[0], row.want), "%s: %s", name, got[0])
	}
}
