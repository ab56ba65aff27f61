package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestAProfilePictureLivesItsLife(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	ada, bob := s.pocketID.person(), s.pocketID.person()
	path := "/api/users/" + ada + "/profile-picture.png"
	before, _ := s.pocketID.picture(path)
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada, "image": fromFile(onDisk(t, "a.png", pixels(t, "png", 1)))})
	s.mustUp()
	require.Equal(t, ada+"/profile-picture", string(s.state("ada").ID))
	require.Equal(t, sha(pixels(t, "png", 1)), s.output("ada", "imageHash"))
	first, _ := s.pocketID.picture(path)
	require.NotEqual(t, before, first)
	s.steady()

	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada, "image": fromFile(onDisk(t, "a.gif", pixels(t, "gif", 99)))})
	require.True(t, s.preview().new["ada"]["imageHash"].ContainsUnknowns())
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["ada"])
	second, _ := s.pocketID.picture(path)
	require.NotEqual(t, first, second)
	s.steady()

	t.Log("another user gets the picture, and the first one has none again")
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": bob, "image": fromFile(onDisk(t, "a.gif", pixels(t, "gif", 99)))})
	o = s.mustUp()
	require.Contains(t, o.steps["ada"], deploy.OpReplace)
	now, _ := s.pocketID.picture(path)
	require.Equal(t, before, now)
	s.steady()
	require.NoError(t, s.destroy().err)
}

func TestAProfilePictureGoesWithItsUser(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	ada := s.pocketID.person()
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada, "image": fromFile(onDisk(t, "a.png", pixels(t, "png", 1)))})
	s.mustUp()
	s.pocketID.ask("DELETE", "/api/users/"+ada, nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("ada"))

	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, strings.ToLower(o.text), "not found")
}

func TestAnImportedProfilePictureIsUploadedOnceTheProgramNamesIt(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	ada := s.pocketID.person()
	o := s.importing("UserProfilePicture", "ada", ada)
	require.NoError(t, o.err, o.text)
	require.NotContains(t, o.text, "failed to validate")
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada})
	s.steady()
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada, "image": fromFile(onDisk(t, "a.png", pixels(t, "png", 1)))})
	require.Equal(t, []string{"image"}, s.mustUp().diffs["ada"])
	s.steady()
	require.NoError(t, s.destroy().err)
}

func TestAPictureThatPocketIDCannotReadIsItsError(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	ada := s.pocketID.person()
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/profile-picture") {
			return false
		}
		reply(w, http.StatusBadRequest, "application/json", `{"error":"Image is invalid","code":"invalid_image"}`)
		return true
	})
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada, "image": fromFile(onDisk(t, "a.png", pixels(t, "png", 1)))})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "Image is invalid")
	require.Nil(t, s.find("ada"))
}
