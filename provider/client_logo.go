package provider

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer/types"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// A client has two logos: one, and one of its own for dark backgrounds. Each
// belongs to the program from the time that it names one, until it names none.

// logo is one of them, as the stack knows it.
type logo struct {
	property string
	dark     bool
	has      bool                  // the server has one, whoever uploaded it
	hash     string                // of what this stack uploaded; empty if none of its is there
	asset    *types.AssetOrArchive // where that came from
	said     *types.AssetOrArchive // what the program names
	wanted   *picture              // the same, read, if it is not the one that was uploaded
}

// logos are both of a client's logos.
type logos [2]logo

func logosOf(state ClientState) logos {
	return logos{
		{property: "logo", hash: or(state.LogoHash, ""), asset: state.Logo},
		{property: "darkLogo", dark: true, hash: or(state.DarkLogoHash, ""), asset: state.DarkLogo},
	}
}

// want reads what the program names, before anything is written.
func (l *logos) want(ctx context.Context, args ClientArgs) error {
	l[0].said, l[1].said = args.Logo, args.DarkLogo
	for i := range l {
		if isUpload(l[i].said, l[i].hash) {
			continue
		}
		if err := l[i].read(ctx); err != nil {
			return asItWas(fmt.Errorf("%s %w", l[i].property, err))
		}
	}
	return nil
}

func (l *logo) read(ctx context.Context) (err error) {
	l.wanted, err = readImage(ctx, l.said, logoRules())
	return err
}

// look learns which of the logos are there. What is gone is not the stack's any more.
func (l *logos) look(client api.OIDCClient) {
	l[0].has, l[1].has = client.HasLogo, client.HasDarkLogo
	for i := range l {
		if !l[i].has || l[i].hash == "" {
			l[i].hash, l[i].asset = "", nil
		}
	}
}

// write makes the logos of a client what the program wants. What it never named is
// left alone.
func (l *logos) write(ctx context.Context, conn *api.Conn, client api.OIDCClient) []error {
	l.look(client)
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
	case l.said == nil && l.hash == "":
		return nil
	case l.said == nil:
		err := conn.DeleteClientLogo(ctx, clientID, l.dark)
		if err == nil {
			l.has, l.hash, l.asset = false, "", nil
		}
		return err
	case isUpload(l.said, l.hash):
		return nil
	case l.wanted == nil: // it was uploaded, and is gone from the server
		if err := l.read(ctx); err != nil {
			return err
		}
	}
	if l.wanted.hash != l.hash {
		if err := conn.SetClientLogo(ctx, clientID, l.dark, l.wanted.upload); err != nil {
			return err
		}
	}
	l.has, l.hash, l.asset = true, l.wanted.hash, &l.wanted.asset
	return nil
}

// planLogos names the outputs that another logo changes.
func planLogos(c *change) {
	for property, outputs := range map[string][2]string{"logo": {"hasLogo", "logoHash"}, "darkLogo": {"hasDarkLogo", "darkLogoHash"}} {
		if !c.differs(property) {
			continue
		}
		c.renews(outputs[1])
		if c.Inputs.Get(property).IsNull() || !truth(c.State.Get(outputs[0])) {
			c.renews(outputs[0])
		}
	}
}
