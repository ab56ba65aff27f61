package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// idList is a list of IDs that is read as a field of its owner and written at a path
// of its own: the members of a group, or the groups that may use a client. The server
// replaces it as a whole and silently drops IDs that it does not know.
type idList struct {
	conn      *Conn
	ownerPath []string // segments of the path of the owner, the object that has the list
	field     string   // of the owner
	route     string   // below the owner's path; a PUT to it replaces the list
	bodyField string   // of the body of the PUT
	itemPath  []string // segments of the path below which the listed objects are
	itemName  string   // what the IDs stand for, in error messages
}

func (c *Conn) memberList(groupID string) idList {
	return idList{c, []string{"user-groups", groupID}, "users", "users", "userIds", []string{"users"}, "users"}
}

func (c *Conn) allowedGroupList(clientID string) idList {
	return idList{c, []string{"oidc", "clients", clientID}, "allowedUserGroups", "allowed-user-groups", "userGroupIds", []string{"user-groups"}, "user groups"}
}

// ids returns the IDs that owner lists.
func (l idList) ids(owner document) ([]string, error) {
	var list []Ref
	if err := owner.require(l.field, &list); err != nil {
		return nil, err
	}
	ids := make([]string, len(list))
	for i, entry := range list {
		ids[i] = entry.ID
	}
	return ids, nil
}

// listEdit is one change of an idList.
type listEdit struct {
	apply   func(owner document, ids []string) ([]string, error) // returns the new IDs, or why they must not change
	verify  func(ids []string) error                             // after the write: returns an error if the change is not there
	onWrite func()                                               // optional; called after a write that the server has confirmed

	overwrites bool // apply depends neither on the owner nor on the current IDs
	trusted    bool // see edit
	contended  bool // see edit
}

// edit changes the list and returns its owner as it is afterwards. It joins concurrent edits of the same list. It does not join
// them with edits of the owner, because neither overwrites the other.
func (l idList) edit(ctx context.Context, e listEdit) (document, error) {
	ownerPath, err := path(l.ownerPath...)
	if err != nil {
		return nil, err
	}
	listPath := ownerPath + "/" + l.route
	ownerID := l.ownerPath[len(l.ownerPath)-1]
	return l.conn.editTarget(ctx, edit{
		apply: func(owner document) error {
			ids, err := l.ids(owner)
			if err != nil {
				return err
			}
			if ids, err = e.apply(owner, ids); err != nil {
				return err
			}
			entries := make([]GroupRef, len(ids))
			for i, id := range ids {
				entries[i].ID = id
			}
			return owner.set(map[string]any{l.field: entries})
		},
		verify: func(owner document) error {
			ids, err := l.ids(owner)
			if err != nil {
				return err
			}
			return e.verify(ids)
		},
		onWrite:    e.onWrite,
		overwrites: e.overwrites,
		trusted:    e.trusted,
		contended:  e.contended,
	}, target{
		key:   listPath,
		empty: document{l.field: []byte("[]")},
		read:  func(ctx context.Context) (document, error) { return l.conn.document(ctx, ownerPath, ownerID) },
		write: func(ctx context.Context, owner document) (document, error) {
			ids, err := l.ids(owner)
			if err != nil {
				return nil, err
			}
			// The response about a client lacks the list.
			return l.conn.putDocument(ctx, listPath, ownerID, map[string][]string{l.bodyField: ids})
		},
	})
}

// add adds an ID to the list. It fails with exists if the list has the ID already,
// and with the error of checkOwner if that returns one.
func (l idList) add(ctx context.Context, id string, checkOwner func(document) error, exists *ExistsError) error {
	rounds := 0
	_, err := l.edit(ctx, listEdit{
		contended: true,
		apply: func(owner document, ids []string) ([]string, error) {
			if err := checkOwner(owner); err != nil {
				return nil, err
			}
			// After the first round the ID may be there because this edit wrote it.
			if rounds == 0 && slices.Contains(ids, id) {
				return nil, exists
			}
			if rounds++; rounds > 2 { // two writes were in vain: the server may not know the ID
				if err := l.checkItemExists(ctx, id); err != nil {
					return nil, err
				}
			}
			if slices.Contains(ids, id) {
				return ids, nil
			}
			return append(ids, id), nil
		},
		verify: func(ids []string) error {
			if slices.Contains(ids, id) {
				return nil
			}
			return fmt.Errorf("%s is no longer among the %s of %s: %w", id, l.itemName, l.ownerName(), ErrConflict)
		},
	})
	return err
}

// remove removes an ID from the list. It succeeds if the ID or the owner does not exist.
func (l idList) remove(ctx context.Context, id string) error {
	_, err := l.edit(ctx, listEdit{
		contended: true,
		apply: func(_ document, ids []string) ([]string, error) {
			if !slices.Contains(ids, id) {
				return nil, fmt.Errorf("%w: %s is not among the %s of %s", ErrNotFound, id, l.itemName, l.ownerName())
			}
			return slices.DeleteFunc(ids, func(other string) bool { return other == id }), nil
		},
		verify: func(ids []string) error {
			if !slices.Contains(ids, id) {
				return nil
			}
			return fmt.Errorf("%s was added again to the %s of %s: %w", id, l.itemName, l.ownerName(), ErrConflict)
		},
	})
	return ignoreNotFound(err)
}

// removeAllExcept removes all IDs from the list except those to keep. It succeeds if
// the owner does not exist.
func (l idList) removeAllExcept(ctx context.Context, keep []string) error {
	isOther := func(id string) bool { return !slices.Contains(keep, id) }
	_, err := l.edit(ctx, listEdit{
		contended: true,
		apply: func(_ document, ids []string) ([]string, error) {
			return slices.DeleteFunc(ids, isOther), nil
		},
		verify: func(ids []string) error {
			if !slices.ContainsFunc(ids, isOther) {
				return nil
			}
			return fmt.Errorf("removed entries were added again to the %s of %s: %w", l.itemName, l.ownerName(), ErrConflict)
		},
	})
	return ignoreNotFound(err)
}

// replacement is a change of a whole idList.
type replacement struct {
	wanted  []string
	allow   func(current []string) error // optional; whether the current IDs may be replaced
	trusted bool                         // see edit
}

// replace sets the list to the wanted IDs, if r permits it for the current IDs. It returns the
// IDs of the list and the owner afterwards, and an error that names the IDs which the server
// has dropped.
func (l idList) replace(ctx context.Context, r replacement) (have []string, owner document, err error) {
	wanted, allowed, writes := r.wanted, r.allow == nil, 0
	owner, err = l.edit(ctx, listEdit{
		overwrites: r.allow == nil,
		trusted:    r.trusted,
		apply: func(_ document, ids []string) ([]string, error) {
			if !allowed { // in later rounds ids contains what this edit has written
				if err := r.allow(ids); err != nil {
					return nil, err
				}
			}
			allowed = true
			return slices.Clone(wanted), nil
		},
		verify: func(ids []string) error {
			isUnwanted := func(id string) bool { return !slices.Contains(wanted, id) }
			complete := droppedError(l.itemName, wanted, ids) == nil
			if writes > 0 || complete {
				have = append([]string{}, ids...) // not nil: the list was written
				slices.Sort(have)
			}
			// Another writer may have removed an ID once. An ID that is missing after two
			// writes was dropped by the server.
			if slices.ContainsFunc(ids, isUnwanted) || !complete && writes < 2 {
				return fmt.Errorf("the %s of %s are no longer as written: %w", l.itemName, l.ownerName(), ErrConflict)
			}
			return nil
		},
		onWrite: func() { writes++ },
	})
	if err != nil {
		return have, owner, err
	}
	return have, owner, droppedError(l.itemName, wanted, have)
}

// checkItemExists returns an error if the server has no object with this ID that the
// list could contain.
func (l idList) checkItemExists(ctx context.Context, id string) error {
	err := l.conn.call(ctx, http.MethodGet, nil, nil, append(slices.Clone(l.itemPath), id)...)
	if errors.Is(err, ErrNotFound) {
		return droppedError(l.itemName, []string{id}, nil)
	}
	return err
}

func (l idList) ownerName() string { return strings.Join(l.ownerPath, "/") }

// droppedError returns an error that names the IDs which were asked for and are
// missing, or nil if none is.
func droppedError(what string, asked, have []string) error {
	var missing []string
	for _, id := range asked {
		if !slices.Contains(have, id) {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%w: Pocket ID has no %s with the IDs %s and silently dropped them", ErrNotFound, what, strings.Join(missing, ", "))
}
