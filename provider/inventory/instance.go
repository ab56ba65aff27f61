package inventory

import (
	"context"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
)

// ApplicationConfiguration lists the application configuration, which every instance has.
func ApplicationConfiguration(ctx context.Context, conn *api.Conn, _ Filter) ([]Object, error) {
	if _, err := conn.GetSettings(ctx); err != nil {
		return nil, err
	}
	return []Object{{Type: "ApplicationConfiguration", ID: ids.ApplicationConfiguration, Name: ids.ApplicationConfiguration}}, nil
}

// ApplicationImages lists the images that the instance has.
func ApplicationImages(ctx context.Context, conn *api.Conn, _ Filter) ([]Object, error) {
	var found []Object
	for _, kind := range api.ApplicationImages() {
		exists, err := conn.HasApplicationImage(ctx, kind)
		if err != nil {
			return nil, err
		}
		if exists {
			found = append(found, Object{Type: "ApplicationImage", ID: string(kind), Name: string(kind)})
		}
	}
	return found, nil
}
