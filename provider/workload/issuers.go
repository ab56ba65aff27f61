package workload

import (
	"regexp"
	"strings"
	"sync"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// knownIssuer is what is known about an issuer that a program sets without a preset.
type knownIssuer struct {
	name   string         // for messages
	issuer *regexp.Regexp // matches iss without its trailing slash; nil if everyone runs their own
	// subject is the prefix of its subjects, where only they identify the issuer.
	subject string

	keys  string // URL of its keys, a replacement for the match of issuer; "" where Pocket ID looks by default
	slash bool   // its iss ends with a slash

	public   bool   // anyone can get tokens from it
	anySub   bool   // its subjects may look like a client ID
	noJTI    bool   // its tokens have no jti claim
	reused   bool   // its tokens are read from a file, and presented more than once
	unstable string // why none of its subjects stays the same
	audience string // a warning if audience is omitted
}

// knownIssuers are identified by their URL, or, where everyone runs their own, by their
// subjects. The sources are in presets_*.go.
var knownIssuers = sync.OnceValue(func() []knownIssuer {
	url := func(pattern string) *regexp.Regexp { return regexp.MustCompile("^https://" + pattern + "$") }
	const uuid = `[0-9a-fA-F-]+`
	return []knownIssuer{
		{name: "GitHub Actions", issuer: url(`token\.actions\.(githubusercontent\.com|[^/]+\.ghe\.com)(/[^/]+)?`), keys: "$0/.well-known/jwks", public: true},
		{name: "GitHub Enterprise Server", issuer: url(`[^/]+/_services/token`), keys: "$0/.well-known/jwks"},
		{name: "Google", issuer: url(`accounts\.google\.com`), keys: "https://www.googleapis.com/oauth2/v3/certs", public: true, anySub: true, noJTI: true},
		{name: "Azure (version 1 tokens)", issuer: url(`sts\.windows\.net/` + uuid), keys: "https://login.microsoftonline.com/common/discovery/keys", slash: true, anySub: true, noJTI: true, audience: entraAudience},
		{name: "Azure in China (version 1 tokens)", issuer: url(`sts\.chinacloudapi\.cn/` + uuid), keys: "https://login.partner.microsoftonline.cn/common/discovery/keys", slash: true, anySub: true, noJTI: true, audience: entraAudience},
		{name: "Azure (version 2 tokens)", issuer: url(`(login\.microsoftonline\.com|login\.microsoftonline\.us|login\.partner\.microsoftonline\.cn)/(` + uuid + `)/v2\.0`), keys: "https://$1/$2/discovery/v2.0/keys", anySub: true, noJTI: true, audience: entraAudience},
		{name: "EKS", issuer: url(`oidc\.eks\.[^/]+\.amazonaws\.com(\.cn)?/id/[^/]+`), keys: "$0/keys", reused: true},
		{name: "GKE", issuer: url(`container\.googleapis\.com/v1/projects/[^/]+/locations/[^/]+/clusters/[^/]+`), keys: "$0/jwks", reused: true},
		{name: "AKS", issuer: url(`[^/]+\.oic\.prod-aks\.azure\.(com|cn|us)/[^/]+/[^/]+`), keys: "$0/openid/v1/jwks", slash: true, reused: true},
		{name: "AWS outbound identity federation", issuer: url(`[^/]+\.tokens\.sts\.global\.api\.aws`)},
		{name: "gitlab.com", issuer: url(`gitlab\.com`), keys: "$0/oauth/discovery/keys", public: true},
		{name: "Forgejo Actions", issuer: url(`.+/api/actions`), keys: "$0/.well-known/keys"},
		{name: "HCP Terraform", issuer: url(`app\.(eu\.)?terraform\.io`), keys: "$0/.well-known/jwks", public: true},
		{name: "Pulumi", issuer: url(`api\.pulumi\.com/oidc(/v2)?`), keys: "$0/.well-known/jwks", public: true},
		{name: "Buildkite", issuer: url(`agent\.buildkite\.com`), keys: "$0/.well-known/jwks", public: true, anySub: true},
		{name: "Vercel", issuer: url(`oidc\.vercel\.com`), keys: "$0/.well-known/jwks", public: true, noJTI: true},
		{name: "Vercel", issuer: url(`oidc\.vercel\.com/[^/]+`), keys: "$0/.well-known/jwks", noJTI: true},
		{name: "CircleCI", issuer: url(`oidc\.circleci\.com/org/[^/]+`), keys: "$0/.well-known/jwks-pub.json", unstable: "it contains the ID of the user who started the job"},
		{name: "Fly.io", issuer: url(`oidc\.fly\.io/[^/]+`), keys: "$0/.well-known/jwks", unstable: "it contains the name of the machine"},
		{name: "Bitbucket", issuer: url(`api\.bitbucket\.org/2\.0/workspaces/[^/]+/pipelines-config/identity/oidc`), keys: "$0/keys.json", unstable: "it contains the ID of the step, which differs in each run"},
		{name: "Vault", issuer: url(`[^/]+/v1/(.+/)?identity/oidc(/plugins)?`), keys: "$0/.well-known/keys", anySub: true, noJTI: true},

		{name: "Kubernetes", subject: "system:serviceaccount:", keys: "$0/openid/v1/jwks", reused: true},
		{name: "SPIRE", subject: "spiffe://", keys: "$0/keys", noJTI: true, reused: true},
		{name: "GitLab", subject: "project_path:", keys: "$0/oauth/discovery/keys"},
	}
})

const entraAudience = "Entra ID issues tokens only for app registrations: without audience, one of them must have Pocket ID's issuer as its application ID URI"

// identify finds what is known about an issuer. certain is false if only the subject
// identifies it; then its keys may also be elsewhere.
func identify(issuer, subject string) (known knownIssuer, keys string, certain bool) {
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

// CheckIssuer validates the issuer of a federated identity against what is known about
// it. Rules about unknown inputs are skipped.
func CheckIssuer(check *inputs.Checker, issuer, subject string) {
	known, keys, certain := identify(issuer, subject)
	if known.name == "" || inputs.AnyUnknown(check.Inputs, "issuer") {
		return
	}
	if certain {
		slash := "must not end with a slash"
		if known.slash {
			slash = "must end with a slash"
		}
		check.RequireForChanges(strings.HasSuffix(issuer, "/") == known.slash, "issuer", "%s, as in the tokens of %s; Pocket ID compares exactly", slash, known.name)
		check.RequireForChangesOf(check.IsSet("subject") || known.anySub && !known.public, []string{"subject", "issuer"}, "%s", known.missingSubject())
	}
	if keys != "" && !check.IsSet("publicKeys") {
		location := "at " + keys
		if check.Inputs.Get("issuer").HasSecrets() {
			location = "elsewhere"
		}
		ok := check.IsSet("jwksUrl") && !(certain && inputs.Text(check.Inputs.Get("jwksUrl")) == DefaultKeysURL(issuer))
		check.RequireForChangesOf(ok, []string{"jwksUrl", "issuer", "subject"},
			"is required; without it, Pocket ID looks for the keys of %s at <issuer>/.well-known/jwks.json, but they are %s", known.name, location)
	}
	known.warn(check)
}

// warn warns about settings with which tokens of the issuer are refused sooner or later.
func (k knownIssuer) warn(check *inputs.Checker) {
	if k.unstable != "" {
		check.Warn("the subject of %s tokens changes (%s), so this federated identity will stop matching them; see \"What does not work\" in docs/federated-identities.md", k.name, k.unstable)
	}
	if k.audience != "" && !check.IsSet("audience") {
		check.Warn("%s", k.audience)
	}
	if !inputs.BoolValue(check.Inputs.Get("replayProtection")) {
		return
	}
	switch {
	case k.noJTI:
		check.Warn("replayProtection is on, but the tokens of %s have no jti claim. Pocket ID would refuse all of them", k.name)
	case k.reused:
		check.Warn("replayProtection is on, but the tokens of %s are read from a file. A workload that presents one twice is refused", k.name)
	}
}

func (k knownIssuer) missingSubject() string {
	if k.public {
		return "is required; anyone can get tokens from " + k.name + ", and without a subject Pocket ID compares with the client ID"
	}
	return "is required; without it, Pocket ID compares with the client ID, which no token of " + k.name + " has as its subject"
}

// DefaultKeysURL is where Pocket ID looks for the keys of an issuer by default.
func DefaultKeysURL(issuer string) string {
	return strings.TrimRight(issuer, "/") + "/.well-known/jwks.json"
}
