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

func TestProfilePictureLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	ada, bob := s.instance.createUser(), s.instance.createUser()
	path := "/api/users/" + ada + "/profile-picture.png"
	generated, _ := s.instance.getImage(path)
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada, "image": fileAsset(writeImage(t, "a.png", testImage(t, "png", 1)))})
	s.mustUp()
	require.Equal(t, ada+"/profile-picture", string(s.state("ada").ID))
	require.Equal(t, sha256Hex(testImage(t, "png", 1)), s.output("ada", "imageHash"))
	first, _ := s.instance.getImage(path)
	require.NotEqual(t, generated, first)
	s.requireNoChanges()

	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada, "image": fileAsset(writeImage(t, "a.gif", testImage(t, "gif", 99)))})
	require.True(t, s.preview().outputs["ada"]["imageHash"].ContainsUnknowns())
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["ada"])
	second, _ := s.instance.getImage(path)
	require.NotEqual(t, first, second)
	s.requireNoChanges()

	t.Log("another user replaces the resource, and the first user gets the generated picture back")
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": bob, "image": fileAsset(writeImage(t, "a.gif", testImage(t, "gif", 99)))})
	o = s.mustUp()
	require.Contains(t, o.steps["ada"], deploy.OpReplace)
	now, _ := s.instance.getImage(path)
	require.Equal(t, generated, now)
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
}

func TestAProfilePictureIsDeletedWithItsUser(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	ada := s.instance.createUser()
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada, "image": fileAsset(writeImage(t, "a.png", testImage(t, "png", 1)))})
	s.mustUp()
	s.instance.mustRequest("DELETE", "/api/users/"+ada, nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("ada"))

	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, strings.ToLower(o.messages), "not found")
}

func TestAnImportedProfilePictureIsUploadedOnceTheProgramSetsAnImage(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	ada := s.instance.createUser()
	o := s.importResource("UserProfilePicture", "ada", ada)
	require.NoError(t, o.err, o.messages)
	require.NotContains(t, o.messages, "failed to validate")
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada})
	s.requireNoChanges()
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada, "image": fileAsset(writeImage(t, "a.png", testImage(t, "png", 1)))})
	require.Equal(t, []string{"image"}, s.mustUp().diffs["ada"])
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
}

func TestAPictureThatPocketIDRejectsIsAnError(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	ada := s.instance.createUser()
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/profile-picture") {
			return false
		}
		reply(w, http.StatusBadRequest, "application/json", `{"error":"Image is invalid","code":"invalid_image"}`)
		return true
	})
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": ada, "image": fileAsset(writeImage(t, "a.png", testImage(t, "png", 1)))})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "Image is invalid")
	require.Nil(t, s.find("ada"))
}
