package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// failingCreates makes every create of a client fail.
func failingCreates(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/oidc/clients") {
		return false
	}
	reply(w, http.StatusBadRequest, "application/json", `{"error":"no"}`)
	return true
}

// An update that fails does not reach its deletions. The next update runs them, after the
// resources that took the place of the deleted ones are in the state.
func TestRenamedSingletonsAreKeptByALaterUpdate(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	user := s.instance.createUser()
	picture := fileAsset(writeImage(t, "it.png", testImage(t, "png", 1)))
	declare := func(prefix string) {
		s.declare("ApplicationImage", prefix+"-image", imageInputs("background", textAsset(circleSVG)))
		s.declare("UserProfilePicture", prefix+"-picture", map[string]any{"userId": user, "image": picture})
		s.declare(applicationConfiguration, prefix+"-settings", map[string]any{"appName": "Ours", "onDestroy": "reset"})
	}
	declare("old")
	s.mustUp()
	for _, name := range []string{"old-image", "old-picture", "old-settings"} {
		s.drop(name)
	}
	declare("new")
	image, _ := s.instance.getImage("/api/users/" + user + "/profile-picture.png")

	s.declare("Client", "fails", confidentialClient("fails"))
	s.instance.intercept(failingCreates)
	s.options.ContinueOnError = true // so that the new resources are created
	require.Error(t, s.up().err)
	s.options.ContinueOnError = false
	s.instance.intercept(nil)
	require.NotNil(t, s.find("old-image"), "the deletions were not reached")
	require.NotNil(t, s.find("new-image"))

	s.mustUp()
	require.Nil(t, s.find("old-image"))
	background, _ := s.instance.getImage("/api/application-images/background")
	require.Equal(t, circleSVG, string(background))
	kept, _ := s.instance.getImage("/api/users/" + user + "/profile-picture.png")
	require.Equal(t, image, kept)
	require.Equal(t, "Ours", s.instance.settings()["appName"])
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
	require.Equal(t, "Pocket ID", s.instance.settings()["appName"])
}

// A replacement whose old resource is still to be deleted after a failed update has both
// under one URN.
func TestAReplacementLeftOverKeepsWhatTheNewResourceHas(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	ann, group := s.instance.createUser(), s.instance.createGroup()
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": anySlice(ann)})
	s.declare("ApplicationImage", "image", imageInputs("background", textAsset(circleSVG)))
	s.declare(applicationConfiguration, "settings", map[string]any{"appName": "Ours", "onDestroy": "reset"})
	s.mustUp()

	s.declare("Client", "fails", confidentialClient("fails"))
	s.instance.intercept(failingCreates)
	s.options.ReplaceTargets = deploy.NewUrnTargets([]string{string(s.state("members").URN), string(s.state("image").URN), string(s.state("settings").URN)})
	s.options.ContinueOnError = true
	require.Error(t, s.up().err)
	s.options.ReplaceTargets, s.options.ContinueOnError = deploy.UrnTargets{}, false
	s.instance.intercept(nil)
	pending := 0
	for _, r := range s.snap.Resources {
		if r.Delete {
			pending++
		}
	}
	require.Equal(t, 3, pending, "the old resources are still to be deleted")

	s.mustUp()
	require.Equal(t, []string{ann}, s.instance.members(group))
	background, _ := s.instance.getImage("/api/application-images/background")
	require.Equal(t, circleSVG, string(background))
	require.Equal(t, "Ours", s.instance.settings()["appName"])
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
	require.Empty(t, s.instance.members(group))
}
