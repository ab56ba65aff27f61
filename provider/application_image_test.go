package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// An instance has one image of each kind. Only the first of these tests therefore
// uses an instance that it may share with other tests.

func imageInputs(kind string, image resource.PropertyValue) map[string]any {
	return map[string]any{"kind": kind, "image": image}
}

func TestApplicationImageLifecycleOfEachKind(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	for kind, path := range map[string]string{
		"logo": "logo", "darkLogo": "logo?light=false", "email": "email", "background": "background", "favicon": "favicon", "defaultProfilePicture": "default-profile-picture",
	} {
		if kind == "favicon" && !instance.atLeastMinor(5) {
			continue // older servers accept only .ico
		}
		s := newStack(t, instance)
		first, second := testImage(t, "png", 1), testImage(t, "png", 2)
		before, _ := instance.getImage("/api/application-images/" + path)
		s.declare("ApplicationImage", "it", imageInputs(kind, fileAsset(writeImage(t, "it.png", first))))
		require.NoError(t, s.preview().err)
		untouched, _ := instance.getImage("/api/application-images/" + path)
		require.Equal(t, before, untouched, "a preview has uploaded")
		s.mustUp()
		require.Equal(t, kind, string(s.state("it").ID))
		require.Equal(t, sha256Hex(first), s.output("it", "imageHash"))
		now, _ := instance.getImage("/api/application-images/" + path)
		require.Equal(t, first, now, kind)
		s.requireNoChanges()

		s.declare("ApplicationImage", "it", imageInputs(kind, fileAsset(writeImage(t, "it.png", second))))
		require.True(t, s.preview().outputs["it"]["imageHash"].ContainsUnknowns())
		o := s.mustUp()
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["it"])
		require.Equal(t, sha256Hex(second), s.output("it", "imageHash"))
		now, _ = instance.getImage("/api/application-images/" + path)
		require.Equal(t, second, now, kind)
		s.requireNoChanges()

		o = s.destroy()
		require.NoError(t, o.err, o.messages)
		now, _ = instance.getImage("/api/application-images/" + path)
		switch since := map[string]int{"logo": 14, "darkLogo": 14, "background": 5, "defaultProfilePicture": 0, "email": 99, "favicon": 99}[kind]; {
		case instance.atLeastMinor(since):
			require.Nil(t, now, kind)
		case since == 99:
			require.Equal(t, second, now)
			require.Contains(t, o.messages, "the image "+kind+" stays: Pocket ID can only replace it")
		default:
			require.Equal(t, second, now)
			require.Contains(t, o.messages, "the image "+kind+" stays: deleting it requires Pocket ID")
		}
	}
}

func TestDeletedApplicationImageIsUploadedAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("ApplicationImage", "it", imageInputs("background", textAsset(circleSVG)))
	s.mustUp()
	s.instance.mustRequest("DELETE", "/api/application-images/background", nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("it"))
	s.mustUp()
	now, _ := s.instance.getImage("/api/application-images/background")
	require.Equal(t, circleSVG, string(now))
	s.requireNoChanges()
}

func TestImportedApplicationImageIsUploadedOnceSet(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	o := s.importResource("ApplicationImage", "it", "favicon")
	require.NoError(t, o.err, o.messages)
	require.NotContains(t, o.messages, "failed to validate")
	s.declare("ApplicationImage", "it", map[string]any{"kind": "favicon"})
	s.requireNoChanges()
	s.declare("ApplicationImage", "it", imageInputs("favicon", textAsset(circleSVG)))
	o = s.mustUp()
	require.Equal(t, []string{"image"}, o.diffs["it"])
	s.requireNoChanges()
	s.declare("ApplicationImage", "it", map[string]any{"kind": "favicon"})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "image: is required: a file, a text or a URL")

	t.Log("the import option uploads the image, too")
	within := newStack(t, s.instance)
	within.declare("ApplicationImage", "it", imageInputs("favicon", textAsset(circleSVG))).options.ImportID = "favicon"
	within.mustUp()
	require.Equal(t, sha256Hex([]byte(circleSVG)), within.output("it", "imageHash"))
	within.requireNoChanges()

	require.Error(t, newStack(t, s.instance).importResource("ApplicationImage", "it", "banner").err)
	missing := newStack(t, s.instance).importResource("ApplicationImage", "it", "logo")
	require.Error(t, missing.err)
	require.Contains(t, missing.messages, "does not exist", "2.14 has no default logo")
}

// TestRenamedImagesAreKept matters because the engine creates the resource with the
// new name before it deletes the one with the old name.
func TestRenamedImagesAreKept(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	user := s.instance.createUser()
	s.declare("ApplicationImage", "it", imageInputs("background", textAsset(circleSVG)))
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": user, "image": fileAsset(writeImage(t, "it.png", testImage(t, "png", 1)))})
	s.mustUp()
	s.drop("it")
	s.drop("ada")
	s.declare("ApplicationImage", "renamed", imageInputs("background", textAsset(circleSVG)))
	s.declare("UserProfilePicture", "lovelace", map[string]any{"userId": user, "image": fileAsset(writeImage(t, "it.png", testImage(t, "png", 1)))})
	requests := s.instance.requestsDuring(func() { s.mustUp() })
	require.NotContains(t, strings.Join(requests, "\n"), "DELETE")
	require.Nil(t, s.find("it"))
	now, _ := s.instance.getImage("/api/application-images/background")
	require.Equal(t, circleSVG, string(now))
	require.Contains(t, strings.Join(s.instance.requestsDuring(func() { require.NoError(t, s.destroy().err) }), "\n"), "DELETE /api/application-images/background")
}

func TestChangedKindMovesTheApplicationImage(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("ApplicationImage", "it", imageInputs("logo", textAsset(circleSVG)))
	s.mustUp()
	s.declare("ApplicationImage", "it", imageInputs("darkLogo", textAsset(circleSVG)))
	s.mustUp()
	light, _ := s.instance.getImage("/api/application-images/logo")
	dark, _ := s.instance.getImage("/api/application-images/logo?light=false")
	require.Nil(t, light)
	require.Equal(t, circleSVG, string(dark))
	s.requireNoChanges()
}

func TestApplicationImagesOnOlderServers(t *testing.T) {
	t.Parallel()
	for version, stays := range map[string][]string{"2.3.0": {"logo", "background"}, "2.9.0": {"logo"}, "2.13.0": {"logo"}, "2.14.0": nil} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		s.declare("ApplicationImage", "logo", imageInputs("logo", textAsset(circleSVG)))
		s.declare("ApplicationImage", "background", imageInputs("background", textAsset(circleSVG)))
		s.mustUp()
		s.requireNoChanges()
		o := s.destroy()
		require.NoError(t, o.err, o.messages)
		require.Empty(t, s.snap.Resources)
		for _, kind := range []string{"logo", "background"} {
			now, _ := s.instance.getImage("/api/application-images/" + kind)
			warning := "the image " + kind + " stays: deleting it requires Pocket ID"
			if strings.Contains(strings.Join(stays, " "), kind) {
				require.NotNil(t, now)
				require.Contains(t, o.messages, warning)
			} else {
				require.Nil(t, now)
				require.NotContains(t, o.messages, warning)
			}
		}
		favicon := newChecker(t, s.instance).failures("ApplicationImage", toProps(imageInputs("favicon", textAsset(circleSVG))))
		if version == "2.3.0" {
			require.Equal(t, []string{"image: must be an image of the type ico (got svg)"}, favicon)
		} else {
			require.Empty(t, favicon)
		}
	}
}

func TestImageValidation(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	for _, row := range []struct {
		typ    string
		inputs map[string]any
		want   []string
	}{
		{"ApplicationImage", imageInputs("banner", textAsset(circleSVG)), []string{`kind: must be logo, darkLogo, email, background, favicon or defaultProfilePicture (got "banner")`}},
		{"ApplicationImage", map[string]any{"kind": "logo"}, []string{"image: is required: a file, a text or a URL"}},
		{"ApplicationImage", imageInputs("email", textAsset(circleSVG)), []string{"image: must be an image of the type png, jpg or jpeg (got svg)"}},
		{"ApplicationImage", imageInputs("favicon", fileAsset(writeImage(t, "a.gif", testImage(t, "gif", 1)))), []string{"image: must be an image of the type svg, png or ico (got gif)"}},
		{"ApplicationImage", map[string]any{"kind": unknown, "image": unknown}, nil},
		{"UserProfilePicture", map[string]any{"userId": "ada", "image": textAsset(circleSVG)}, []string{"userId: must be the ID of a user", "image: must be an image of the type png, jpg, jpeg, gif or webp (got svg)"}},
		{"UserProfilePicture", map[string]any{"userId": unknown, "image": fileAsset(writeImage(t, "a.gif", testImage(t, "gif", 1)))}, nil},
	} {
		got := c.failures(row.typ, toProps(row.inputs))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.True(t, strings.HasPrefix(got[i], want), "%s", got[i])
		}
	}
}

// TestOnlyPocketIDsNotFoundMeansAnImageIsGone answers with pages of a proxy: they
// are neither an image nor proof that there is none.
func TestOnlyPocketIDsNotFoundMeansAnImageIsGone(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.declare("ApplicationImage", "it", imageInputs("background", textAsset(circleSVG)))
	s.mustUp()
	for status, page := range map[int]string{http.StatusOK: "<html>Sign in</html>", http.StatusNotFound: "404 page not found", http.StatusForbidden: `{"error":"no"}`} {
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "application-images") {
				return false
			}
			reply(w, status, "text/html", page)
			return true
		})
		require.Error(t, s.refresh().err)
		require.NotNil(t, s.find("it"))
	}
}

func TestExistingApplicationImagesAreListed(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	config := instance.testConfig()
	list, err := (&ApplicationImage{config}).List(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []lifecycle.Listed{{ID: "email", Name: "email"}, {ID: "background", Name: "background"}, {ID: "favicon", Name: "favicon"}}, list)
	list, err = (&ApplicationConfiguration{config}).List(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []lifecycle.Listed{{ID: "application-configuration", Name: "application-configuration"}}, list)
}

func TestSingletonsDeclaredTwiceAreRefused(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("ApplicationImage", "one", map[string]any{"kind": "background", "image": fileAsset(writeImage(t, "a.png", testImage(t, "png", 1)))})
	s.declare("ApplicationImage", "other", map[string]any{"kind": "favicon", "image": fileAsset(writeImage(t, "a.png", testImage(t, "png", 1)))})
	s.declare("ApplicationConfiguration", "one-configuration", map[string]any{"appName": "One"})
	s.mustUp()
	s.requireNoChanges()
	s.declare("ApplicationImage", "other", map[string]any{"kind": "background", "image": fileAsset(writeImage(t, "a.png", testImage(t, "png", 1)))})
	o := s.preview()
	require.Error(t, o.err)
	require.Regexp(t, `ApplicationImage "(one|other)" also manages this object, which exists only once; declare it in only one of the two`, o.messages)
	s.drop("other")
	ada := s.instance.createUser()
	for _, name := range []string{"one-picture", "other-picture"} {
		s.declare("UserProfilePicture", name, map[string]any{"userId": ada, "image": fileAsset(writeImage(t, "a.png", testImage(t, "png", 1)))})
	}
	o = s.preview()
	require.Error(t, o.err)
	require.Regexp(t, `UserProfilePicture "(one|other)-picture" also manages this object, which exists only once; declare it in only one of the two`, o.messages)
	s.drop("one-picture")
	s.drop("other-picture")
	s.declare("ApplicationConfiguration", "other-configuration", map[string]any{"sessionDurationMinutes": 10.0})
	o = s.preview()
	require.Error(t, o.err)
	require.Regexp(t, `ApplicationConfiguration "(one|other)-configuration" also manages this object, which exists only once; declare it in only one of the two`, o.messages)
}
