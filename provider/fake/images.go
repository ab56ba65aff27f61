package fake

// image is a picture as it was uploaded.
type image struct {
	extension string
	bytes     []byte
}
