package api

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func upload(t *testing.T, kind, content string) Upload {
	t.Helper()
	u, err := Picture{Type: kind, Content: []byte(content)}.Upload()
	require.NoError(t, err)
	return u
}

func TestAPictureGoesOutAsOneFileWithItsType(t *testing.T) {
	t.Parallel()
	var got []string
	c := over(t, func(w http.ResponseWriter, r *http.Request) {
		file, header, err := r.FormFile("file")
		require.NoError(t, err)
		content, err := io.ReadAll(file)
		require.NoError(t, err)
		got = append(got, r.Method+" "+r.URL.String()+" "+header.Filename+" "+string(content))
		w.WriteHeader(http.StatusNoContent)
	}, never)
	u := upload(t, "png", "pixels")
	require.NoError(t, c.SetClientLogo(t.Context(), "app", false, u))
	require.NoError(t, c.SetClientLogo(t.Context(), "app", true, u))
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

// People upload photographs that are larger than what this provider uploads.
func TestAPictureOfAnySizeIsThere(t *testing.T) {
	t.Parallel()
	c := over(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(make([]byte, maxAnswer+1))
	}, never)
	has, err := c.HasApplicationImage(t.Context(), Background)
	require.NoError(t, err)
	require.True(t, has)
}

func TestWhatHasNoPlaceReachesNoURL(t *testing.T) {
	t.Parallel()
	c := over(t, func(http.ResponseWriter, *http.Request) { t.Error("a request went out") }, never)
	u := upload(t, "svg", "<svg/>")
	_, has := c.HasApplicationImage(t.Context(), "banner")
	for _, err := range []error{
		has, c.SetClientLogo(t.Context(), "", false, u), c.DeleteClientLogo(t.Context(), "", false), c.SetApplicationImage(t.Context(), "", u),
		c.DeleteApplicationImage(t.Context(), "../x"), c.SetProfilePicture(t.Context(), "a/b", u), c.DeleteProfilePicture(t.Context(), ""),
	} {
		require.ErrorIs(t, err, ErrBadID)
	}
	_, err := Picture{Type: "bmp"}.Upload()
	require.Error(t, err)
}

// A server before 2.13 says that it has failed, whether or not there was a logo.
func TestALogoThatIsStillThereWasNotDeleted(t *testing.T) {
	t.Parallel()
	for has, want := range map[string]bool{`"hasLogo":true`: false, `"hasLogo":false`: true, `"hasLogo":false,"hasDarkLogo":true`: true} {
		c := over(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				answer(w, http.StatusInternalServerError, `{"error":"Something went wrong"}`)
				return
			}
			answer(w, http.StatusOK, `{"id":"app",`+has+`}`)
		}, never)
		err := c.DeleteClientLogo(t.Context(), "app", false)
		require.Equal(t, want, err == nil, "%s: %v", has, err)
	}
}

func TestOnlyAnImageIsOne(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]error{"image/png|pixels": nil, "text/html|<html>Sign in</html>": ErrNotPocketID, "application/json|{}": ErrNotPocketID} {
		kind, body, _ := strings.Cut(page, "|")
		c := over(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, body)
		}, never)
		has, err := c.HasApplicationImage(t.Context(), Background)
		require.ErrorIs(t, err, want)
		require.Equal(t, want == nil, has)
	}
}
