package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// CIMDSettings are the access of CIMD clients to an API (2.14 and later).
type CIMDSettings struct {
	Enabled        bool
	PermissionKeys []string // of the permissions that they may request
}

// SetCIMDAccess sets the access of CIMD clients to an API.
func (c *Conn) SetCIMDAccess(ctx context.Context, id string, wanted CIMDSettings) (API, error) {
	return c.editAPI(ctx, id, "cimd-access", edit{
		apply: wanted.apply,
		verify: func(d document) error {
			var now API
			if err := d.decode(&now); err != nil {
				return err
			}
			if now.AllowCIMDClients == nil || *now.AllowCIMDClients != wanted.Enabled || !equalSets(now.CIMDPermissionKeys(), wanted.PermissionKeys) {
				return fmt.Errorf("the CIMD access of API %s is no longer as written: %w", id, ErrConflict)
			}
			return nil
		},
	}, cimdAccessBody)
}

// apply sets the access in an API as the server returns it.
func (s CIMDSettings) apply(d document) error {
	var now API
	var permissions []document
	if err := errors.Join(d.decode(&now), d.require("permissions", &permissions)); err != nil {
		return err
	}
	if err := now.checkPermissionKeys(s.PermissionKeys...); err != nil {
		return err
	}
	for _, p := range permissions {
		if err := p.set(map[string]bool{"allowedForCimdClients": slices.Contains(s.PermissionKeys, permissionKey(p))}); err != nil {
			return err
		}
	}
	return d.set(map[string]any{"allowCimdClients": s.Enabled, "permissions": permissions})
}

// cimdAccessBody returns the body of the PUT that writes the access in an API.
func cimdAccessBody(d document) any {
	var next API
	_ = d.decode(&next) // apply has decoded it already
	ids := []string{}
	for _, p := range next.Permissions {
		if p.AllowedForCIMDClients {
			ids = append(ids, p.ID)
		}
	}
	return map[string]any{"enabled": next.AllowCIMDClients, "permissionIds": ids}
}
