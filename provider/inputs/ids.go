package inputs

import "github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"

// UUID requires the UUID of an object of a kind ("user").
func (c *Checker) UUID(property, id, kind string) {
	c.Require(ids.IsUUID(id), property, "must be the ID of a %s, which is a UUID (got %s)", kind, c.Quote(property, id))
}

// ClientID requires the ID of an OIDC client.
func (c *Checker) ClientID(property, id string) {
	c.Require(ids.IsClient(id), property, "must be the ID of a client (got %s)", c.Quote(property, id))
}

// ObjectID requires what can be the ID of an object of a kind ("user group").
func (c *Checker) ObjectID(property, id, kind string) {
	c.Require(ids.IsObject(id), property, "must be the ID of a %s (got %s)", kind, c.Quote(property, id))
}
