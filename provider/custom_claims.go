package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// ownedClaims is what UserCustomClaims and GroupCustomClaims have in common: all the
// custom claims of a user or a group.
type ownedClaims struct {
	config   *Config
	owner    api.ClaimOwner
	property string // the input with the ID of the owner
	kind     string // of the owner, in messages
}

func (o ownedClaims) check(check *inputs.Checker, id string, claims map[string]string) {
	check.UUID(o.property, id, o.kind)
	checkClaims(check, o.config, "claims", claims)
	lifecycle.DeclareInputs(check, lifecycle.Declaration{Object: customClaims(o.owner, id)}, "claims", o.property)
}

// create sets the claims of an owner that has none, and returns the ID of the resource.
func (o ownedClaims) create(ctx context.Context, id string, claims map[string]string) (string, error) {
	return ids.Subresource(id, ids.CustomClaims), o.config.conn().CreateClaims(ctx, o.owner, id, claims)
}

// read reads the claims. An owner without claims is no reason to report them as
// deleted: a program can set an empty map.
func (o ownedClaims) read(ctx context.Context, resourceID string) (id string, claims map[string]string, err error) {
	id = ids.SubresourceOwner(resourceID, ids.CustomClaims)
	claims, err = o.config.conn().GetClaims(ctx, o.owner, id)
	return id, normalizeClaims(claims), err
}

func (o ownedClaims) update(ctx context.Context, id string, claims map[string]string) error {
	return o.config.conn().UpdateClaims(ctx, o.owner, id, claims)
}

// delete removes all claims, unless another resource declares them.
func (o ownedClaims) delete(ctx context.Context, id string) error {
	if lifecycle.KeepsExclusive(ctx, customClaims(o.owner, id)) {
		return nil
	}
	return o.config.conn().DeleteClaims(ctx, o.owner, id)
}

func normalizeClaimInputs(in property.Map) property.Map {
	return inputs.NFC(inputs.Stringify(in, "claims"), "claims")
}

// normalizeClaims are claims in Unicode normal form C. Before 2.13, the server stores
// them as they were sent.
func normalizeClaims(claims map[string]string) map[string]string {
	out := make(map[string]string, len(claims))
	for key, value := range claims {
		out[inputs.NormalizeNFC(key)] = inputs.NormalizeNFC(value)
	}
	return out
}

// checkClaims validates custom claims as the server does, with one failure for each
// claim.
func checkClaims(check *inputs.Checker, config *Config, property string, claims map[string]string) {
	if len(claims) > 0 {
		warnNewerMajor(check, config) // which replaces custom claims
	}
	for _, key := range inputs.SortedKeys(claims) {
		path := fmt.Sprintf("%s[%q]", property, key)
		check.Require(key != "", path, "must have a name")
		check.Require(claims[key] != "", path, "must not be empty")
		check.Require(!slices.Contains(api.ReservedClaims(), key), path, "must have another name; %q is a standard claim of tokens", key)
	}
}
