package lifecycle

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Object is something on the server that more than one resource can manage: the members
// of a group, the image in one place.
type Object struct {
	Kind  string // in messages: "members"
	Owner string // "" if the instance has one such object
}

func (o Object) String() string {
	if o.Owner == "" {
		return o.Kind
	}
	return o.Kind + " of " + o.Owner
}

// Declaration records that a resource of the program manages an object: all of it, or,
// if the object is a list, one entry.
type Declaration struct {
	Object  Object
	Entry   string   // "" for the whole object
	Entries []string // of a whole object that is a list

	// Changed is false if the state has the same declaration. Two declarations that are
	// both unchanged only get a warning, so that an update can keep them.
	Changed bool
	// Conflict is the error for a second declaration; %s is the other resource. Defaults to
	// "%s also manages the <object>; declare them in only one of the two resources".
	Conflict string
}

// registry records which resource of the program declares which object, keyed by URN: two
// components may have resources of the same name. It lasts from one Configure to the next,
// which is one operation of the engine.
//
// Check and Plan record, and so does Create where an ID is known only then. What is
// recorded makes a deletion keep an object, and never makes it delete one: with
// `--target` the engine does not check the whole program, so a resource that is not
// recorded may be declared all the same.
type registry struct {
	mu       sync.Mutex
	byObject map[Object][]recorded
	byURN    map[resource.URN]*progress
	byID     map[string][]resource.URN // the resources that have or had this ID

	configChecked bool // CheckConfig was called since the last Configure
	programRuns   bool // the operation runs the program: only then the engine calls CheckConfig
	checked       bool // the operation has checked a resource
}

type recorded struct {
	urn resource.URN
	Declaration
	stale bool // recorded by an earlier check than the one in progress
}

// progress is what the operation has done about a resource so far.
type progress struct {
	id                         string // of the object on the server
	checked                    bool   // the program has the resource
	planned, replaces, created bool
	conflict                   error
	objects                    []Object // that it declares
	unlessIgnored              *unlessIgnored
}

// record adds a declaration, or replaces it. It conflicts with an earlier declaration of the
// same object by another resource. That is an error of this resource, or a warning if neither
// declaration has changed.
func (r *registry) record(urn resource.URN, d Declaration) (warning string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all, progress := r.byObject[d.Object], r.progressOf(urn)
	own := slices.IndexFunc(all, func(known recorded) bool { return known.urn == urn && known.Entry == d.Entry })
	earlier := all
	if own >= 0 {
		earlier = all[:own]
	}
	for _, other := range earlier {
		if other.urn == urn || !d.overlaps(other.Declaration) {
			continue
		}
		message := d.conflictWith(describe(urn, other.urn))
		if !d.Changed && !other.Changed {
			warning = message
		} else {
			progress.conflict = errors.New(message)
		}
		break
	}
	if own >= 0 {
		all[own] = recorded{urn: urn, Declaration: d}
		return warning
	}
	if r.byObject == nil {
		r.byObject = map[Object][]recorded{}
	}
	r.byObject[d.Object] = append(all, recorded{urn: urn, Declaration: d})
	progress.objects = append(progress.objects, d.Object)
	return warning
}

// overlaps reports whether two declarations of an object are about the same part of it.
func (d Declaration) overlaps(other Declaration) bool {
	return d.Entry == "" || other.Entry == "" || d.Entry == other.Entry
}

func (d Declaration) conflictWith(other string) string {
	if d.Conflict != "" {
		return fmt.Sprintf(d.Conflict, other)
	}
	return fmt.Sprintf("%s also manages the %s; declare them in only one of the two resources", other, d.Object)
}

// describe names another resource for a message about urn: as Client "wiki", and by its
// URN if the two have the same name.
func describe(urn, other resource.URN) string {
	if urn.Name() == other.Name() && urn.Type() == other.Type() {
		return string(other)
	}
	return fmt.Sprintf("%s %q", other.Type().Name(), other.Name())
}

// beginCheck prepares for the declarations of another check of a resource. A declaration
// that the check repeats keeps its place before those of other resources.
func (r *registry) beginCheck(urn resource.URN) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checked = true
	progress := r.progressOf(urn)
	progress.checked = true
	progress.conflict, progress.unlessIgnored = nil, nil
	for _, object := range progress.objects {
		all := r.byObject[object]
		for i := range all {
			all[i].stale = all[i].stale || all[i].urn == urn
		}
	}
}

// endCheck removes the declarations that the check has not repeated.
func (r *registry) endCheck(urn resource.URN) {
	r.mu.Lock()
	defer r.mu.Unlock()
	progress := r.progressOf(urn)
	for _, object := range progress.objects {
		r.byObject[object] = slices.DeleteFunc(r.byObject[object], func(known recorded) bool { return known.urn == urn && known.stale })
	}
	progress.objects = slices.DeleteFunc(progress.objects, func(object Object) bool {
		return !slices.ContainsFunc(r.byObject[object], func(known recorded) bool { return known.urn == urn })
	})
}

// checkConfig records that the program has registered the provider. A destroy does not run
// the program, and configures the provider from the state.
func (r *registry) checkConfig() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.configChecked = true
}

// reset removes all declarations: another operation begins.
func (r *registry) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byObject, r.byURN, r.byID = nil, nil, nil
	r.programRuns, r.configChecked, r.checked = r.configChecked, false, false
}

// programUnknown reports whether the operation runs the program, but has checked none of its
// resources. So it is an update whose targets are all deletions, or a destroy that runs the
// program: in both, the engine calls neither Check nor Diff for the rest of the program.
func (r *registry) programUnknown() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.programRuns && !r.checked
}

func (r *registry) progressOf(urn resource.URN) *progress {
	if r.byURN == nil {
		r.byURN = map[resource.URN]*progress{}
	}
	if r.byURN[urn] == nil {
		r.byURN[urn] = &progress{}
	}
	return r.byURN[urn]
}

// conflict is the error of a resource that declares what another one declares.
func (r *registry) conflict(urn resource.URN) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Unchanged(r.progressOf(urn).conflict)
}

// planned records the result of a Diff. A Diff without a Check is one of a refresh, which
// includes resources that the program no longer has.
func (r *registry) planned(urn resource.URN, id string, replaces bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	progress := r.progressOf(urn)
	progress.planned, progress.replaces = progress.checked, replaces
	r.setID(urn, id)
}

// isChecked reports whether the operation has checked a resource.
func (r *registry) isChecked(urn resource.URN) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.progressOf(urn).checked
}

func (r *registry) created(urn resource.URN, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progressOf(urn).created = true
	r.setID(urn, id)
}

func (r *registry) setID(urn resource.URN, id string) {
	progress := r.progressOf(urn)
	if progress.id == id {
		return
	}
	progress.id = id
	if r.byID == nil {
		r.byID = map[string][]resource.URN{}
	}
	r.byID[id] = append(r.byID[id], urn)
}

// otherWithID returns another resource of the program that has the object on the server with
// this ID. A program that imports an object under another name has two for a while.
func (r *registry) otherWithID(urn resource.URN, id string) (other resource.URN, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, other := range r.byID[id] {
		progress := r.byURN[other]
		if other != urn && other.Type() == urn.Type() && progress.id == id && progress.stays() {
			return other, true
		}
	}
	return "", false
}

// stays reports whether the resource that now has this URN is on the server already, so
// that one to be deleted under the same URN is what it has replaced.
func (p *progress) stays() bool { return p.created || p.planned && !p.replaces }
