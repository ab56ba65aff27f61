package provider

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// replaceImage uploads an image as the web UI does.
func (i *testInstance) replaceImage(method, path, name string, content []byte) {
	i.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	require.NoError(i.t, err)
	_, _ = part.Write(content)
	require.NoError(i.t, form.Close())
	req, err := http.NewRequest(method, i.url+path, &body)
	require.NoError(i.t, err)
	req.Header.Set("X-API-Key", i.key)
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := http.DefaultClient.Do(req)
	require.NoError(i.t, err)
	require.NoError(i.t, res.Body.Close())
	require.Equal(i.t, http.StatusNoContent, res.StatusCode)
}

// managedImage is a resource with an image.
type managedImage struct {
	typ, property, hash, served string
	inputs                      map[string]any
	method, upload, get         string
}

// managedImages returns one image of each kind.
func managedImages(t *testing.T, s *stack) []managedImage {
	user := s.instance.createUser()
	content := func() resource.PropertyValue { return fileAsset(writeImage(t, "a.png", testImage(t, "png", 7))) }
	return []managedImage{
		{"Client", "logo", "logoHash", "servedLogoHash", withValue(confidentialClient("app"), "logo", content()), "POST", "/api/oidc/clients/app/logo", "/api/oidc/clients/app/logo"},
		{"Client", "darkLogo", "darkLogoHash", "servedDarkLogoHash", withValue(confidentialClient("app"), "darkLogo", content()), "POST", "/api/oidc/clients/app/logo?light=false", "/api/oidc/clients/app/logo"},
		{"ApplicationImage", "image", "imageHash", "servedImageHash", imageInputs("background", content()), "PUT", "/api/application-images/background", "/api/application-images/background"},
		{"UserProfilePicture", "image", "imageHash", "servedImageHash", map[string]any{"userId": user, "image": content()}, "PUT", "/api/users/" + user + "/profile-picture", "/api/users/" + user + "/profile-picture.png"},
	}
}

// processImages lets the server return other bytes than were uploaded, as Pocket ID does: it
// removes metadata and encodes some images again.
func (i *testInstance) processImages() {
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		isImage := strings.HasSuffix(r.URL.Path, "/logo") || strings.Contains(r.URL.Path, "-images/") || strings.HasSuffix(r.URL.Path, ".png")
		if r.Method != "GET" || !isImage {
			return false
		}
		answer := httptest.NewRecorder()
		i.server.ServeHTTP(answer, r)
		reply(w, answer.Code, answer.Header().Get("Content-Type"), "processed "+answer.Body.String())
		return true
	})
}

func TestReplacedImagesAreDrift(t *testing.T) {
	t.Parallel()
	for n := range 4 {
		s := newStack(t, newFake(t, fake.Options{}))
		image := managedImages(t, s)[n]
		s.instance.processImages()
		s.declare(image.typ, "it", image.inputs)
		requests := s.instance.requestsDuring(func() { s.mustUp() })
		require.Equal(t, 1, count(requests, "GET "+image.get), "one read after the upload of %s %s", image.typ, image.property)
		require.Equal(t, sha256Hex(testImage(t, "png", 7)), s.output("it", image.hash))
		require.Equal(t, sha256Hex(append([]byte("processed "), testImage(t, "png", 7)...)), s.output("it", image.served))
		require.Equal(t, 1, count(s.instance.requestsDuring(func() { require.NoError(t, s.refresh().err) }), "GET "+image.get), "one read in a refresh")
		s.requireNoChanges()

		s.instance.replaceImage(image.method, image.upload, "a.png", testImage(t, "png", 8))
		require.NoError(t, s.refresh().err)
		require.Empty(t, s.output("it", image.served))
		o := s.preview()
		require.Contains(t, o.diffs["it"], image.property, "%s", image.typ)
		require.True(t, o.outputs["it"][resource.PropertyKey(image.served)].ContainsUnknowns())
		s.mustUp()
		require.Equal(t, sha256Hex(append([]byte("processed "), testImage(t, "png", 7)...)), s.output("it", image.served))
		s.requireNoChanges()
	}
}

// A state without the hash, from an earlier version or because the image could not be read
// after the upload, gets it in a refresh.
func TestAnImageIsComparedFromTheFirstReadOn(t *testing.T) {
	t.Parallel()
	for n := range 4 {
		s := newStack(t, newFake(t, fake.Options{}))
		s.config["maxRetries"] = "0"
		image := managedImages(t, s)[n]
		s.instance.forbidRequests("GET", image.get)
		s.declare(image.typ, "it", image.inputs)
		s.mustUp()
		require.Empty(t, s.output("it", image.served), "the upload succeeded, although the image cannot be read")
		s.instance.intercept(nil)
		require.NoError(t, s.refresh().err)
		require.Equal(t, sha256Hex(testImage(t, "png", 7)), s.output("it", image.served))
		require.Empty(t, s.preview().steps)
		s.instance.replaceImage(image.method, image.upload, "a.png", testImage(t, "png", 8))
		require.NoError(t, s.refresh().err)
		require.Contains(t, s.mustUp().diffs["it"], image.property)
		s.requireNoChanges()
	}
}

// A logo that is deleted while the client is read does not look like a deleted client.
func TestALogoDeletedDuringARefreshIsNotADeletedClient(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	image := managedImages(t, s)[0]
	s.declare(image.typ, "it", image.inputs)
	s.mustUp()
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "GET" || r.URL.Path != image.get {
			return false
		}
		reply(w, http.StatusNotFound, "application/json", `{"error":"Image not found","code":"image_not_found"}`)
		return true
	})
	require.NoError(t, s.refresh().err)
	require.NotNil(t, s.find("it"))
	require.Contains(t, s.preview().diffs["it"], "logo")
}

func count(requests []string, request string) int {
	return len(slices.DeleteFunc(slices.Clone(requests), func(r string) bool { return r != request }))
}
