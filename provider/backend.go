package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// backend is what package lifecycle must know of Pocket ID.
type backend struct{ config *Config }

// Connect returns why there is no connection, such as a missing baseUrl.
func (b backend) Connect() error {
	if b.config.session == nil {
		return errors.New("the provider is not configured")
	}
	return b.config.session.err
}

// Instance is the issuer of the Pocket ID instance.
func (b backend) Instance(ctx context.Context) (string, error) {
	return b.config.conn().Issuer(ctx)
}

// InstanceIfReachable is Instance without waiting for a server that is down.
func (b backend) InstanceIfReachable(ctx context.Context) (issuer string, known bool, err error) {
	if b.config.session.unreachable.Load() {
		return "", false, nil
	}
	issuer, err = b.config.conn().IssuerNoWait(ctx)
	if errors.Is(err, api.ErrUnreachable) {
		b.config.session.unreachable.Store(true)
		return "", false, nil
	}
	return issuer, err == nil, err
}

// WrongInstance is the error for a resource of another instance.
func (b backend) WrongInstance(want, got string) error {
	address := b.config.conn().BaseURL()
	if address == got {
		address = "baseUrl"
	}
	return fmt.Errorf("this resource belongs to the Pocket ID instance %s, but %s is the instance %s; "+
		"set baseUrl to the former, or, if the instance has moved, add %s to the provider option formerIssuers", want, address, got, want)
}

// IsFormer reports whether the configuration names an issuer as one that the instance had
// before it moved.
func (b backend) IsFormer(instance string) bool {
	return slices.ContainsFunc(b.config.FormerIssuers, func(former string) bool {
		return strings.TrimSuffix(former, "/") == strings.TrimSuffix(instance, "/")
	})
}

// IsNotFound reports whether err is Pocket ID's own "not found", not that of a proxy.
func (backend) IsNotFound(err error) bool { return errors.Is(err, api.ErrNotFound) }

// IsNotApplied reports whether a change was refused or never sent.
func (backend) IsNotApplied(err error) bool { return api.DefinitelyNotApplied(err) }

// IsOutcomeUnknown reports whether a change that failed may have been made.
func (backend) IsOutcomeUnknown(err error) bool { return errors.Is(err, api.ErrUnverified) }

// ExplainCreate adds the import command to the error of a create.
func (backend) ExplainCreate(urn resource.URN, err error) error { return addImportHint(urn, err) }

// Succeeded warns once if the API key expires soon.
func (b backend) Succeeded(ctx context.Context) { b.config.warnOfKeyExpiry(ctx) }
