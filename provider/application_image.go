package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// ApplicationImage is an image of the instance itself, such as its logo.
type ApplicationImage struct{ config *Config }

// ApplicationImageArgs are the inputs.
type ApplicationImageArgs struct {
	Kind  string                `pulumi:"kind" provider:"replaceOnChanges"`
	Image *types.AssetOrArchive `pulumi:"image,optional"`
}

// ApplicationImageState is the state.
type ApplicationImageState struct {
	ApplicationImageArgs
	ImageHash       *string `pulumi:"imageHash,optional"`
	ServedImageHash *string `pulumi:"servedImageHash,optional"`
	Instance
}

// Annotate describes the resource.
func (i *ApplicationImage) Annotate(a infer.Annotator) {
	a.Describe(&i, "An image of the Pocket ID instance, such as its logo, the background of the sign-in page, or the favicon.\n\n"+
		"An instance has one image of each kind. Creating the resource replaces the current image. A second resource for the same kind in a program is an error.\n\n"+
		"Deleting the resource deletes the image:\n"+
		"- `logo` and `darkLogo`: Pocket ID's own logo is shown again. Requires Pocket ID 2.14 or later.\n"+
		"- `background`: the background is plain. The image that Pocket ID came with is not restored. Requires Pocket ID 2.5 or later.\n"+
		"- `defaultProfilePicture`: users without a picture get their initials.\n"+
		"- `email`, `favicon`, and all kinds that an older server cannot delete: the image is kept, and the provider logs a warning.\n\n"+
		"A refresh detects that the image was deleted or replaced by someone else.\n\n"+
		"Import with the kind: `pulumi import pocketid:index:ApplicationImage logo <kind>`. "+
		"The content is unknown after an import, so the first update that sets `image` uploads it once."+anySupportedVersion)
}

// Annotate describes the inputs.
func (i *ApplicationImageArgs) Annotate(a infer.Annotator) {
	a.Describe(&i.Kind, "Kind of the image: `logo`, `darkLogo` (logo on dark backgrounds), `email` (logo in emails), `background`, `favicon` or `defaultProfilePicture`. "+
		"Changing it replaces the resource: the old image is deleted, and the new one is uploaded.")
	a.Describe(&i.Image, "The image: a file, text (SVG) or URL asset of the type png, jpg, jpeg, svg, ico, gif, webp, avif or heic, less than 16 MiB. From Pocket ID 2.15 on, a png or jpg has at most 16 million pixels. `email` allows only png, jpg and jpeg. "+
		"`favicon` allows only svg, png and ico, and only ico before Pocket ID 2.5. Uploaded again when its content changes. "+
		"Required, except for an imported image, which is kept if `image` is omitted.")
}

// Annotate describes the outputs.
func (i *ApplicationImageState) Annotate(a infer.Annotator) {
	a.Describe(&i.ImageHash, "SHA-256 hash of the image that this stack uploaded, in hexadecimal. Empty after an import.")
	a.Describe(&i.ServedImageHash, "SHA-256 hash of the image as Pocket ID returned it after the upload, in hexadecimal. Pocket ID removes metadata from images. A refresh compares it with the current image.")
}

// Check refuses what the server would refuse.
func (i *ApplicationImage) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *ApplicationImageArgs) {
		kind := api.ApplicationImage(args.Kind)
		if !slices.Contains(api.ApplicationImages(), kind) {
			check.Require(false, "kind", "must be %s (got %s)", inputs.Alternatives(api.ApplicationImages()), check.Quote("kind", args.Kind))
		} else if !check.Skips("kind") {
			rules, err := applicationImageRules(ctx, kind, i.config.previewVersion)
			if err == nil { // otherwise the upload checks it
				checkImage(check, "image", args.Image, rules)
			}
		}
		requireImage(check, "image")
		lifecycle.DeclareInputs(check, lifecycle.Declaration{Object: applicationImage(args.Kind), Conflict: onlyOneConflict}, "kind")
	})
}

// applicationImageRules asks for the version of the server only where it matters.
func applicationImageRules(ctx context.Context, kind api.ApplicationImage, version versionReader) (imageRules, error) {
	var v api.Version
	var err error
	if kind == api.Favicon {
		v, err = version(ctx, api.FaviconFormats)
	}
	return imageRules{kind.AllowedTypes(v), api.MaxImageBytes, version}, err
}

// Plan recomputes the hash of another image.
func (*ApplicationImage) Plan(plan *lifecycle.Plan) { planImage(plan) }

// Create uploads the image.
func (i *ApplicationImage) Create(ctx context.Context, req infer.CreateRequest[ApplicationImageArgs]) (infer.CreateResponse[ApplicationImageState], error) {
	state := ApplicationImageState{ApplicationImageArgs: req.Inputs}
	if err := i.upload(ctx, &state); err != nil {
		return infer.CreateResponse[ApplicationImageState]{}, err
	}
	return infer.CreateResponse[ApplicationImageState]{ID: req.Inputs.Kind, Output: state}, nil
}

func (i *ApplicationImage) upload(ctx context.Context, state *ApplicationImageState) (err error) {
	kind := api.ApplicationImage(state.Kind)
	rules, err := applicationImageRules(ctx, kind, i.config.conn().VersionWith)
	if err != nil {
		return err
	}
	image := uploadedImage{state.Image, state.ImageHash, state.ServedImageHash}
	err = image.upload(ctx, rules, imagePlace{
		put:    func(upload api.Upload) error { return i.config.conn().SetApplicationImage(ctx, kind, upload) },
		served: func() (string, error) { return i.config.conn().ApplicationImageHash(ctx, kind) },
	})
	state.Image, state.ImageHash, state.ServedImageHash = image.asset, image.hash, image.served
	return err
}

// Read reads the image. One that somebody replaced is no longer that of this stack.
func (i *ApplicationImage) Read(ctx context.Context, req infer.ReadRequest[ApplicationImageArgs, ApplicationImageState]) (infer.ReadResponse[ApplicationImageArgs, ApplicationImageState], error) {
	var none infer.ReadResponse[ApplicationImageArgs, ApplicationImageState]
	kind := api.ApplicationImage(req.ID)
	if !slices.Contains(api.ApplicationImages(), kind) {
		return none, fmt.Errorf("the ID must be the kind of an image: %s (got %q)", inputs.Alternatives(api.ApplicationImages()), req.ID)
	}
	served, err := i.config.conn().ApplicationImageHash(ctx, kind)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	image := uploadedImage{req.State.Image, req.State.ImageHash, req.State.ServedImageHash}
	image.observe(served)
	args := ApplicationImageArgs{req.ID, image.asset}
	state := ApplicationImageState{ApplicationImageArgs: args, ImageHash: image.hash, ServedImageHash: image.served}
	return infer.ReadResponse[ApplicationImageArgs, ApplicationImageState]{ID: req.ID, Inputs: args, State: state}, nil
}

// Update uploads another content.
func (i *ApplicationImage) Update(ctx context.Context, req infer.UpdateRequest[ApplicationImageArgs, ApplicationImageState]) (infer.UpdateResponse[ApplicationImageState], error) {
	state := ApplicationImageState{ApplicationImageArgs: req.Inputs, ImageHash: req.State.ImageHash, ServedImageHash: req.State.ServedImageHash}
	if err := i.upload(ctx, &state); err != nil {
		return infer.UpdateResponse[ApplicationImageState]{}, err
	}
	return infer.UpdateResponse[ApplicationImageState]{Output: state}, nil
}

// Delete deletes the image where the server can, unless another resource declares it.
func (i *ApplicationImage) Delete(ctx context.Context, req infer.DeleteRequest[ApplicationImageState]) (infer.DeleteResponse, error) {
	if lifecycle.KeepsWhole(ctx, applicationImage(req.ID)) {
		return infer.DeleteResponse{}, nil
	}
	kind := api.ApplicationImage(req.ID)
	feature, possible := kind.DeletableSince()
	if !possible {
		p.GetLogger(ctx).Warningf("the image %s stays: Pocket ID can only replace it", kind)
		return infer.DeleteResponse{}, nil
	}
	version, err := i.config.conn().VersionWith(ctx, feature)
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	if !version.Has(feature) {
		p.GetLogger(ctx).Warningf("the image %s stays: deleting it requires Pocket ID %s or later, and this server is %s", kind, feature.Since(), version)
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, i.config.conn().DeleteApplicationImage(ctx, kind)
}

// ListInputs are the filters of List.
func (*ApplicationImage) ListInputs() map[string]string { return nil }

// List returns the images that the instance has.
func (i *ApplicationImage) List(ctx context.Context, _ map[string]string) ([]lifecycle.Listed, error) {
	return i.config.list(ctx, inventory.ApplicationImages, inventory.Filter{})
}
