package provider

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// Plan says what replaces a secret, and what is only taken down. What an import
// could not know (everything but the client and the expiry) is no difference:
// what the program says of it counts from then on.
func (*ClientSecret) Plan(c *change) {
	imported := text(c.State.Get("secret")) == ""
	for _, name := range []string{"rotationTriggers", "rotateAfter"} {
		if imported && c.State.Get(name).IsNull() || same(c.State.Get(name), c.Inputs.Get(name)) {
			c.forget(name)
		}
	}
	if c.differs("rotationTriggers") && !c.Inputs.Get("rotationTriggers").IsNull() {
		c.replaces("rotationTriggers")
	}
	planValue(c, imported)
	planExpiry(c, imported)
	planAge(c)
}

// planValue compares with the secret itself, which the program may have said
// before, or say now of a random one.
func planValue(c *change, imported bool) {
	c.leftAlone("value")
	own := c.Inputs.Get("value")
	switch {
	case !c.differs("value"):
	case imported:
		c.renews("secret") // it is adopted in place
	case !same(own, c.State.Get("secret")):
		c.replaces("value")
	}
}

// planExpiry replaces a secret that is to end at another time than it does.
func planExpiry(c *change, imported bool) {
	if endsAsSaid(c.State, c.Inputs) {
		c.forget("expiresAt") // which the state has of its own
		if imported || same(c.State.Get("expiresIn"), c.Inputs.Get("expiresIn")) {
			c.forget("expiresIn")
		}
		return
	}
	if c.Inputs.Get("expiresAt").IsNull() && c.differs("expiresIn") {
		c.forget("expiresAt")
		c.replaces("expiresIn")
		return
	}
	c.replaces("expiresAt")
}

// endsAsSaid tells whether a secret ends when the program wants it to. A life of
// so many days is compared with the life it was given, which an import knows too.
func endsAsSaid(state, inputs property.Map) bool {
	at, in := inputs.Get("expiresAt"), inputs.Get("expiresIn")
	if at.HasComputed() || in.HasComputed() {
		return false
	}
	end, ends := instant(text(state.Get("expiresAt")))
	switch {
	case !at.IsNull():
		wanted, ok := instant(text(at))
		return ok && ends && wanted.Equal(end)
	case !in.IsNull():
		wanted, _ := parseDuration(text(in))
		if given := state.Get("expiresIn"); !given.IsNull() {
			before, _ := parseDuration(text(given))
			return before == wanted
		}
		made, _ := instant(text(state.Get("createdAt")))
		return ends && (end.Sub(made)-wanted).Abs() <= time.Minute
	}
	return !ends
}

// planAge replaces a secret that has expired, or is as old as it may get, unless
// the program says that this is its end.
func planAge(c *change) {
	own, fixed := !c.Inputs.Get("value").IsNull(), !c.Inputs.Get("expiresAt").IsNull()
	end, ends := instant(text(c.State.Get("expiresAt")))
	made, known := instant(text(c.State.Get("createdAt")))
	age, _ := parseDuration(text(c.Inputs.Get("rotateAfter")))
	active := c.State.Get("isActive")
	expired := ends && !c.Now.Before(end) || active.IsBool() && !active.AsBool()
	switch {
	case c.replaced():
	case expired && fixed:
		c.warn("the secret has expired, as expiresAt says; there is a new one when the program says another time")
	case expired && own:
		c.warn("the secret has expired; a value that has expired is not brought back to life: say another value")
	case expired:
		c.replaces("expiresAt")
	case age > 0 && known && !own && !c.Now.Before(made.Add(age)):
		c.replaces("rotateAfter")
	}
}
