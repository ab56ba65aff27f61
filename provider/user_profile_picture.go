package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// UserProfilePicture is the picture of one user.
type UserProfilePicture struct {
	config *Config
	lists  *shares
	heirs  heirs
}

// UserProfilePictureArgs is what a program says of it.
type UserProfilePictureArgs struct {
	UserID string                `pulumi:"userId" provider:"replaceOnChanges"`
	Image  *types.AssetOrArchive `pulumi:"image,optional"`
}

// UserProfilePictureState is what the stack knows of it.
type UserProfilePictureState struct {
	UserProfilePictureArgs
	ImageHash *string `pulumi:"imageHash,optional"`
	Issuer    string  `pulumi:"issuer"`
}

// Annotate describes the resource.
func (u *UserProfilePicture) Annotate(a infer.Annotator) {
	a.Describe(&u, "The picture of a user, which Pocket ID makes a square of 300 by 300 pixels. A user has one: a second resource of a program for the same user is an error, and making one takes the place of the picture that is there. "+
		"Users that come from LDAP may get theirs from there.\n\n"+
		"Destroying it gives the user back the picture that all others have. Pocket ID does not tell whether a user has a picture of their own: that somebody else changed or deleted it is not noticed. "+
		"Import one by the user's id. Its content is not known then: the first update that names an `image` uploads it once.")
}

// Annotate describes the inputs.
func (u *UserProfilePictureArgs) Annotate(a infer.Annotator) {
	a.Describe(&u.UserID, "Id of the user. Changing it gives the picture to the other user.")
	a.Describe(&u.Image, "The picture: a file or a URL, less than 16 MiB, as png, jpg, gif or webp. Another content uploads it again. Required, but for a picture that was imported: left out, that one stays as it is.")
}

// Annotate describes the outputs.
func (u *UserProfilePictureState) Annotate(a infer.Annotator) {
	a.Describe(&u.ImageHash, "SHA-256 of the picture that this stack uploaded, in hex. Empty after an import.")
	a.Describe(&u.Issuer, "The issuer of the Pocket ID instance that the user is in.")
}

// Check says at preview what the server would refuse.
func (u *UserProfilePicture) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[UserProfilePictureArgs], error) {
	args, failures, err := infer.DefaultCheck[UserProfilePictureArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[UserProfilePictureArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.that(anyUUIDShape.MatchString(args.UserID), "userId", "must be the id of a user, a UUID, is %s", check.quoted("userId", args.UserID))
	check.onlyOne(u.config, u.lists, "picture of "+args.UserID, "UserProfilePicture", req.Name, "userId")
	check.imageSaid("image")
	check.image("image", args.Image, profilePictureRules())
	return infer.CheckResponse[UserProfilePictureArgs]{Inputs: args, Failures: check.failures}, nil
}

func profilePictureRules() imageRules {
	return imageRules{api.ProfilePictureTypes(), api.MostOfAPicture}
}

// Plan names the output that another picture changes.
func (*UserProfilePicture) Plan(c *change) {
	if c.differs("image") {
		c.renews("imageHash")
	}
}

// Create uploads the picture.
func (u *UserProfilePicture) Create(ctx context.Context, req infer.CreateRequest[UserProfilePictureArgs]) (infer.CreateResponse[UserProfilePictureState], error) {
	var none infer.CreateResponse[UserProfilePictureState]
	conn, err := u.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	state := UserProfilePictureState{req.Inputs, nil, issuer}
	if err := state.upload(ctx, conn); err != nil {
		return none, err
	}
	u.heirs.came(req.Inputs.UserID)
	return infer.CreateResponse[UserProfilePictureState]{ID: partID(req.Inputs.UserID, profilePicturePart), Output: state}, nil
}

// upload gives the user the picture that the program names, unless this stack has
// done so already.
func (s *UserProfilePictureState) upload(ctx context.Context, conn *api.Conn) error {
	if isUpload(s.Image, or(s.ImageHash, "")) {
		return nil
	}
	wanted, err := readImage(ctx, s.Image, profilePictureRules())
	switch {
	case err != nil:
		return asItWas(fmt.Errorf("image %w", err))
	case wanted == nil:
		return nil
	case wanted.hash != or(s.ImageHash, ""):
		user, err := conn.GetUser(ctx, s.UserID) // before 2.13, a picture of nobody would be kept
		if err != nil {
			return err
		}
		if err := conn.SetProfilePicture(ctx, user.ID, wanted.upload); err != nil {
			return err
		}
	}
	s.Image, s.ImageHash = &wanted.asset, &wanted.hash
	return nil
}

// Read tells whether the user is there.
func (u *UserProfilePicture) Read(ctx context.Context, req infer.ReadRequest[UserProfilePictureArgs, UserProfilePictureState]) (infer.ReadResponse[UserProfilePictureArgs, UserProfilePictureState], error) {
	var none infer.ReadResponse[UserProfilePictureArgs, UserProfilePictureState]
	conn, err := u.config.connection()
	if err != nil {
		return none, err
	}
	userID := ownerOf(req.ID, profilePicturePart)
	_, err = conn.GetUser(ctx, userID)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // no id: it went with the user
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	state := UserProfilePictureState{UserProfilePictureArgs{userID, req.State.Image}, req.State.ImageHash, issuer}
	return infer.ReadResponse[UserProfilePictureArgs, UserProfilePictureState]{ID: partID(userID, profilePicturePart), Inputs: state.UserProfilePictureArgs, State: state}, nil
}

// Update uploads another picture.
func (u *UserProfilePicture) Update(ctx context.Context, req infer.UpdateRequest[UserProfilePictureArgs, UserProfilePictureState]) (infer.UpdateResponse[UserProfilePictureState], error) {
	conn, err := u.config.connection()
	if err != nil {
		return infer.UpdateResponse[UserProfilePictureState]{}, err
	}
	state := UserProfilePictureState{req.Inputs, req.State.ImageHash, req.State.Issuer}
	if err := state.upload(ctx, conn); err != nil {
		return infer.UpdateResponse[UserProfilePictureState]{Output: req.State}, unwritten(err)
	}
	return infer.UpdateResponse[UserProfilePictureState]{Output: state}, nil
}

// Delete gives the user back the picture that everybody has.
func (u *UserProfilePicture) Delete(ctx context.Context, req infer.DeleteRequest[UserProfilePictureState]) (infer.DeleteResponse, error) {
	if u.heirs.took(ctx, req.State.UserID) {
		return infer.DeleteResponse{}, nil
	}
	conn, err := u.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, conn.DeleteProfilePicture(ctx, req.State.UserID)
}
