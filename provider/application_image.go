package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// ApplicationImage is one of the images of the instance itself.
type ApplicationImage struct {
	config *Config
	lists  *shares
	heirs  heirs
}

// ApplicationImageArgs is what a program says of it.
type ApplicationImageArgs struct {
	Kind  string                `pulumi:"kind" provider:"replaceOnChanges"`
	Image *types.AssetOrArchive `pulumi:"image,optional"`
}

// ApplicationImageState is what the stack knows of it.
type ApplicationImageState struct {
	ApplicationImageArgs
	ImageHash *string `pulumi:"imageHash,optional"`
	Issuer    string  `pulumi:"issuer"`
}

// Annotate describes the resource.
func (i *ApplicationImage) Annotate(a infer.Annotator) {
	a.Describe(&i, "An image of the instance itself: its logo, the background of its sign-in page, its favicon. There is one of each kind: a second resource of a program for the same kind is an error, "+
		"and making one takes the place of the image that is there.\n\n"+
		"Destroying it deletes the image: the logo is Pocket ID's own again (2.14 or later), the background is plain (2.5 or later; the picture that Pocket ID came with does not come back), "+
		"and users without a picture get their initials. Where Pocket ID cannot delete (`email`, `favicon`, older servers), the image stays and a warning says so.\n\n"+
		"That the image was deleted is noticed by a refresh; that somebody else replaced it is not. "+
		"Import one by its kind. Its content is not known then: the first update that names an `image` uploads it once.")
}

// Annotate describes the inputs.
func (i *ApplicationImageArgs) Annotate(a infer.Annotator) {
	a.Describe(&i.Kind, "Which image: `logo`, `darkLogo` (the logo on dark backgrounds), `email` (the logo in mails), `background`, `favicon` or `defaultProfilePicture`. Changing it deletes the one and uploads the other.")
	a.Describe(&i.Image, "The image: a file, a text (an SVG) or a URL, less than 16 MiB, as png, jpg, jpeg, svg, ico, gif, webp, avif or heic; in mails only png and jpg, as favicon only svg, png and ico (before Pocket ID 2.5 only ico). "+
		"Another content uploads it again. Required, but for an image that was imported: left out, that one stays as it is.")
}

// Annotate describes the outputs.
func (i *ApplicationImageState) Annotate(a infer.Annotator) {
	a.Describe(&i.ImageHash, "SHA-256 of the image that this stack uploaded, in hex. Empty after an import.")
	a.Describe(&i.Issuer, "The issuer of the Pocket ID instance whose image it is.")
}

// Check says at preview what the server would refuse.
func (i *ApplicationImage) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[ApplicationImageArgs], error) {
	args, failures, err := infer.DefaultCheck[ApplicationImageArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[ApplicationImageArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	kind := api.ApplicationImage(args.Kind)
	if !slices.Contains(api.ApplicationImages(), kind) {
		check.that(false, "kind", "must be %s, is %s", alternatives(api.ApplicationImages()), check.quoted("kind", args.Kind))
	} else if !check.silent("kind") {
		rules, err := applicationImageRules(ctx, kind, i.config.versionAtOnce)
		if err == nil { // else the upload asks again
			check.image("image", args.Image, rules)
		}
	}
	check.imageSaid("image")
	check.onlyOne(i.config, i.lists, "image "+args.Kind, "ApplicationImage", req.Name, "kind")
	return infer.CheckResponse[ApplicationImageArgs]{Inputs: args, Failures: check.failures}, nil
}

// imageSaid wants an image, but for what was imported and never had one in the program.
func (c *checks) imageSaid(name string) {
	imported := c.old.Len() > 0 && c.old.Get(name).IsNull()
	c.that(c.said(name) || imported, name, "must be given: a file, a text or a URL")
}

// alternatives are words as people list them: a, b or c.
func alternatives[T ~string](words []T) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = string(w)
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}

// applicationImageRules asks for the server's version only where it makes a difference.
func applicationImageRules(ctx context.Context, kind api.ApplicationImage, ask func(context.Context) (version api.Version, err error)) (imageRules, error) {
	var version api.Version
	var err error
	if kind == api.Favicon {
		version, err = ask(ctx)
	}
	return imageRules{kind.Types(version), api.MostOfAPicture}, err
}

// Plan names the output that another image changes.
func (*ApplicationImage) Plan(c *change) {
	if c.differs("image") {
		c.renews("imageHash")
	}
}

// Create uploads the image.
func (i *ApplicationImage) Create(ctx context.Context, req infer.CreateRequest[ApplicationImageArgs]) (infer.CreateResponse[ApplicationImageState], error) {
	var none infer.CreateResponse[ApplicationImageState]
	conn, err := i.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	state := ApplicationImageState{req.Inputs, nil, issuer}
	if err := state.upload(ctx, conn); err != nil {
		return none, err
	}
	i.heirs.came(req.Inputs.Kind)
	return infer.CreateResponse[ApplicationImageState]{ID: req.Inputs.Kind, Output: state}, nil
}

// upload puts the image that the program names in its place, unless this stack
// has put it there already.
func (s *ApplicationImageState) upload(ctx context.Context, conn *api.Conn) error {
	if isUpload(s.Image, or(s.ImageHash, "")) {
		return nil
	}
	kind := api.ApplicationImage(s.Kind)
	rules, err := applicationImageRules(ctx, kind, conn.Version)
	if err != nil {
		return err
	}
	wanted, err := readImage(ctx, s.Image, rules)
	switch {
	case err != nil:
		return asItWas(fmt.Errorf("image %w", err))
	case wanted == nil:
		return nil
	case wanted.hash != or(s.ImageHash, ""):
		if err := conn.SetApplicationImage(ctx, kind, wanted.upload); err != nil {
			return err
		}
	}
	s.Image, s.ImageHash = &wanted.asset, &wanted.hash
	return nil
}

// Read tells whether the image is there.
func (i *ApplicationImage) Read(ctx context.Context, req infer.ReadRequest[ApplicationImageArgs, ApplicationImageState]) (infer.ReadResponse[ApplicationImageArgs, ApplicationImageState], error) {
	var none infer.ReadResponse[ApplicationImageArgs, ApplicationImageState]
	kind := api.ApplicationImage(req.ID)
	if !slices.Contains(api.ApplicationImages(), kind) {
		return none, fmt.Errorf("%q is no kind of image: it is %s", req.ID, alternatives(api.ApplicationImages()))
	}
	conn, err := i.config.connection()
	if err != nil {
		return none, err
	}
	has, err := conn.HasApplicationImage(ctx, kind)
	if err != nil || !has {
		return none, err // no id: it is gone
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	state := ApplicationImageState{ApplicationImageArgs{req.ID, req.State.Image}, req.State.ImageHash, issuer}
	return infer.ReadResponse[ApplicationImageArgs, ApplicationImageState]{ID: req.ID, Inputs: state.ApplicationImageArgs, State: state}, nil
}

// Update uploads another content.
func (i *ApplicationImage) Update(ctx context.Context, req infer.UpdateRequest[ApplicationImageArgs, ApplicationImageState]) (infer.UpdateResponse[ApplicationImageState], error) {
	conn, err := i.config.connection()
	if err != nil {
		return infer.UpdateResponse[ApplicationImageState]{}, err
	}
	state := ApplicationImageState{req.Inputs, req.State.ImageHash, req.State.Issuer}
	if err := state.upload(ctx, conn); err != nil {
		return infer.UpdateResponse[ApplicationImageState]{Output: req.State}, unwritten(err)
	}
	return infer.UpdateResponse[ApplicationImageState]{Output: state}, nil
}

// Delete takes the image away, where the server can.
func (i *ApplicationImage) Delete(ctx context.Context, req infer.DeleteRequest[ApplicationImageState]) (infer.DeleteResponse, error) {
	if i.heirs.took(ctx, req.ID) {
		return infer.DeleteResponse{}, nil
	}
	conn, err := i.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	kind := api.ApplicationImage(req.ID)
	since, can := kind.Deletion()
	if can {
		version, err := conn.Version(ctx)
		if err != nil {
			return infer.DeleteResponse{}, err
		}
		if version.Has(since) {
			return infer.DeleteResponse{}, conn.DeleteApplicationImage(ctx, kind)
		}
		p.GetLogger(ctx).Warningf("the image %s stays: deleting it needs Pocket ID %s or later; this server is %s", kind, since.Since(), version)
		return infer.DeleteResponse{}, nil
	}
	p.GetLogger(ctx).Warningf("the image %s stays: Pocket ID cannot delete it, only replace it", kind)
	return infer.DeleteResponse{}, nil
}

// ListInputs: there is nothing to narrow by.
func (*ApplicationImage) ListInputs() map[string]string { return nil }

// List names the images that are there.
func (*ApplicationImage) List(ctx context.Context, conn *api.Conn, _ map[string]string) ([]listing, error) {
	var list []listing
	for _, kind := range api.ApplicationImages() {
		has, err := conn.HasApplicationImage(ctx, kind)
		if err != nil {
			return nil, err
		}
		if has {
			list = append(list, listing{ID: string(kind), Name: string(kind)})
		}
	}
	return list, nil
}
