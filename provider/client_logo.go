package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer/types"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// A client has two logos: one for light and one for dark backgrounds. The provider manages
// a logo from the first update that sets it until one that omits it.

// logo is one of the two logos.
type logo struct {
	property string
	variant  api.LogoVariant
	exists   bool                  // on the server, uploaded by this stack or not
	hash     string                // of what this stack uploaded; "" if it did not, or if that is gone
	served   string                // hash of what the server returned after the upload; "" if it is not known
	asset    *types.AssetOrArchive // which was uploaded
	input    *types.AssetOrArchive // which the program sets
	image    *imageAsset           // input, read, if it was not uploaded
}

// logos are the two logos of a client.
type logos [2]logo

func logosOf(state ClientState) logos {
	return logos{
		{property: "logo", variant: api.LightVariant, hash: inputs.ValueOr(state.LogoHash, ""), served: inputs.ValueOr(state.ServedLogoHash, ""), asset: state.Logo},
		{property: "darkLogo", variant: api.DarkVariant, hash: inputs.ValueOr(state.DarkLogoHash, ""), served: inputs.ValueOr(state.ServedDarkLogoHash, ""), asset: state.DarkLogo},
	}
}

// prepare reads the images that the program sets, before anything is written.
func (l *logos) prepare(ctx context.Context, conn *api.Conn, args ClientArgs) error {
	l[0].input, l[1].input = args.Logo, args.DarkLogo
	for i := range l {
		if isUploaded(l[i].input, l[i].hash) {
			continue
		}
		if err := l[i].read(ctx, conn); err != nil {
			return lifecycle.Unchanged(fmt.Errorf("%s %w", l[i].property, err))
		}
	}
	return nil
}

func (l *logo) read(ctx context.Context, conn *api.Conn) (err error) {
	l.image, err = readImage(ctx, l.input, logoRules(conn.VersionWith))
	return err
}

// observe records which logos the server has. A deleted one is no longer managed.
func (l *logos) observe(client api.OIDCClient) {
	l[0].exists, l[1].exists = client.HasLogo, client.HasDarkLogo
	for i := range l {
		if !l[i].exists || l[i].hash == "" {
			l[i].forget()
		}
	}
}

// forget notes that the logo of this stack is gone.
func (l *logo) forget() { l.hash, l.served, l.asset = "", "", nil }

// compare reads the logos of this stack from the server. One that somebody replaced is no
// longer managed.
func (l *logos) compare(ctx context.Context, conn *api.Conn, clientID string) error {
	for i := range l {
		if l[i].hash == "" {
			continue
		}
		served, err := conn.ClientLogoHash(ctx, clientID, l[i].variant)
		switch {
		case errors.Is(err, api.ErrNotFound): // it was deleted after the client was read
			l[i].exists = false
			l[i].forget()
		case err != nil:
			return fmt.Errorf("%s: %w", l[i].property, err)
		case l[i].served == "": // the state is older, or it could not be read after the upload
			l[i].served = served
		case l[i].served != served:
			l[i].forget()
		}
	}
	return nil
}

// write uploads and deletes logos as the program sets them.
func (l *logos) write(ctx context.Context, conn *api.Conn, client api.OIDCClient) []error {
	l.observe(client)
	var failed []error
	for i := range l {
		if err := l[i].write(ctx, conn, client.ID); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", l[i].property, err))
		}
	}
	return failed
}

func (l *logo) write(ctx context.Context, conn *api.Conn, clientID string) error {
	switch {
	case l.input == nil && l.hash == "":
		return nil // not managed
	case l.input == nil:
		err := conn.DeleteClientLogo(ctx, clientID, l.variant)
		if err == nil {
			l.exists = false
			l.forget()
		}
		return err
	case isUploaded(l.input, l.hash):
		return nil
	case l.image == nil: // it was uploaded, and is gone from the server
		if err := l.read(ctx, conn); err != nil {
			return err
		}
	}
	if l.image.hash != l.hash {
		if err := conn.SetClientLogo(ctx, clientID, l.variant, l.image.upload); err != nil {
			return err
		}
		l.served = inputs.ValueOr(servedAfterUpload(func() (string, error) { return conn.ClientLogoHash(ctx, clientID, l.variant) }), "")
	}
	l.exists, l.hash, l.asset = true, l.image.hash, &l.image.asset
	return nil
}

// planLogos recomputes the outputs about changed logos.
func planLogos(plan *lifecycle.Plan) {
	for property, outputs := range map[string][3]string{"logo": {"hasLogo", "logoHash", "servedLogoHash"}, "darkLogo": {"hasDarkLogo", "darkLogoHash", "servedDarkLogoHash"}} {
		if !plan.Differs(property) {
			continue
		}
		plan.Recompute(outputs[1], outputs[2])
		if plan.Inputs.Get(property).IsNull() || !inputs.BoolValue(plan.State.Get(outputs[0])) {
			plan.Recompute(outputs[0])
		}
	}
}
