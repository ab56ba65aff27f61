package fake

// features lists the differences between the supported versions. Handlers ask for
// a feature and never for a version. featuresOf maps versions to features.
//
// Most features exist from a version on. The comment of a group names the
// supported versions between which its features appeared.
type features struct {
	// After 2.3, in 2.9.
	callbackPatterns        bool // callback URLs may be patterns; javascript: and data: are refused
	optionalNames           bool // firstName and displayName of a user are optional
	oneLetterUsernames      bool // a username may have one character; before, two are required
	parRequirement          bool // clients have requiresPushedAuthorizationRequests
	noPARForPublicClients   bool // requiresPushedAuthorizationRequests is reset for public clients; only in 2.9
	passkeyList             bool // GET /users/{id}/webauthn-credentials
	backgroundDeletion      bool // DELETE /application-images/background
	svgAndPNGFavicons       bool // the favicon may be SVG or PNG; before, only ICO
	oneTimeAccessUserInPath bool // a one-time access token is for the user in the path; before, for userId in the body
	clientIDFromForm        bool // an assertion authenticates client_id of the form; before, the client that its subject names
	unauthorizedStatus      bool // wrong client credentials are answered with 401; before, with 400

	// After 2.9, in 2.12. The token endpoint was rewritten in 2.10.
	oauthErrors          bool // the OAuth endpoints answer with the errors of RFC 6749
	shortClockSkew       bool // the clock of an issuer may differ by 30 seconds; before, by 60
	parsedCallbacks      bool // callback URLs must be parseable as URLs
	description          bool // clients have description
	skipConsent          bool // clients have skipConsent
	replayProtection     bool // federated identities have replayProtection
	resourceServers      bool // /apis
	customSecret         bool // POST /secret accepts a value for the secret
	customUserID         bool // POST /users accepts an ID
	signupTokensInActors bool // signup tokens are kept outside the database: created in whole seconds, removed when they expire
	tracingSetting       bool // the public configuration has tracingEnabled
	typedTracingSetting  bool // and that setting has the type "boolean"; only in 2.12
	instanceIDSetting    bool // the configuration has instanceId; removed after 2.9

	// After 2.12, in 2.13.
	errorCodes                bool // errors have a code, details and a request ID
	strictBodies              bool // Content-Type must be JSON
	missingIsError            bool // DELETE, and some PUTs, of a missing object is answered with 404; before, with success
	noSecretsForPublicClients bool // POST /secret refuses public clients
	normalizesNFC             bool // strings are stored in Unicode NFC
	tokenLifetimes            bool // clients have access and refresh token durations
	clientType                bool // clients have clientType
	encodedClientIDs          bool // paths accept /clients/~<base64url of the id>
	groupsInClientUpdate      bool // PUT of a client returns its allowed groups; before, an empty list
	webauthnSettings          bool // the configuration has the webauthn settings and cimdUrlAllowlist

	// After 2.13, in 2.14.
	multipleSecrets    bool // /secrets replaces /secret
	grantsPerAPI       bool // /apis/{id}/clients/{clientId} replaces /api-access/{clientId}
	cimdAccess         bool // APIs can be opened to clients with a client ID metadata document (CIMD)
	trimsResourceSlash bool // the resource https://x/ is stored as https://x
	logoDeletion       bool // DELETE /application-images/logo; the default logo is removed
	typedSettings      bool // boolean and number settings are validated
	shortOneTimeTokens bool // long-lived one-time access tokens have 12 characters; before, 16

	// After 2.14, in 2.15. All that follow are not recorded, except for inlinePublicKeys.
	inlinePublicKeys bool // a federated identity may contain the public keys of its issuer
	pixelLimit       bool // PNG and JPEG images of more than 16 million pixels are refused

	// After 2.15, in 2.16.
	groupsInClientList bool // a list of clients contains their allowed groups; before, the number of them

	// After 2.16, in 2.17.
	backchannelLogout       bool // clients have backchannelLogoutURL
	autoCreateSecretSetting bool // a setting, on by default, creates a secret with each confidential client

	// After 2.17, in 2.18.
	logoPresets bool // GET /oidc/logo-presets

	// After 2.18.
	loginNotificationMode bool // emailLoginNotificationMode replaces the setting emailLoginNotificationEnabled
}

func featuresOf(v serverVersion) features {
	return features{
		callbackPatterns:        v >= v2_9,
		optionalNames:           v >= v2_9,
		oneLetterUsernames:      v >= v2_9,
		parRequirement:          v >= v2_9,
		noPARForPublicClients:   v == v2_9,
		passkeyList:             v >= v2_9,
		backgroundDeletion:      v >= v2_9,
		svgAndPNGFavicons:       v >= v2_9,
		oneTimeAccessUserInPath: v >= v2_9,
		clientIDFromForm:        v >= v2_9,
		unauthorizedStatus:      v >= v2_9,

		oauthErrors:          v >= v2_12,
		shortClockSkew:       v >= v2_12,
		parsedCallbacks:      v >= v2_12,
		description:          v >= v2_12,
		skipConsent:          v >= v2_12,
		replayProtection:     v >= v2_12,
		resourceServers:      v >= v2_12,
		customSecret:         v >= v2_12,
		customUserID:         v >= v2_12,
		signupTokensInActors: v >= v2_12,
		tracingSetting:       v >= v2_12,
		typedTracingSetting:  v == v2_12,
		instanceIDSetting:    v < v2_12,

		errorCodes:                v >= v2_13,
		strictBodies:              v >= v2_13,
		missingIsError:            v >= v2_13,
		noSecretsForPublicClients: v >= v2_13,
		normalizesNFC:             v >= v2_13,
		tokenLifetimes:            v >= v2_13,
		clientType:                v >= v2_13,
		encodedClientIDs:          v >= v2_13,
		groupsInClientUpdate:      v >= v2_13,
		webauthnSettings:          v >= v2_13,

		multipleSecrets:    v >= v2_14,
		grantsPerAPI:       v >= v2_14,
		cimdAccess:         v >= v2_14,
		trimsResourceSlash: v >= v2_14,
		logoDeletion:       v >= v2_14,
		typedSettings:      v >= v2_14,
		shortOneTimeTokens: v >= v2_14,

		inlinePublicKeys: v >= v2_15,
		pixelLimit:       v >= v2_15,

		groupsInClientList: v >= v2_16,

		backchannelLogout:       v >= v2_17,
		autoCreateSecretSetting: v >= v2_17,

		logoPresets: v >= v2_18,

		loginNotificationMode: v >= v2_19,
	}
}
