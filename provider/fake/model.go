package fake

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// The stored objects. A type whose name ends in Input has the fields that a request can set.

// client is an OIDC client. A PUT replaces all fields of clientInput, except the
// ID, and none of the others.
type client struct {
	clientInput
	createdAt      time.Time // not in any response, but a list can be sorted by it
	secrets        []secret
	logo, darkLogo *image
	allowedGroups  []string         // group IDs; only used while the client is restricted
	grants         map[string]grant // by API ID
}

// clientInput is the body of POST and PUT.
type clientInput struct {
	ID                          string   `json:"id"` // ignored by PUT
	Name                        string   `json:"name"`
	Description                 string   `json:"description"`
	CallbackURLs                []string `json:"callbackURLs"`
	LogoutCallbackURLs          []string `json:"logoutCallbackURLs"`
	IsPublic                    bool     `json:"isPublic"`
	PkceEnabled                 bool     `json:"pkceEnabled"`
	RequiresReauthentication    bool     `json:"requiresReauthentication"`
	RequiresPAR                 bool     `json:"requiresPushedAuthorizationRequests"`
	SkipConsent                 bool     `json:"skipConsent"`
	LaunchURL                   *string  `json:"launchURL"`
	BackchannelLogoutURL        *string  `json:"backchannelLogoutURL"` // 2.17 and later; before, an unknown field
	LogoURL                     *string  `json:"logoUrl"`
	DarkLogoURL                 *string  `json:"darkLogoUrl"`
	IsGroupRestricted           bool     `json:"isGroupRestricted"`
	AccessTokenDurationMinutes  int      `json:"accessTokenDurationMinutes"`
	RefreshTokenDurationMinutes int      `json:"refreshTokenDurationMinutes"`
	Credentials                 struct {
		FederatedIdentities []identity `json:"federatedIdentities"`
	} `json:"credentials"`

	unknownFields object // fields that no supported version has
}

// UnmarshalJSON implements json.Unmarshaler. It also sets unknownFields.
func (c *clientInput) UnmarshalJSON(data []byte) error {
	type plain clientInput
	if err := json.Unmarshal(data, (*plain)(c)); err != nil {
		return err
	}
	c.unknownFields = fieldsExcept(data, "id", "name", "description", "callbackURLs", "logoutCallbackURLs", "isPublic",
		"pkceEnabled", "requiresReauthentication", "requiresPushedAuthorizationRequests", "skipConsent", "launchURL",
		"logoUrl", "darkLogoUrl", "isGroupRestricted", "accessTokenDurationMinutes", "refreshTokenDurationMinutes",
		"credentials", "clientType", "pkceSupported", "hasLogo", "hasDarkLogo", "allowedUserGroups",
		"allowedUserGroupsCount", "createdSecret")
	return nil
}

type secret struct {
	id, value string
	createdAt time.Time
	expiresAt *time.Time
}

// identity is a federated identity: an issuer whose tokens a client may present in
// place of a secret. The server stores the list of identities without validating
// it. It later uses only the first identity of each issuer.
type identity struct {
	Issuer           string          `json:"issuer"`
	Subject          string          `json:"subject"`
	Audience         string          `json:"audience"`
	JWKS             string          `json:"jwks"` // URL of the issuer's public keys
	ReplayProtection bool            `json:"replayProtection"`
	PublicKeys       json.RawMessage `json:"publicKeys"` // see publicKeys

	unknownFields object // fields that no supported version has
}

// UnmarshalJSON implements json.Unmarshaler. It also sets unknownFields.
func (i *identity) UnmarshalJSON(data []byte) error {
	type plain identity
	if err := json.Unmarshal(data, (*plain)(i)); err != nil {
		return err
	}
	i.unknownFields = fieldsExcept(data, "issuer", "subject", "audience", "jwks", "replayProtection", "publicKeys")
	return nil
}

// fieldsExcept returns the fields of a JSON object without the known ones.
func fieldsExcept(data []byte, known ...string) object {
	all := object{}
	_ = json.Unmarshal(data, &all) // fails for null and arrays, which have no fields
	maps.DeleteFunc(all, func(name string, _ any) bool {
		return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) })
	})
	return all
}

type group struct {
	groupInput
	id        string
	createdAt time.Time
	claims    []claim
	users     []string // user IDs
}

// groupInput is the body of POST and PUT.
type groupInput struct {
	FriendlyName string `json:"friendlyName"`
	Name         string `json:"name"`
}

type user struct {
	userInput
	claims    []claim
	picture   *image
	createdAt time.Time // not in any response, but a list can be sorted by it
}

// userInput is the body of POST and PUT.
type userInput struct {
	ID            string   `json:"id"` // ignored by PUT, and by POST before 2.12
	Username      string   `json:"username"`
	Email         *string  `json:"email"`
	EmailVerified bool     `json:"emailVerified"`
	FirstName     string   `json:"firstName"`
	LastName      string   `json:"lastName"`
	DisplayName   string   `json:"displayName"`
	IsAdmin       bool     `json:"isAdmin"`
	Locale        *string  `json:"locale"`
	Disabled      bool     `json:"disabled"`
	UserGroupIDs  []string `json:"userGroupIds"` // ignored by PUT
}

// claim is a custom claim of a user, or of all users in a group.
type claim struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// resourceServer is what Pocket ID calls an API: a service that clients request
// tokens for.
type resourceServer struct {
	id, name, resource string
	createdAt          time.Time
	permissions        []permission
	allowsCIMDClients  bool // open to clients with a client ID metadata document (CIMD)
}

type permission struct {
	permissionInput
	id                string
	allowsCIMDClients bool
}

type permissionInput struct {
	Key         string  `json:"key"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
}

// grant is the access of a client to one API: on behalf of users
// (UserDelegated…) and with its own credentials (Client…).
type grant struct {
	UserDelegatedAccess        bool     `json:"userDelegatedAccess"`
	ClientAccess               bool     `json:"clientAccess"`
	UserDelegatedPermissionIDs []string `json:"userDelegatedPermissionIds"`
	ClientPermissionIDs        []string `json:"clientPermissionIds"`
}

// scimProvider is the SCIM endpoint of a client. The server sends users and groups
// to it; the fake does not.
type scimProvider struct {
	scimInput
	id         string
	createdAt  time.Time
	lastSynced *time.Time
}

type scimInput struct {
	Endpoint     string `json:"endpoint"`
	Token        string `json:"token"`
	OidcClientID string `json:"oidcClientId"`
}

// signupToken lets up to usageLimit people create their own user.
type signupToken struct {
	id, token              string
	usageLimit, usageCount int
	groups                 []string // group IDs
	createdAt, expiresAt   time.Time
}
