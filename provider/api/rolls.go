package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// roll is a list of ids that is read as part of an object and written by a route
// of its own: the members of a group, the groups that may use a client. The server
// replaces it as a whole and drops ids that it does not know in silence.
type roll struct {
	object []string // segments of the object that has it
	field  string   // in which the object shows it
	route  string   // below the object, which writes it
	body   string   // the field of what is written
	of     []string // segments of the list of what it names
	named  string   // what it names, in words
}

func membersOf(groupID string) roll {
	return roll{[]string{"user-groups", groupID}, "users", "users", "userIds", []string{"users"}, "users"}
}

func groupsOf(clientID string) roll {
	return roll{[]string{"oidc", "clients", clientID}, "allowedUserGroups", "allowed-user-groups", "userGroupIds", []string{"user-groups"}, "user groups"}
}

// ids are the ids that an object shows on the roll.
func (r roll) ids(object document) ([]string, error) {
	var list *[]struct {
		ID string `json:"id"`
	}
	if err := object.get(r.field, &list); err != nil {
		return nil, err
	}
	if list == nil { // written back, it would be empty
		return nil, fmt.Errorf("%w: it has no %s", ErrNotPocketID, r.field)
	}
	ids := make([]string, len(*list))
	for i, entry := range *list {
		ids[i] = entry.ID
	}
	return ids, nil
}

// editRoll changes the roll with the same care as an object. It joins the edits of
// the same roll; with those of the object itself it need not be joined: neither
// writes what the other does.
func (c *Conn) editRoll(ctx context.Context, r roll, change func(object document, ids []string) ([]string, error), kept func(ids []string) error, taken func()) error {
	read, err := path(r.object...)
	if err != nil {
		return err
	}
	written := read + "/" + r.route
	_, err = c.editWhole(ctx, edit{
		apply: func(object document) error {
			ids, err := r.ids(object)
			if err != nil {
				return err
			}
			if ids, err = change(object, ids); err != nil {
				return err
			}
			entries := make([]GroupRef, len(ids))
			for i, id := range ids {
				entries[i].ID = id
			}
			return object.set(map[string]any{r.field: entries})
		},
		kept: func(object document) error {
			ids, err := r.ids(object)
			if err != nil {
				return err
			}
			return kept(ids)
		},
		taken: taken,
	}, whole{
		key:  written,
		read: func(ctx context.Context) (document, error) { return c.document(ctx, read, r.object[len(r.object)-1]) },
		write: func(ctx context.Context, object document) error {
			ids, err := r.ids(object)
			if err != nil {
				return err
			}
			return c.put(ctx, written, map[string][]string{r.body: ids})
		},
	})
	return err
}

// enterRoll puts one id on the roll, where it must be new. admit may refuse the object.
func (c *Conn) enterRoll(ctx context.Context, r roll, id string, admit func(document) error, taken *Exists) error {
	rounds := 0
	return c.editRoll(ctx, r, func(object document, ids []string) ([]string, error) {
		if err := admit(object); err != nil {
			return nil, err
		}
		// After a round of our own it is there because of us.
		if rounds == 0 && slices.Contains(ids, id) {
			return nil, taken
		}
		if rounds++; rounds > 2 { // twice it did not stay: is there such a thing?
			if err := c.known(ctx, r, id); err != nil {
				return nil, err
			}
		}
		if slices.Contains(ids, id) {
			return ids, nil
		}
		return append(ids, id), nil
	}, func(ids []string) error {
		if slices.Contains(ids, id) {
			return nil
		}
		return fmt.Errorf("%w: %s did not stay among the %s of %s", ErrConflict, id, r.named, r.owner())
	}, nil)
}

// leaveRoll takes one id off the roll. Nothing happens if it is not there.
func (c *Conn) leaveRoll(ctx context.Context, r roll, id string) error {
	return gone(c.editRoll(ctx, r, func(_ document, ids []string) ([]string, error) {
		if !slices.Contains(ids, id) {
			return nil, fmt.Errorf("%w: %s is not among the %s of %s", ErrNotFound, id, r.named, r.owner())
		}
		return slices.DeleteFunc(ids, func(other string) bool { return other == id }), nil
	}, func(ids []string) error {
		if !slices.Contains(ids, id) {
			return nil
		}
		return fmt.Errorf("%w: %s came back among the %s of %s", ErrConflict, id, r.named, r.owner())
	}, nil))
}

// clearRoll takes all ids off the roll but those to keep.
func (c *Conn) clearRoll(ctx context.Context, r roll, keep []string) error {
	others := func(id string) bool { return !slices.Contains(keep, id) }
	return gone(c.editRoll(ctx, r, func(_ document, ids []string) ([]string, error) {
		return slices.DeleteFunc(ids, others), nil
	}, func(ids []string) error {
		if !slices.ContainsFunc(ids, others) {
			return nil
		}
		return fmt.Errorf("%w: some came back among the %s of %s", ErrConflict, r.named, r.owner())
	}, nil))
}

// replaceRoll puts exactly these ids on the roll, if admit lets it, and returns those
// that are there afterwards: without those that the server does not know.
func (c *Conn) replaceRoll(ctx context.Context, r roll, wanted []string, admit func(ids []string) error) (have []string, err error) {
	admitted, writes := false, 0
	err = c.editRoll(ctx, r, func(_ document, ids []string) ([]string, error) {
		if !admitted {
			if err := admit(ids); err != nil {
				return nil, err
			}
		}
		admitted = true
		return slices.Clone(wanted), nil
	}, func(ids []string) error {
		stranger := func(id string) bool { return !slices.Contains(wanted, id) }
		complete := dropped(r.named, wanted, ids) == nil
		if writes > 0 || complete {
			have = append([]string{}, ids...) // not nil: it was written
			slices.Sort(have)
		}
		if slices.ContainsFunc(ids, stranger) || !complete && writes < 2 { // others write, too; what is missing twice is missing
			return fmt.Errorf("%w: the %s of %s did not stay as written", ErrConflict, r.named, r.owner())
		}
		return nil
	}, func() { writes++ })
	if err != nil {
		return have, err
	}
	return have, dropped(r.named, wanted, have)
}

// known is an error if the server has nothing with this id that could be on the roll.
func (c *Conn) known(ctx context.Context, r roll, id string) error {
	err := c.call(ctx, http.MethodGet, nil, nil, append(slices.Clone(r.of), id)...)
	if errors.Is(err, ErrNotFound) {
		return dropped(r.named, []string{id}, nil)
	}
	return err
}

func (r roll) owner() string { return strings.Join(r.object, "/") }
