package api

import (
	"strings"

	"github.com/blang/semver"
)

// Feature is something that Pocket ID has only since some version, or only until one. The
// zero Feature is none.
type Feature int

// The features that the provider asks for, in the order of their versions.
const (
	_ Feature = iota
	LoginNotificationSwitch
	DefaultProfilePictureDeletion
	CustomSubjects
	FaviconFormats
	BackgroundDeletion
	PasskeyListing
	PushedAuthorizationRequests
	PublicClientPAR
	ClientDescriptions
	SkipConsent
	ReplayProtection
	APIs
	ExplicitCallbackURLs
	CustomSecretValues
	CustomUserIDs
	TokenLifetimes
	PasskeyPolicy
	ClientIDMetadataDocuments
	LogoDeletion
	MultipleSecrets
	GrantsPerAPI
	CIMDAccess
	TrimmedResources
	PublicKeys
	PixelLimit
	BackchannelLogout
	AutoCreatedSecrets
	LogoPresets
	LoginNotificationModes
)

// features lists since which version of Pocket ID each feature exists, from its
// release tags and from requests to servers of these versions.
var features = [...]struct{ since, name string }{
	LoginNotificationSwitch:       {"1.0.0", "setting emailLoginNotificationEnabled"},
	DefaultProfilePictureDeletion: {"1.15.0", "deletion of the default profile picture"},
	CustomSubjects:                {"2.4.0", "federated identities with another subject than the client ID"},
	// Before: ICO only.
	FaviconFormats:     {"2.5.0", "SVG and PNG favicons"},
	BackgroundDeletion: {"2.5.0", "deletion of the background image"},
	// Before: an administrator does not see the passkeys of other users.
	PasskeyListing:              {"2.6.0", "list of a user's passkeys"},
	PushedAuthorizationRequests: {"2.9.0", "pushed authorization requests"},
	// 2.9 sets requiresPushedAuthorizationRequests of a public client to false.
	PublicClientPAR:    {"2.10.0", "pushed authorization requests of public clients"},
	ClientDescriptions: {"2.10.0", "client descriptions"},
	SkipConsent:        {"2.10.0", "skipConsent of clients"},
	ReplayProtection:   {"2.10.0", "replay protection of federated identities"},
	APIs:               {"2.10.0", "APIs"},
	// Before: a client without callback URLs stores the first one that it is used with.
	ExplicitCallbackURLs:      {"2.10.0", "clients that do not store the first callback URL they are used with"},
	CustomSecretValues:        {"2.12.0", "custom values of client secrets"},
	CustomUserIDs:             {"2.12.0", "custom user IDs"},
	TokenLifetimes:            {"2.13.0", "token durations of clients"},
	PasskeyPolicy:             {"2.13.0", "webauthn settings"},
	ClientIDMetadataDocuments: {"2.13.0", "clients with a client ID metadata document"},
	LogoDeletion:              {"2.14.0", "deletion of the instance's logos"},
	// Since then: /secrets with IDs and expiry. Before: /secret, which replaces the only one.
	MultipleSecrets: {"2.14.0", "several secrets per client"},
	// Before: the permissions of a client for all APIs are written at once, and there is
	// no access without a permission.
	GrantsPerAPI: {"2.14.0", "grants per API"},
	CIMDAccess:   {"2.14.0", "API access of clients with a client ID metadata document"},
	// Since then the server removes a slash at the end of an API's resource.
	TrimmedResources: {"2.14.0", "API resources without a slash at the end"},
	PublicKeys:       {"2.15.0", "public keys of federated identities"},
	// Since then the server refuses images of more than MaxPixels. From its source:
	// PNG and JPEG images, and every profile picture.
	PixelLimit:        {"2.15.0", "limit of the pixels of an image"},
	BackchannelLogout: {"2.17.0", "back-channel logout"},
	// The setting that a confidential client is created with a secret.
	AutoCreatedSecrets: {"2.17.0", "setting to create clients with a secret"},
	LogoPresets:        {"2.18.0", "logo presets"},
	// On the server's main branch after 2.18. Its version is assumed: see IsKnown.
	LoginNotificationModes: {"2.19.0", "setting emailLoginNotificationMode"},
}

// removals lists the features that a version no longer has: the first version without it,
// and the feature that replaces it.
var removals = map[Feature]struct {
	until       string
	replacement Feature
}{
	LoginNotificationSwitch: {"2.19.0", LoginNotificationModes},
}

// newestKnown is the newest release whose features are known.
const newestKnown = "2.18.0"

// Since returns the first version that has f.
func (f Feature) Since() string { return features[f].since }

// Until returns the first version that no longer has f, or "" if all later ones have it.
func (f Feature) Until() string { return removals[f].until }

// Replacement returns the feature that replaces f in later versions, or 0 if none does.
func (f Feature) Replacement() Feature { return removals[f].replacement }

// String returns a readable name of f.
func (f Feature) String() string { return features[f].name }

// Version is the version of a server. One that cannot be parsed ("development")
// counts as newer than all known ones. The zero Version counts as older than 2.3.0,
// the first that reports its version.
type Version struct {
	text   string
	parsed *semver.Version
}

func (v Version) String() string {
	if v.text == "" {
		return "older than 2.3.0"
	}
	return v.text
}

// Has reports whether a server of version v has f. A pre-release has the features of
// its release.
func (v Version) Has(f Feature) bool { return v.isAtLeast(f.Since()) && !v.Lost(f) }

// Lost reports whether a server of version v no longer has f.
func (v Version) Lost(f Feature) bool { return f.Until() != "" && v.isAtLeast(f.Until()) }

// IsKnown reports whether the features of version v are known: it is not newer than the
// newest release that this package knows. What a newer server really has shows only in its
// responses.
func (v Version) IsKnown() bool {
	known := semver.MustParse(newestKnown)
	return v.text == "" || v.parsed != nil && (v.parsed.Major < known.Major || v.parsed.Major == known.Major && v.parsed.Minor <= known.Minor)
}

// IsNewerMajor reports whether v has a major version above those that this package knows.
func (v Version) IsNewerMajor() bool {
	return v.parsed != nil && v.parsed.Major > semver.MustParse(newestKnown).Major
}

// isAtLeast reports whether v is the given release or a later one.
func (v Version) isAtLeast(other string) bool {
	if v.text == "" {
		return false
	}
	if v.parsed == nil {
		return true
	}
	release := *v.parsed
	release.Pre = nil
	return release.GTE(semver.MustParse(other))
}

// AssumedVersion parses a version that the user assumes, and reports whether it is one. In
// messages it is marked as an assumption.
func AssumedVersion(text string) (Version, bool) {
	parsed, err := semver.Parse(strings.TrimPrefix(text, "v"))
	return Version{text: text + " (assumeVersion)", parsed: &parsed}, err == nil
}

// ParseVersion parses a version as the server reports it.
func ParseVersion(text string) Version {
	v := Version{text: text}
	if parsed, err := semver.ParseTolerant(text); err == nil {
		v.parsed = &parsed
	}
	return v
}
