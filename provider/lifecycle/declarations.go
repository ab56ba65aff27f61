package lifecycle

import (
	"context"
	"fmt"
	"slices"

	p "github.com/pulumi/pulumi-go-provider"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// DeclareInputs records what the inputs of a resource declare. The properties are those that
// the declaration is made of: while one of them is unknown, nothing is recorded.
func DeclareInputs(check *inputs.Checker, d Declaration, properties ...string) {
	if inputs.AnyUnknown(check.Inputs, properties...) {
		return
	}
	d.Changed = check.IsNew() || !check.Unchanged(properties...)
	if warning := declare(check.Context(), d); warning != "" {
		check.Warn("%s", warning)
	}
}

// Declare records what a resource declares that was just created.
func Declare(ctx context.Context, d Declaration) {
	d.Changed = true
	declare(ctx, d)
}

func declare(ctx context.Context, d Declaration) (warning string) {
	c := callFrom(ctx)
	if c.registry == nil {
		return ""
	}
	return c.redactor.String(c.registry.record(c.urn, d))
}

// KeepsWhole reports whether Delete must keep an object, because another resource of the
// program declares all of it. That includes the replacement of the resource itself,
// which Create makes while the object still exists. It tells the user so.
//
// It also keeps the object if no resource of the program is known, and warns. Deleting a
// single entry is not affected: that is what the user asked for.
func KeepsWhole(ctx context.Context, object Object) bool {
	return keeps(ctx, object, func(c call, r recorded) bool {
		return r.Entry == "" && (r.urn != c.urn || c.registry.progressOf(r.urn).stays())
	}) || keepsUnknown(ctx, object)
}

// KeepsExclusive is KeepsWhole for an object that Create does not adopt: the replacement
// of the resource itself is created only after its deletion.
func KeepsExclusive(ctx context.Context, object Object) bool {
	return keeps(ctx, object, func(c call, r recorded) bool { return r.Entry == "" && r.urn != c.urn }) || keepsUnknown(ctx, object)
}

// keepsUnknown reports whether Delete must keep an object because nothing is known of the
// program, so another resource may declare it. It tells the user how to delete the object.
func keepsUnknown(ctx context.Context, object Object) bool {
	c := callFrom(ctx)
	if c.registry == nil || !c.registry.programUnknown() {
		return false
	}
	p.GetLogger(ctx).Warning(c.redactor.String(fmt.Sprintf("the deletion keeps the %s on the server. With --target, and in a destroy with --run-program, "+
		"Pulumi does not tell the provider what the rest of the program declares, which may be the same. To delete it, run `pulumi import %s %s '%s'`, "+
		"then `pulumi destroy --target '%s'` without --run-program", object, c.urn.Type(), c.urn.Name(), c.id, c.urn)))
	return true
}

// KeepsEntry reports whether Delete must keep an entry of a list, because another
// resource of the program declares it, alone or within the whole list.
func KeepsEntry(ctx context.Context, object Object, entry string) bool {
	return keeps(ctx, object, func(c call, r recorded) bool {
		return r.urn != c.urn && (r.Entry == entry || r.Entry == "" && slices.Contains(r.Entries, entry))
	})
}

func keeps(ctx context.Context, object Object, declares func(call, recorded) bool) bool {
	c := callFrom(ctx)
	if c.registry == nil {
		return false
	}
	c.registry.mu.Lock()
	defer c.registry.mu.Unlock()
	for _, r := range c.registry.byObject[object] {
		if declares(c, r) {
			p.GetLogger(ctx).Infof("the deletion keeps the %[2]s, because %[1]s declares the same", describe(c.urn, r.urn), c.redactor.String(object.String()))
			return true
		}
	}
	return false
}

// DeclaredEntries are the entries of a list that resources declare one by one.
func DeclaredEntries(ctx context.Context, object Object) (entries []string) {
	c := callFrom(ctx)
	if c.registry == nil {
		return nil
	}
	c.registry.mu.Lock()
	defer c.registry.mu.Unlock()
	for _, r := range c.registry.byObject[object] {
		if r.Entry != "" {
			entries = append(entries, r.Entry)
		}
	}
	slices.Sort(entries)
	return entries
}
