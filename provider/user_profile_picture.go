package provider

import (
	"context"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// UserProfilePicture is the picture of one user.
type UserProfilePicture struct{ config *Config }

// UserProfilePictureArgs are the inputs.
type UserProfilePictureArgs struct {
	UserID string                `pulumi:"userId" provider:"replaceOnChanges"`
	Image  *types.AssetOrArchive `pulumi:"image,optional"`
}

// UserProfilePictureState is the state.
type UserProfilePictureState struct {
	UserProfilePictureArgs
	ImageHash       *string `pulumi:"imageHash,optional"`
	ServedImageHash *string `pulumi:"servedImageHash,optional"`
	Instance
}

// Annotate describes the resource.
func (u *UserProfilePicture) Annotate(a infer.Annotator) {
	a.Describe(&u, "The profile picture of a user, which Pocket ID converts to a square of 300 by 300 pixels.\n\n"+
		"A user has one picture. Creating the resource replaces the current picture. A second resource for the same user in a program is an error. "+
		"Users that come from LDAP may get their picture from there.\n\n"+
		"Deleting the resource restores the default picture.\n\n"+
		"A refresh detects that the picture was deleted or replaced, by the user or by someone else.\n\n"+
		"Import with the user ID: `pulumi import pocketid:index:UserProfilePicture picture <userId>`. "+
		"The content is unknown after an import, so the first update that sets `image` uploads it once."+anySupportedVersion)
}

// Annotate describes the inputs.
func (u *UserProfilePictureArgs) Annotate(a infer.Annotator) {
	a.Describe(&u.UserID, "ID of the user. Changing it replaces the resource: the picture moves to the other user.")
	a.Describe(&u.Image, "The picture: a file or URL asset of the type png, jpg, jpeg, gif or webp, less than 16 MiB, and from Pocket ID 2.15 on at most 16 million pixels. Uploaded again when its content changes. "+
		"Required, except for an imported picture, which is kept if `image` is omitted.")
}

// Annotate describes the outputs.
func (u *UserProfilePictureState) Annotate(a infer.Annotator) {
	a.Describe(&u.ImageHash, "SHA-256 hash of the picture that this stack uploaded, in hexadecimal. Empty after an import.")
	a.Describe(&u.ServedImageHash, "SHA-256 hash of the picture as Pocket ID returned it after the upload, in hexadecimal. Pocket ID converts pictures. A refresh compares it with the current picture.")
}

// Check refuses what the server would refuse.
func (u *UserProfilePicture) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *UserProfilePictureArgs) {
		check.UUID("userId", args.UserID, "user")
		lifecycle.DeclareInputs(check, lifecycle.Declaration{Object: profilePicture(args.UserID), Conflict: onlyOneConflict}, "userId")
		requireImage(check, "image")
		checkImage(check, "image", args.Image, profilePictureRules(u.config.previewVersion))
	})
}

func profilePictureRules(version versionReader) imageRules {
	return imageRules{api.ProfilePictureTypes(), api.MaxImageBytes, version}
}

// Plan recomputes the hash of another picture.
func (*UserProfilePicture) Plan(plan *lifecycle.Plan) { planImage(plan) }

// Create uploads the picture.
func (u *UserProfilePicture) Create(ctx context.Context, req infer.CreateRequest[UserProfilePictureArgs]) (infer.CreateResponse[UserProfilePictureState], error) {
	state := UserProfilePictureState{UserProfilePictureArgs: req.Inputs}
	if err := u.upload(ctx, &state); err != nil {
		return infer.CreateResponse[UserProfilePictureState]{}, err
	}
	return infer.CreateResponse[UserProfilePictureState]{ID: ids.Subresource(req.Inputs.UserID, ids.ProfilePicture), Output: state}, nil
}

func (u *UserProfilePicture) upload(ctx context.Context, state *UserProfilePictureState) (err error) {
	conn := u.config.conn()
	image := uploadedImage{state.Image, state.ImageHash, state.ServedImageHash}
	err = image.upload(ctx, profilePictureRules(conn.VersionWith), imagePlace{
		put: func(upload api.Upload) error {
			user, err := conn.GetUser(ctx, state.UserID) // before 2.13, the server keeps a picture of a user that does not exist
			if err != nil {
				return err
			}
			return conn.SetProfilePicture(ctx, user.ID, upload)
		},
		served: func() (string, error) { return conn.ProfilePictureHash(ctx, state.UserID) },
	})
	state.Image, state.ImageHash, state.ServedImageHash = image.asset, image.hash, image.served
	return err
}

// Read checks that the user exists, and reads the picture if this stack uploaded one. Pocket
// ID does not report whether a user has a custom picture.
func (u *UserProfilePicture) Read(ctx context.Context, req infer.ReadRequest[UserProfilePictureArgs, UserProfilePictureState]) (infer.ReadResponse[UserProfilePictureArgs, UserProfilePictureState], error) {
	userID := ids.SubresourceOwner(req.ID, ids.ProfilePicture)
	if _, err := u.config.conn().GetUser(ctx, userID); err != nil {
		return infer.ReadResponse[UserProfilePictureArgs, UserProfilePictureState]{}, err
	}
	image := uploadedImage{req.State.Image, req.State.ImageHash, req.State.ServedImageHash}
	if image.hash != nil {
		served, err := u.config.conn().ProfilePictureHash(ctx, userID)
		if err != nil {
			return infer.ReadResponse[UserProfilePictureArgs, UserProfilePictureState]{}, err
		}
		image.observe(served)
	}
	args := UserProfilePictureArgs{userID, image.asset}
	return infer.ReadResponse[UserProfilePictureArgs, UserProfilePictureState]{
		ID:     ids.Subresource(userID, ids.ProfilePicture),
		Inputs: args,
		State:  UserProfilePictureState{UserProfilePictureArgs: args, ImageHash: image.hash, ServedImageHash: image.served},
	}, nil
}

// Update uploads another picture.
func (u *UserProfilePicture) Update(ctx context.Context, req infer.UpdateRequest[UserProfilePictureArgs, UserProfilePictureState]) (infer.UpdateResponse[UserProfilePictureState], error) {
	state := UserProfilePictureState{UserProfilePictureArgs: req.Inputs, ImageHash: req.State.ImageHash, ServedImageHash: req.State.ServedImageHash}
	if err := u.upload(ctx, &state); err != nil {
		return infer.UpdateResponse[UserProfilePictureState]{}, err
	}
	return infer.UpdateResponse[UserProfilePictureState]{Output: state}, nil
}

// Delete resets the user to the default picture, unless another resource declares one.
func (u *UserProfilePicture) Delete(ctx context.Context, req infer.DeleteRequest[UserProfilePictureState]) (infer.DeleteResponse, error) {
	if lifecycle.KeepsWhole(ctx, profilePicture(req.State.UserID)) {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, u.config.conn().DeleteProfilePicture(ctx, req.State.UserID)
}
