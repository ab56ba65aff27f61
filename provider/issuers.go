package provider

import (
	"regexp"
	"strings"
	"sync"
)

// knownIssuer is what is known of an issuer, for what a program says without a preset.
type knownIssuer struct {
	name   string         // as people call it
	issuer *regexp.Regexp // of iss without a slash at its end; nil if the issuer can be anybody's
	// subject is how its subjects begin, where an issuer is told by them only.
	subject string

	keys  string // where its keys are, made from issuer; "" if that is where Pocket ID looks by itself
	slash bool   // its iss has a slash at its end

	strangers bool   // everybody can get tokens of it
	anySub    bool   // its subjects may look like the id of a client
	noJTI     bool   // its tokens have no jti
	reread    bool   // its tokens lie in files, and are shown more than once
	unsteady  string // why no subject of it will do for long
	audience  string // what an audience must be that is said
}

// knownIssuers are told by their address or, those that people run themselves, by
// their subjects. presets.go has the sources.
var knownIssuers = sync.OnceValue(func() []knownIssuer {
	url := func(pattern string) *regexp.Regexp { return regexp.MustCompile("^https://" + pattern + "$") }
	const uuid = `[0-9a-fA-F-]+`
	return []knownIssuer{
		{name: "GitHub Actions", issuer: url(`token\.actions\.(githubusercontent\.com|[^/]+\.ghe\.com)(/[^/]+)?`), keys: "$0/.well-known/jwks", strangers: true},
		{name: "GitHub Enterprise Server", issuer: url(`[^/]+/_services/token`), keys: "$0/.well-known/jwks"},
		{name: "Google", issuer: url(`accounts\.google\.com`), keys: "https://www.googleapis.com/oauth2/v3/certs", strangers: true, anySub: true, noJTI: true},
		{name: "Azure (version 1 tokens)", issuer: url(`sts\.windows\.net/` + uuid), keys: "https://login.microsoftonline.com/common/discovery/keys", slash: true, anySub: true, noJTI: true, audience: entraAudience},
		{name: "Azure in China (version 1 tokens)", issuer: url(`sts\.chinacloudapi\.cn/` + uuid), keys: "https://login.partner.microsoftonline.cn/common/discovery/keys", slash: true, anySub: true, noJTI: true, audience: entraAudience},
		{name: "Azure (version 2 tokens)", issuer: url(`(login\.microsoftonline\.com|login\.microsoftonline\.us|login\.partner\.microsoftonline\.cn)/(` + uuid + `)/v2\.0`), keys: "https://$1/$2/discovery/v2.0/keys", anySub: true, noJTI: true, audience: entraAudience},
		{name: "EKS", issuer: url(`oidc\.eks\.[^/]+\.amazonaws\.com(\.cn)?/id/[^/]+`), keys: "$0/keys", reread: true},
		{name: "GKE", issuer: url(`container\.googleapis\.com/v1/projects/[^/]+/locations/[^/]+/clusters/[^/]+`), keys: "$0/jwks", reread: true},
		{name: "AKS", issuer: url(`[^/]+\.oic\.prod-aks\.azure\.(com|cn|us)/[^/]+/[^/]+`), keys: "$0/openid/v1/jwks", slash: true, reread: true},
		{name: "AWS outbound identity federation", issuer: url(`[^/]+\.tokens\.sts\.global\.api\.aws`)},
		{name: "gitlab.com", issuer: url(`gitlab\.com`), keys: "$0/oauth/discovery/keys", strangers: true},
		{name: "Forgejo Actions", issuer: url(`.+/api/actions`), keys: "$0/.well-known/keys"},
		{name: "HCP Terraform", issuer: url(`app\.(eu\.)?terraform\.io`), keys: "$0/.well-known/jwks", strangers: true},
		{name: "Pulumi", issuer: url(`api\.pulumi\.com/oidc(/v2)?`), keys: "$0/.well-known/jwks", strangers: true},
		{name: "Buildkite", issuer: url(`agent\.buildkite\.com`), keys: "$0/.well-known/jwks", strangers: true, anySub: true},
		{name: "Vercel", issuer: url(`oidc\.vercel\.com`), keys: "$0/.well-known/jwks", strangers: true, noJTI: true},
		{name: "Vercel", issuer: url(`oidc\.vercel\.com/[^/]+`), keys: "$0/.well-known/jwks", noJTI: true},
		{name: "CircleCI", issuer: url(`oidc\.circleci\.com/org/[^/]+`), keys: "$0/.well-known/jwks-pub.json", unsteady: "the id of the user who started the job is in it"},
		{name: "Fly.io", issuer: url(`oidc\.fly\.io/[^/]+`), keys: "$0/.well-known/jwks", unsteady: "the name of the machine is in it"},
		{name: "Bitbucket", issuer: url(`api\.bitbucket\.org/2\.0/workspaces/[^/]+/pipelines-config/identity/oidc`), keys: "$0/keys.json", unsteady: "the id of the step is in it, which is another in each run"},
		{name: "Vault", issuer: url(`[^/]+/v1/(.+/)?identity/oidc(/plugins)?`), keys: "$0/.well-known/keys", anySub: true, noJTI: true},

		{name: "Kubernetes", subject: "system:serviceaccount:", keys: "$0/openid/v1/jwks", reread: true},
		{name: "SPIRE", subject: "spiffe://", keys: "$0/keys", noJTI: true, reread: true},
		{name: "GitLab", subject: "project_path:", keys: "$0/oauth/discovery/keys"},
	}
})

const entraAudience = "Entra ID issues tokens only for app registrations: without audience, one of them must have Pocket ID's issuer as its application ID URI"

// issuerNamed finds what is known of an issuer. exactly is false if only the
// subject gives it away; its keys may then be elsewhere, too.
func issuerNamed(issuer, subject string) (known knownIssuer, keys string, exactly bool) {
	bare := strings.TrimRight(issuer, "/")
	for _, k := range knownIssuers() {
		switch {
		case k.issuer != nil && k.issuer.MatchString(bare):
			return k, k.issuer.ReplaceAllString(bare, k.keys), true
		case k.issuer == nil && strings.HasPrefix(subject, k.subject):
			return k, strings.Replace(k.keys, "$0", bare, 1), false
		}
	}
	return knownIssuer{}, "", false
}

// issuer judges what a program says of an issuer that is known. What it cannot
// judge yet, as parts of it are unknown, it leaves alone.
func (c *checks) issuer(issuer, subject string) {
	known, keys, exactly := issuerNamed(issuer, subject)
	if known.name == "" || anyComputed(c.inputs, "issuer") {
		return
	}
	if exactly {
		end := "must not end with a slash"
		if known.slash {
			end = "must end with a slash"
		}
		c.stricter(strings.HasSuffix(issuer, "/") == known.slash, "issuer", "%s: so it is in the tokens of %s, and Pocket ID compares exactly", end, known.name)
		c.stricterAbout(c.said("subject") || known.anySub && !known.strangers, []string{"subject", "issuer"}, "must be set: %s", unsaidSubject(known))
	}
	if keys != "" && !c.said("publicKeys") {
		where := "at " + keys
		if c.inputs.Get("issuer").HasSecrets() {
			where = "elsewhere"
		}
		ok := c.said("jwksUrl") && !(exactly && text(c.inputs.Get("jwksUrl")) == defaultKeys(issuer))
		c.stricterAbout(ok, []string{"jwksUrl", "issuer", "subject"},
			"must be set: without it, Pocket ID looks for the keys of %s at <issuer>/.well-known/jwks.json, but they are %s", known.name, where)
	}
	if known.unsteady != "" {
		c.warn("no subject of %s stays the same: %s; this identity will stop to work", known.name, known.unsteady)
	}
	if known.audience != "" && !c.said("audience") {
		c.warn("%s", known.audience)
	}
	if !truth(c.inputs.Get("replayProtection")) {
		return
	}
	switch {
	case known.noJTI:
		c.warn("replayProtection is on, but the tokens of %s have no jti: Pocket ID would refuse them all", known.name)
	case known.reread:
		c.warn("replayProtection is on, but the tokens of %s lie in a file: who reads one again before it is renewed is refused", known.name)
	}
}

func unsaidSubject(known knownIssuer) string {
	if known.strangers {
		return "everybody can get tokens of " + known.name + "; without it, Pocket ID compares with the client's id"
	}
	return "without it, Pocket ID compares with the client's id, which no token of " + known.name + " has"
}

// defaultKeys is where Pocket ID looks for the keys of an issuer.
func defaultKeys(issuer string) string {
	return strings.TrimRight(issuer, "/") + "/.well-known/jwks.json"
}

// stricterAbout is stricter for a rule about several properties, of which it
// names the first: what is there already is what the program said of all before.
func (c *checks) stricterAbout(ok bool, names []string, reason string, args ...any) {
	if ok || anyComputed(c.inputs, names...) {
		return
	}
	already := c.old.Len() > 0
	for _, name := range names {
		already = already && same(c.old.Get(name), c.inputs.Get(name))
	}
	if already {
		c.warn(names[0]+" "+reason, args...)
		return
	}
	c.that(false, names[0], reason, args...)
}
