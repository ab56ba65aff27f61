package provider

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// withAdvice says how to go on where a create could not be settled, or where the
// object was there before.
func withAdvice(u resource.URN, err error) error {
	name := u.Name()
	if !plainWord.MatchString(name) {
		name = quoted(name, "<name>")
	}
	takeOver := func(id string) string {
		return fmt.Sprintf("pulumi import %s %s %s", u.Type(), name, quoted(id, "<id>"))
	}
	var lost *api.Undecided
	var taken *api.Exists
	switch {
	case errors.As(err, &lost):
		return fmt.Errorf("%w\nlook for it in Pocket ID; if it is there, take it over with: %s\n"+
			"if it is to replace another, which the stack still has under this name, delete it there, and update again", err, takeOver(cmp.Or(lost.Import, lost.Key)))
	case errors.As(err, &taken):
		return fmt.Errorf("%w\nit is left as it is. If it is left over from an interrupted update, or this stack is to have it, take it over with: %s\n"+
			"if this is a replacement, set the resource option deleteBeforeReplace: true", err, takeOver(taken.ID))
	}
	return err
}

var plainWord = regexp.MustCompile(`^[\w.:@/][\w.:@/-]*$`)

// quoted is a word as a shell takes it, or a place to put it.
func quoted(word, otherwise string) string {
	if strings.ContainsAny(word, "'\r\n") {
		return otherwise
	}
	return "'" + word + "'"
}
