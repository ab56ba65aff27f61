package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// An instance has one image of a kind: only the first of these is on one that many
// tests share.

func ofKind(kind string, image resource.PropertyValue) map[string]any {
	return map[string]any{"kind": kind, "image": image}
}

func TestAnApplicationImageOfEachKindLivesItsLife(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	for kind, path := range map[string]string{
		"logo": "logo", "darkLogo": "logo?light=false", "email": "email", "background": "background", "favicon": "favicon", "defaultProfilePicture": "default-profile-picture",
	} {
		if kind == "favicon" && !on.has(5) {
			continue // it must be an .ico
		}
		s := newStack(t, on)
		first, second := pixels(t, "png", 1), pixels(t, "png", 2)
		before, _ := on.picture("/api/application-images/" + path)
		s.declare("ApplicationImage", "it", ofKind(kind, fromFile(onDisk(t, "it.png", first))))
		require.NoError(t, s.preview().err)
		untouched, _ := on.picture("/api/application-images/" + path)
		require.Equal(t, before, untouched, "a preview has uploaded")
		s.mustUp()
		require.Equal(t, kind, string(s.state("it").ID))
		require.Equal(t, sha(first), s.output("it", "imageHash"))
		now, _ := on.picture("/api/application-images/" + path)
		require.Equal(t, first, now, kind)
		s.steady()

		s.declare("ApplicationImage", "it", ofKind(kind, fromFile(onDisk(t, "it.png", second))))
		require.True(t, s.preview().new["it"]["imageHash"].ContainsUnknowns())
		o := s.mustUp()
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["it"])
		require.Equal(t, sha(second), s.output("it", "imageHash"))
		now, _ = on.picture("/api/application-images/" + path)
		require.Equal(t, second, now, kind)
		s.steady()

		o = s.destroy()
		require.NoError(t, o.err, o.text)
		now, _ = on.picture("/api/application-images/" + path)
		switch since := map[string]int{"logo": 14, "darkLogo": 14, "background": 5, "defaultProfilePicture": 0, "email": 99, "favicon": 99}[kind]; {
		case on.has(since):
			require.Nil(t, now, kind)
		case since == 99:
			require.Equal(t, second, now)
			require.Contains(t, o.text, "the image "+kind+" stays: Pocket ID cannot delete it")
		default:
			require.Equal(t, second, now)
			require.Contains(t, o.text, "the image "+kind+" stays: deleting it needs Pocket ID")
		}
	}
}

func TestAnImageThatSomebodyDeletedIsUploadedAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("ApplicationImage", "it", ofKind("background", fromText(circle)))
	s.mustUp()
	s.pocketID.ask("DELETE", "/api/application-images/background", nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("it"))
	s.mustUp()
	now, _ := s.pocketID.picture("/api/application-images/background")
	require.Equal(t, circle, string(now))
	s.steady()
}

func TestAnImportedImageIsUploadedOnceTheProgramNamesIt(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	o := s.importing("ApplicationImage", "it", "favicon")
	require.NoError(t, o.err, o.text)
	require.NotContains(t, o.text, "failed to validate")
	s.declare("ApplicationImage", "it", map[string]any{"kind": "favicon"})
	s.steady()
	s.declare("ApplicationImage", "it", ofKind("favicon", fromText(circle)))
	o = s.mustUp()
	require.Equal(t, []string{"image"}, o.diffs["it"])
	s.steady()
	s.declare("ApplicationImage", "it", map[string]any{"kind": "favicon"})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "must be given: a file, a text or a URL")

	t.Log("so it is where the program itself says what to import")
	within := newStack(t, s.pocketID)
	within.declare("ApplicationImage", "it", ofKind("favicon", fromText(circle))).options.ImportID = "favicon"
	within.mustUp()
	require.Equal(t, sha([]byte(circle)), within.output("it", "imageHash"))
	within.steady()

	require.Error(t, newStack(t, s.pocketID).importing("ApplicationImage", "it", "banner").err)
	missing := newStack(t, s.pocketID).importing("ApplicationImage", "it", "logo")
	require.Error(t, missing.err)
	require.Contains(t, missing.text, "does not exist", "2.14 has no logo of its own")
}

// The engine makes what has another name before it deletes what was there.
func TestAnImageSurvivesAnotherName(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	user := s.pocketID.person()
	s.declare("ApplicationImage", "it", ofKind("background", fromText(circle)))
	s.declare("UserProfilePicture", "ada", map[string]any{"userId": user, "image": fromFile(onDisk(t, "it.png", pixels(t, "png", 1)))})
	s.mustUp()
	s.drop("it")
	s.drop("ada")
	s.declare("ApplicationImage", "renamed", ofKind("background", fromText(circle)))
	s.declare("UserProfilePicture", "lovelace", map[string]any{"userId": user, "image": fromFile(onDisk(t, "it.png", pixels(t, "png", 1)))})
	requests := s.pocketID.counted(func() { s.mustUp() })
	require.NotContains(t, strings.Join(requests, "\n"), "DELETE")
	require.Nil(t, s.find("it"))
	now, _ := s.pocketID.picture("/api/application-images/background")
	require.Equal(t, circle, string(now))
	require.Contains(t, strings.Join(s.pocketID.counted(func() { require.NoError(t, s.destroy().err) }), "\n"), "DELETE /api/application-images/background")
}

func TestAnotherKindMovesTheImage(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("ApplicationImage", "it", ofKind("logo", fromText(circle)))
	s.mustUp()
	s.declare("ApplicationImage", "it", ofKind("darkLogo", fromText(circle)))
	s.mustUp()
	light, _ := s.pocketID.picture("/api/application-images/logo")
	dark, _ := s.pocketID.picture("/api/application-images/logo?light=false")
	require.Nil(t, light)
	require.Equal(t, circle, string(dark))
	s.steady()
}

func TestWhatAnOlderServerCannotDoWithImages(t *testing.T) {
	t.Parallel()
	for version, stays := range map[string][]string{"2.3.0": {"logo", "background"}, "2.9.0": {"logo"}, "2.13.0": {"logo"}, "2.14.0": nil} {
		s := newStack(t, onFake(t, fake.Options{Version: version}))
		s.declare("ApplicationImage", "logo", ofKind("logo", fromText(circle)))
		s.declare("ApplicationImage", "background", ofKind("background", fromText(circle)))
		s.mustUp()
		s.steady()
		o := s.destroy()
		require.NoError(t, o.err, o.text)
		require.Empty(t, s.snap.Resources)
		for _, kind := range []string{"logo", "background"} {
			now, _ := s.pocketID.picture("/api/application-images/" + kind)
			warning := "the image " + kind + " stays: deleting it needs Pocket ID"
			if strings.Contains(strings.Join(stays, " "), kind) {
				require.NotNil(t, now)
				require.Contains(t, o.text, warning)
			} else {
				require.Nil(t, now)
				require.NotContains(t, o.text, warning)
			}
		}
		favicon := newChecker(t, s.pocketID).failures("ApplicationImage", said(ofKind("favicon", fromText(circle))))
		if version == "2.3.0" {
			require.Equal(t, []string{"image: must be of the type ico here, is svg"}, favicon)
		} else {
			require.Empty(t, favicon)
		}
	}
}

func TestAnImageThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	for _, row := range []struct {
		typ    string
		inputs map[string]any
		want   []string
	}{
		{"ApplicationImage", ofKind("banner", fromText(circle)), []string{`kind: must be logo, darkLogo, email, background, favicon or defaultProfilePicture, is "banner"`}},
		{"ApplicationImage", map[string]any{"kind": "logo"}, []string{"image: must be given: a file, a text or a URL"}},
		{"ApplicationImage", ofKind("email", fromText(circle)), []string{"image: must be of the type png, jpg, jpeg here, is svg"}},
		{"ApplicationImage", ofKind("favicon", fromFile(onDisk(t, "a.gif", pixels(t, "gif", 1)))), []string{"image: must be of the type svg, png, ico here, is gif"}},
		{"ApplicationImage", map[string]any{"kind": unknown, "image": unknown}, nil},
		{"UserProfilePicture", map[string]any{"userId": "ada", "image": fromText(circle)}, []string{"userId: must be the id of a user", "image: must be of the type png, jpg, jpeg, gif, webp here, is svg"}},
		{"UserProfilePicture", map[string]any{"userId": unknown, "image": fromFile(onDisk(t, "a.gif", pixels(t, "gif", 1)))}, nil},
	} {
		got := c.failures(row.typ, said(row.inputs))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.True(t, strings.HasPrefix(got[i], want), "%s", got[i])
		}
	}
}

// A page of a proxy's is no image, and not its absence either.
func TestOnlyPocketIDsWordMeansThatAnImageIsGone(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.declare("ApplicationImage", "it", ofKind("background", fromText(circle)))
	s.mustUp()
	for status, page := range map[int]string{http.StatusOK: "<html>Sign in</html>", http.StatusNotFound: "404 page not found", http.StatusForbidden: `{"error":"no"}`} {
		s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
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

func TestTheImagesThatAreThereAreListed(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	conn, err := api.New(api.Options{BaseURL: on.url, APIKey: on.key})
	require.NoError(t, err)
	list, err := (&ApplicationImage{}).List(t.Context(), conn, nil)
	require.NoError(t, err)
	require.Equal(t, []listing{{ID: "email", Name: "email"}, {ID: "background", Name: "background"}, {ID: "favicon", Name: "favicon"}}, list)
	list, err = (&ApplicationConfiguration{}).List(t.Context(), conn, nil)
	require.NoError(t, err)
	require.Equal(t, []listing{{ID: "application-configuration", Name: "application-configuration"}}, list)
	var _ []listable = []listable{&ApplicationImage{}, &ApplicationConfiguration{}}
}

func TestThereIsOneOfEachImageAndOneConfiguration(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("ApplicationImage", "one", map[string]any{"kind": "background", "image": fromFile(onDisk(t, "a.png", pixels(t, "png", 1)))})
	s.declare("ApplicationImage", "other", map[string]any{"kind": "favicon", "image": fromFile(onDisk(t, "a.png", pixels(t, "png", 1)))})
	s.declare("ApplicationConfiguration", "one-configuration", map[string]any{"appName": "One"})
	s.mustUp()
	s.steady()
	s.declare("ApplicationImage", "other", map[string]any{"kind": "background", "image": fromFile(onDisk(t, "a.png", pixels(t, "png", 1)))})
	o := s.preview()
	require.Error(t, o.err)
	require.Regexp(t, `ApplicationImage "(one|other)" is the same, and Pocket ID has it once`, o.text)
	s.drop("other")
	ada := s.pocketID.person()
	for _, name := range []string{"one-picture", "other-picture"} {
		s.declare("UserProfilePicture", name, map[string]any{"userId": ada, "image": fromFile(onDisk(t, "a.png", pixels(t, "png", 1)))})
	}
	o = s.preview()
	require.Error(t, o.err)
	require.Regexp(t, `UserProfilePicture "(one|other)-picture" is the same, and Pocket ID has it once`, o.text)
	s.drop("one-picture")
	s.drop("other-picture")
	s.declare("ApplicationConfiguration", "other-configuration", map[string]any{"sessionDurationMinutes": 10.0})
	o = s.preview()
	require.Error(t, o.err)
	require.Regexp(t, `ApplicationConfiguration "(one|other)-configuration" is the same, and Pocket ID has it once`, o.text)
}
