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

const circle = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>`

// pixels is an image of one color.
func pixels(t *testing.T, kind string, shade uint8) []byte {
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

// onDisk is a path with this content.
func onDisk(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func fromFile(path string) resource.PropertyValue {
	return resource.NewProperty(&asset.Asset{Sig: asset.AssetSig, Path: path})
}

func fromText(text string) resource.PropertyValue {
	return resource.NewProperty(&asset.Asset{Sig: asset.AssetSig, Text: text})
}

func fromWeb(address string) resource.PropertyValue {
	return resource.NewProperty(&asset.Asset{Sig: asset.AssetSig, URI: address})
}

func sha(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// picture is an image that the server shows to everybody.
func (i *pocketID) picture(path string) (content []byte, kind string) {
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

func withLogo(id string, logo resource.PropertyValue) map[string]any {
	app := confidential(id)
	app["logo"] = logo
	return app
}

func TestAClientsLogosLiveTheirLives(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	path := onDisk(t, "logo.png", pixels(t, "png", 1))
	app := withLogo(id, fromFile(path))
	app["darkLogo"] = fromText(circle)
	s.declare("Client", "app", app)
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.True(t, o.new["app"]["logoHash"].ContainsUnknowns())
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, true, s.pocketID.client(id)["hasLogo"])
	require.Equal(t, true, s.output("app", "hasLogo"))
	require.Equal(t, true, s.output("app", "hasDarkLogo"))
	require.Equal(t, sha(pixels(t, "png", 1)), s.output("app", "logoHash"))
	require.Equal(t, sha([]byte(circle)), s.output("app", "darkLogoHash"))
	content, kind := s.pocketID.picture("/api/oidc/clients/" + id + "/logo?light=false")
	require.Equal(t, "image/svg+xml", kind)
	require.Equal(t, circle, string(content))
	_, kind = s.pocketID.picture("/api/oidc/clients/" + id + "/logo")
	require.Equal(t, "image/png", kind)
	s.steady()

	t.Log("another content is uploaded, the same from elsewhere is not")
	require.NoError(t, os.WriteFile(path, pixels(t, "png", 2), 0o600))
	app["darkLogo"] = fromFile(onDisk(t, "circle.svg", []byte(circle)))
	s.declare("Client", "app", app)
	o = s.preview()
	require.Equal(t, []string{"logo"}, o.diffs["app"])
	require.True(t, o.new["app"]["logoHash"].ContainsUnknowns())
	require.Equal(t, true, o.new["app"]["hasLogo"].BoolValue(), "it had one and has one")
	uploads := uploaded(s.pocketID.counted(func() { s.mustUp() }))
	require.Equal(t, []string{"POST /api/oidc/clients/" + id + "/logo"}, uploads)
	require.Equal(t, sha(pixels(t, "png", 2)), s.output("app", "logoHash"))
	s.steady()

	t.Log("a client changes without its logos")
	app["name"] = "App 2"
	s.declare("Client", "app", app)
	require.Empty(t, uploaded(s.pocketID.counted(func() { s.mustUp() })))
	s.steady()

	t.Log("taken out of the program, a logo goes")
	delete(app, "darkLogo")
	s.declare("Client", "app", app)
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.Equal(t, false, s.output("app", "hasDarkLogo"))
	require.Nil(t, s.output("app", "darkLogoHash"))
	require.Equal(t, true, s.pocketID.client(id)["hasLogo"])
	s.steady()
}

func uploaded(requests []string) (uploads []string) {
	for _, r := range requests {
		if strings.HasSuffix(r, "/logo") {
			uploads = append(uploads, r)
		}
	}
	return uploads
}

func TestALogoThatSomebodyDeletedIsUploadedAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Client", "app", withLogo(id, fromText(circle)))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.pocketID.ask("DELETE", "/api/oidc/clients/"+id+"/logo", nil)
	require.NoError(t, s.refresh().err)
	require.Equal(t, false, s.output("app", "hasLogo"))
	o := s.mustUp()
	require.Equal(t, []string{"logo"}, o.diffs["app"])
	require.Equal(t, true, s.pocketID.client(id)["hasLogo"])
	s.steady()

	t.Log("also where nobody looked before the logo is to go")
	s.pocketID.ask("DELETE", "/api/oidc/clients/"+id+"/logo", nil)
	s.declare("Client", "app", confidential(id))
	s.mustUp()
	s.steady()
}

func TestALogoOfSomebodyElseIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Client", "app", withLogo(id, fromText(circle)))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })

	t.Log("an import knows no hash: what the program names is uploaded once")
	other := newStack(t, s.pocketID)
	require.NoError(t, other.importing("Client", "app", id).err)
	other.declare("Client", "app", confidential(id))
	other.steady()
	require.Equal(t, true, other.output("app", "hasLogo"))
	app := confidential(id)
	app["name"] = "App 2"
	other.declare("Client", "app", app)
	other.mustUp()
	require.Equal(t, true, s.pocketID.client(id)["hasLogo"])
	app["logo"] = fromText(circle)
	other.declare("Client", "app", app)
	o := other.mustUp()
	require.Equal(t, []string{"logo"}, o.diffs["app"])
	other.steady()
}

// An upload can fail after the client exists.
func TestALogoThatWasRefusedIsUploadedByTheNextUpdate(t *testing.T) {
	t.Parallel()
	for _, refresh := range []bool{true, false} {
		s := newStack(t, onFake(t, fake.Options{}))
		s.declare("Client", "app", withLogo("app", fromText(circle)))
		s.pocketID.refusing("POST", "/logo")
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "logo: ")
		require.Contains(t, o.text, "Not today")
		require.Equal(t, false, s.output("app", "hasLogo"))
		require.NotNil(t, s.output("app", "clientSecret"), "the rest is done")

		s.pocketID.meddling(nil)
		if refresh {
			require.NoError(t, s.refresh().err)
		}
		s.mustUp()
		require.Equal(t, true, s.pocketID.client("app")["hasLogo"])
		s.steady()
	}
}

func TestALostAnswerToAnUploadIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	var lost atomic.Int32
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/logo") || lost.Add(1)%2 == 0 {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.pocketID.server.ServeHTTP(httptest.NewRecorder(), r)
		hijackAndClose(w)
		return true
	})
	s.declare("Client", "app", withLogo("app", fromText(circle)))
	s.mustUp()
	require.Equal(t, true, s.pocketID.client("app")["hasLogo"])
	s.declare("Client", "app", confidential("app"))
	s.mustUp()
	require.Equal(t, false, s.pocketID.client("app")["hasLogo"])
	s.steady()
	require.EqualValues(t, 4, lost.Load())
}

// Before 2.13 a logo that is gone already is a failure of the server's.
func TestADeletedLogoIsGoneOnOldServersToo(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{Version: "2.9.0"}))
	s.config["maxRetries"] = "1"
	s.declare("Client", "app", withLogo("app", fromText(circle)))
	s.mustUp()
	var once atomic.Bool
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "DELETE" || once.Swap(true) {
			return false
		}
		s.pocketID.server.ServeHTTP(httptest.NewRecorder(), r)
		hijackAndClose(w)
		return true
	})
	s.declare("Client", "app", confidential("app"))
	s.mustUp()
	s.steady()
}

func TestALogoFromTheWebIsReadWhenItIsUploaded(t *testing.T) {
	t.Parallel()
	var now atomic.Value
	now.Store(pixels(t, "png", 1))
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone.png" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(now.Load().([]byte))
	}))
	t.Cleanup(web.Close)
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Client", "app", withLogo(id, fromWeb(web.URL+"/logo?token=very-secret")))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	_, kind := s.pocketID.picture("/api/oidc/clients/" + id + "/logo")
	require.Equal(t, "image/png", kind, "the content tells the type where the name does not")
	s.steady()
	now.Store(pixels(t, "gif", 1))
	require.Equal(t, []string{"logo"}, s.preview().diffs["app"])
	s.mustUp()
	require.Equal(t, sha(pixels(t, "gif", 1)), s.output("app", "logoHash"))
	s.steady()

	now.Store([]byte("<html>Sign in</html>"))
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "logo must be an image")
	require.Equal(t, sha(pixels(t, "gif", 1)), s.output("app", "logoHash"), "nothing was written")
	s.declare("Client", "app", withLogo(id, fromWeb(web.URL+"/gone.png?token=very-secret")))
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, web.URL+"/gone.png answers 404 Not Found")
	require.NotContains(t, o.text, "very-secret")
}

// Whatever was uploaded need not stay where it was.
func TestALogoThatWasUploadedIsNotReadAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	path := onDisk(t, "logo.svg", []byte(circle))
	s.declare("Client", "app", withLogo("app", fromFile(path)))
	s.declare("ApplicationImage", "background", ofKind("background", fromFile(path)))
	s.mustUp()
	require.NoError(t, os.Remove(path))
	other := onDisk(t, "other.png", pixels(t, "png", 1))
	app := withLogo("app", fromFile(other))
	app["name"] = "App 2"
	s.declare("Client", "app", app).options.IgnoreChanges = []string{"logo"}
	s.declare("ApplicationImage", "background", ofKind("background", fromFile(other))).options.IgnoreChanges = []string{"image"}
	o := s.mustUp()
	require.Equal(t, []string{"name"}, o.diffs["app"])
	require.Empty(t, o.steps["background"])
	require.Equal(t, sha([]byte(circle)), s.output("app", "logoHash"))
	s.steady()

	t.Log("but where the server has lost it, it must be there")
	s.pocketID.ask("DELETE", "/api/oidc/clients/app/logo", nil)
	o = s.up()
	require.NoError(t, o.err, "nobody has noticed")
	app["name"] = "App 3"
	s.declare("Client", "app", app).options.IgnoreChanges = []string{"logo"}
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "logo: cannot be read: open "+path)
	require.Equal(t, "App 3", s.output("app", "name"))
}

func TestALogoThatIsASecretStaysOne(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("Client", "app", withLogo("app", resource.MakeSecret(fromText(circle))))
	s.mustUp()
	require.True(t, s.state("app").Outputs["logo"].IsSecret())
	require.Equal(t, true, s.output("app", "hasLogo"))
	s.steady()
	require.True(t, s.state("app").Inputs["logo"].IsSecret())
}

func TestWhatIsNoLogoIsRefusedInThePreview(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	large := append(pixels(t, "png", 1), make([]byte, 2<<20)...)
	for name, row := range map[string]struct {
		logo resource.PropertyValue
		want string
	}{
		"an archive":    {resource.NewProperty(&archive.Archive{Sig: archive.ArchiveSig, Path: t.TempDir()}), "logo: must be an asset (a file, a text or a URL), not an archive"},
		"a word":        {resource.NewProperty("logo.png"), "logo: "},
		"nothing":       {fromText(""), "logo: is empty"},
		"a text":        {fromText("hello"), "logo: must be an image (png, jpg"},
		"another type":  {fromFile(onDisk(t, "a.png", pixels(t, "jpg", 1))), "logo: ends in .png, but its content is jpg"},
		"a jpeg":        {fromFile(onDisk(t, "a.jpeg", pixels(t, "jpg", 1))), ""},
		"upper case":    {fromFile(onDisk(t, "A.GIF", pixels(t, "gif", 1))), ""},
		"no ending":     {fromFile(onDisk(t, "a", pixels(t, "gif", 1))), ""},
		"another name":  {fromFile(onDisk(t, "a.bin", pixels(t, "png", 1))), ""},
		"too much":      {fromFile(onDisk(t, "a.png", large)), "logo: must have less than 2 MiB"},
		"with its wrap": {fromFile(onDisk(t, "a.png", large[:2<<20-10])), "logo: must have at most"},
		"not there":     {fromFile("/nowhere/a.png"), "logo: cannot be read: open /nowhere/a.png"},
		"unknown":       {unknown, ""},
		"an svg":        {fromText("<?xml version='1.0'?><!-- x -->\n" + circle), ""},
		"a page":        {fromText("<html><svg/></html>"), "logo: must be an image"},
		"an ico":        {fromFile(onDisk(t, "a.ico", []byte("\x00\x00\x01\x00\x01\x00"))), ""},
		"a webp":        {fromFile(onDisk(t, "a.webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "))), ""},
		"an avif":       {fromFile(onDisk(t, "a.avif", []byte("\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif"))), ""},
		"a heic":        {fromFile(onDisk(t, "a.heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))), ""},
		"a film":        {fromFile(onDisk(t, "a.avif", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp41isom"))), "logo: must be an image"},
	} {
		got := c.failures("Client", said(withLogo("app", row.logo)))
		if row.want == "" {
			require.Empty(t, got, name)
			continue
		}
		require.Len(t, got, 1, name)
		require.True(t, strings.HasPrefix(got[0], row.want), "%s: %s", name, got[0])
	}
}
