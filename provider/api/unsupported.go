package api

import (
	"context"
	"errors"
	"fmt"
)

// ErrUnsupported means that the server's version does not have a feature.
var ErrUnsupported = errors.New("not in this version of Pocket ID")

type unsupported string

func (u unsupported) Error() string        { return string(u) }
func (u unsupported) Is(target error) bool { return target == ErrUnsupported }

// before lists what users must know about servers that do not have a feature yet.
var before = map[Feature]string{
	MultipleSecrets: "where a client has one secret and a new one replaces it at once",
}

// Require is ErrUnsupported if the server does not have a feature that something ("an
// Api") needs.
func (c *Conn) Require(ctx context.Context, f Feature, what string) error {
	version, err := c.VersionWith(ctx, f)
	if err != nil {
		return err
	}
	return version.Require(f, what)
}

// Require is ErrUnsupported if a server of version v does not have a feature that something
// ("an Api") needs.
func (v Version) Require(f Feature, what string) error {
	switch {
	case v.Has(f):
		return nil
	case v.Lost(f):
		return unsupported(fmt.Sprintf("%s exists only before Pocket ID %s; this server is %s", what, f.Until(), v))
	}
	text := fmt.Sprintf("%s requires Pocket ID %s or later; this server is %s", what, f.Since(), v)
	if note := before[f]; note != "" {
		text += ", " + note
	}
	return unsupported(text)
}
