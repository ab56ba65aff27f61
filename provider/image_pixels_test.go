package provider

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// pngOfSize returns the beginning of a PNG image of this size: enough to read its size.
func pngOfSize(width, height uint32) []byte {
	header := append([]byte("IHDR"), make([]byte, 13)...)
	binary.BigEndian.PutUint32(header[4:], width)
	binary.BigEndian.PutUint32(header[8:], height)
	header[12] = 8 // bits of a pixel
	content := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return binary.BigEndian.AppendUint32(content, crc32.ChecksumIEEE(header))
}

func jpegOfSize(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)), nil))
	return b.Bytes()
}

// Pocket ID 2.15 and later would answer only that the file is not a valid image.
func TestImagesWithTooManyPixelsAreRefused(t *testing.T) {
	t.Parallel()
	fits, large := writeImage(t, "a.png", pngOfSize(4000, 4000)), writeImage(t, "a.png", pngOfSize(4001, 4000))
	photo := writeImage(t, "a.jpg", jpegOfSize(t, 4000, 4001))
	for resource, row := range map[string]struct {
		inputs   map[string]any
		property string
	}{
		"Client":             {confidentialClient("app"), "darkLogo"},
		"ApplicationImage":   {map[string]any{"kind": "background"}, "image"},
		"UserProfilePicture": {map[string]any{"userId": "3b1c9e6e-4cde-4c86-9bd9-2f3f4a7b7a10"}, "image"},
	} {
		for version, refused := range map[string]bool{"2.14.0": false, "2.15.0": true} {
			c := newChecker(t, newFake(t, fake.Options{Version: version}))
			require.Empty(t, c.failures(resource, toProps(withValue(row.inputs, row.property, fileAsset(fits)))), resource)
			for path, size := range map[string]string{large: "4001 x 4000", photo: "4000 x 4001"} {
				got := c.failures(resource, toProps(withValue(row.inputs, row.property, fileAsset(path))))
				if !refused {
					require.Empty(t, got, "%s on %s", resource, version)
					continue
				}
				require.Equal(t, []string{row.property + ": must have at most 16000000 pixels (got " + size + ")"}, got, resource)
			}
		}
	}
}

// The version is not known in the preview, so the update refuses the image before it writes
// anything.
func TestImagesWithTooManyPixelsAreRefusedBeforeTheUpload(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{Version: "2.15.0"})
	instance.failFirstVersionRequest()
	s := newStack(t, instance)
	s.config["maxRetries"] = "0"
	s.declare("Client", "app", withValue(confidentialClient("app"), "logo", fileAsset(writeImage(t, "a.png", pngOfSize(5000, 5000)))))
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "logo must have at most 16000000 pixels (got 5000 x 5000)")
	require.Nil(t, s.find("app"), "nothing was written")
	require.Empty(t, instance.mustRequest("GET", "/api/oidc/clients", nil)["data"])
}

// The version matters only for an image with many pixels.
func TestTheVersionIsNotReadForASmallImage(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	logo := fileAsset(writeImage(t, "a.png", testImage(t, "png", 1)))
	requests := instance.requestsDuring(func() {
		require.Empty(t, newChecker(t, instance).failures("Client", toProps(withValue(confidentialClient("app"), "logo", logo))))
	})
	require.NotContains(t, requests, "GET /api/version/current")
}
