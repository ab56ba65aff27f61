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

// addImportHint adds what to do next to the error of a create whose outcome is unknown,
// or whose object existed before.
func addImportHint(u resource.URN, err error) error {
	name := u.Name()
	if !plainWord.MatchString(name) {
		name = shellQuote(name, "<name>")
	}
	importCommand := func(id string) string {
		return fmt.Sprintf("pulumi import %s %s %s", u.Type(), name, shellQuote(id, "<id>"))
	}
	var unknown *api.OutcomeUnknownError
	var exists *api.ExistsError
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("%w\nLook for it in Pocket ID. If it exists, import it: %s\n"+
			"If it is a replacement, and the stack still has the old object under this name, delete the new one in Pocket ID and update again.",
			err, importCommand(cmp.Or(unknown.ImportID, unknown.Key)))
	case errors.As(err, &exists):
		return fmt.Errorf("%w\nIt was not changed. If this stack manages it under another resource name or parent, "+
			"set the resource option aliases to the former one, so that the resource is renamed and not created again.\n"+
			"If an interrupted update created it, or if this stack is to manage it, import it: %s\n"+
			"If this is a replacement, set the resource option deleteBeforeReplace: true.", err, importCommand(exists.ID))
	}
	return err
}

var plainWord = regexp.MustCompile(`^[\w.:@/][\w.:@/-]*$`)

// shellQuote is a word in single quotes, or a placeholder if it cannot be quoted so.
func shellQuote(word, placeholder string) string {
	if strings.ContainsAny(word, "'\r\n") {
		return placeholder
	}
	return "'" + word + "'"
}
