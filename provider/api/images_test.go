package api

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func upload(t *testing.T, kind, content string) Upload {
	t.Helper()
	u, err := Image{Type: kind, Content: []byte(content)}.Encode()
	require.NoError(t, err)
	return u
}

func TestAnImageIsUploadedAsOneFileWithItsType(t *testing.T) {
	t.Parallel()
	var got []string
	c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		file, header, err := r.FormFile("file")
		require.NoError(t, err)
		content, err := io.ReadAll(file)
		require.NoError(t, err)
		got = append(got, r.Method+" "+r.URL.String()+" "+header.Filename+" "+string(content))
		w.WriteHeader(http.StatusNoContent)
	}, noRetries)
	u := upload(t, "png", "pixels")
	require.NoError(t, c.SetClientLogo(t.Context(), "app", LightVariant, u))
	require.NoError(t, c.SetClientLogo(t.Context(), "app", DarkVariant, u))
	require.NoError(t, c.SetApplicationImage(t.Context(), DarkLogo, u))
	require.NoError(t, c.SetApplicationImage(t.Context(), DefaultProfilePicture, u))
	require.NoError(t, c.SetProfilePicture(t.Context(), "ada", u))
	require.Equal(t, []string{
		"POST /api/oidc/clients/app/logo?light=true image.png pixels",
		"POST /api/oidc/clients/app/logo?light=false image.png pixels",
		"PUT /api/application-images/logo?light=false image.png pixels",
		"PUT /api/application-images/default-profile-picture image.png pixels",
		"PUT /api/users/ada/profile-picture image.png pixels",
	}, got)
}

// Users upload images that are larger than the maximum of this provider.
func TestAnImageOfAnySizeExists(t *testing.T) {
	t.Parallel()
	c := connectHTTP(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(make([]byte, maxResponseBytes+1))
	}, noRetries)
	has, err := c.HasApplicationImage(t.Context(), Background)
	require.NoError(t, err)
	require.True(t, has)
}

// The hash is that of the bytes of the response, which no cache may answer.
func TestHashOfAServedImage(t *testing.T) {
	t.Parallel()
	var requests []string
	var asked []string
	c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		asked = append(asked, q.Get("uncached"))
		q.Del("uncached")
		requests = append(requests, r.URL.Path+"?"+q.Encode())
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(make([]byte, 1<<17))
	}, noRetries)
	sum := sha256.Sum256(make([]byte, 1<<17))
	for _, get := range []func() (string, error){
		func() (string, error) { return c.ClientLogoHash(t.Context(), "app", LightVariant) },
		func() (string, error) { return c.ClientLogoHash(t.Context(), "app", DarkVariant) },
		func() (string, error) { return c.ApplicationImageHash(t.Context(), DarkLogo) },
		func() (string, error) { return c.ApplicationImageHash(t.Context(), Background) },
		func() (string, error) { return c.ProfilePictureHash(t.Context(), "ada") },
	} {
		hash, err := get()
		require.NoError(t, err)
		require.Equal(t, hex.EncodeToString(sum[:]), hash)
	}
	require.Equal(t, []string{"/api/oidc/clients/app/logo?light=true", "/api/oidc/clients/app/logo?light=false", "/api/application-images/logo?light=false",
		"/api/application-images/background?", "/api/users/ada/profile-picture.png?"}, requests)
	slices.Sort(asked)
	require.Len(t, slices.Compact(asked), 5)
}

func TestUnknownImagesAndInvalidIDsReachNoURL(t *testing.T) {
	t.Parallel()
	c := connectHTTP(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }, noRetries)
	u := upload(t, "svg", "<svg/>")
	_, has := c.HasApplicationImage(t.Context(), "banner")
	for _, err := range []error{
		has, errorOf(c.ApplicationImageHash(t.Context(), "banner")), errorOf(c.ClientLogoHash(t.Context(), "", LightVariant)), errorOf(c.ProfilePictureHash(t.Context(), "..")), c.SetClientLogo(t.Context(), "", LightVariant, u), c.DeleteClientLogo(t.Context(), "", LightVariant), c.SetApplicationImage(t.Context(), "", u),
		c.DeleteApplicationImage(t.Context(), "../x"), c.SetProfilePicture(t.Context(), "a/b", u), c.DeleteProfilePicture(t.Context(), ""),
	} {
		require.ErrorIs(t, err, ErrInvalidID)
	}
	_, err := Image{Type: "bmp"}.Encode()
	require.Error(t, err)
}

// A server before 2.13 answers 500, whether or not there was a logo.
func TestALogoThatIsStillThereWasNotDeleted(t *testing.T) {
	t.Parallel()
	for has, want := range map[string]bool{`"hasLogo":true`: false, `"hasLogo":false`: true, `"hasLogo":false,"hasDarkLogo":true`: true} {
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				respond(w, http.StatusInternalServerError, `{"error":"Something went wrong"}`)
				return
			}
			respond(w, http.StatusOK, `{"id":"app",`+has+`}`)
		}, noRetries)
		err := c.DeleteClientLogo(t.Context(), "app", LightVariant)
		require.Equal(t, want, err == nil, "%s: %v", has, err)
	}
}

func TestAResponseThatIsNotAnImageIsAnError(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]error{"image/png|pixels": nil, "text/html|<html>Sign in</html>": ErrNotPocketID, "application/json|{}": ErrNotPocketID} {
		kind, body, _ := strings.Cut(page, "|")
		c := connectHTTP(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, body)
		}, noRetries)
		has, err := c.HasApplicationImage(t.Context(), Background)
		require.ErrorIs(t, err, want)
		require.Equal(t, want == nil, has)
	}
}
