package fake

import (
	"fmt"
	"slices"
	"strings"
)

// release is a version of Pocket ID that the fake plays; a later one is greater.
type release int

const (
	v2_3 release = iota
	v2_9
	v2_12
	v2_13
	v2_14
	v2_15
)

// releaseNames has the names of the releases in their order.
func releaseNames() []string {
	return []string{"2.3.0", "2.9.0", "2.12.0", "2.13.0", newestMeasured, "2.15.0"}
}

// newestMeasured is the newest release that was looked at while it ran; of a
// later one the fake plays what its sources say.
const newestMeasured = "2.14.0"

func releaseNamed(name string) (release, error) {
	at := slices.Index(releaseNames(), name)
	if at < 0 {
		return 0, fmt.Errorf("no Pocket ID %q here; there is %s", name, strings.Join(releaseNames(), ", "))
	}
	return release(at), nil
}

// features names what some releases do and others do not.
type features struct {
	// From 2.4 to 2.9.
	callbackPatterns    bool // callback URLs are patterns, and javascript: is none
	optionalNames       bool // a user needs no first and display name
	oneLetterNames      bool // are enough for a user
	parRequirement      bool // requiresPushedAuthorizationRequests
	parOffWhenPublic    bool // and it is switched off for public clients
	passkeyAdmin        bool // /users/{id}/webauthn-credentials
	backgroundDeletion  bool // DELETE /application-images/background
	anyFavicon          bool // a favicon need not be an .ico
	oneTimeAccessByPath bool // is for the user in the path, not for one in the body
	clientByID          bool // an assertion is for the client that the form names; before, for its own subject
	unauthorized        bool // a client with wrong credentials gets 401, not 400

	// From 2.10 to 2.12.
	oauthErrors      bool // /oidc/token answers in the words of RFC 6749
	closerClocks     bool // may differ by half a minute, before by a whole one
	callbacksParsed  bool // callback URLs are URLs
	description      bool
	skipConsent      bool
	replayProtection bool
	resourceServers  bool // /apis
	ownSecret        bool // POST /secret takes a value
	ownUserID        bool
	signupActors     bool // signup tokens live outside of the database, with times in whole seconds
	tracing          bool // the public configuration tells of it
	tracingTyped     bool // and tells its type, as it does in one release
	instanceID       bool // is in the configuration; no longer

	// 2.13.
	errorCodes       bool // errors have a code, details and a request id
	strictBodies     bool // a body must be declared JSON; a bad one is the caller's fault
	missingIsAnError bool // DELETE of what is not there
	noPublicSecrets  bool // a public client gets no secret
	normalizes       bool // strings are stored in Unicode's NFC
	tokenLifetimes   bool
	clientType       bool
	encodedClientIDs bool // /clients/~<base64url of the id>
	echoesGroups     bool // PUT client answers with the groups it kept
	passkeyPolicy    bool // webauthn… in the application's configuration

	// 2.14.
	manySecrets        bool // /secrets instead of /secret
	grantsPerAPI       bool // /apis/{id}/clients/{clientId} instead of /api-access/{clientId}
	metadataClients    bool // /apis/{id}/cimd-access
	trimsResources     bool // https://x/ is stored as https://x
	logoDeletion       bool // DELETE /application-images/logo; there is no default one
	typedSettings      bool // booleans and numbers of the configuration are looked at
	shorterAccessToken bool // one-time access tokens have 12 characters, not 16

	// 2.15.
	publicKeys bool // an identity may have the issuer's keys, in place of where they are
}

func featuresOf(v release) features {
	return features{
		callbackPatterns:    v >= v2_9,
		optionalNames:       v >= v2_9,
		oneLetterNames:      v >= v2_9,
		parRequirement:      v >= v2_9,
		parOffWhenPublic:    v == v2_9,
		passkeyAdmin:        v >= v2_9,
		backgroundDeletion:  v >= v2_9,
		anyFavicon:          v >= v2_9,
		oneTimeAccessByPath: v >= v2_9,
		clientByID:          v >= v2_9,
		unauthorized:        v >= v2_9,

		oauthErrors:      v >= v2_12,
		closerClocks:     v >= v2_12,
		callbacksParsed:  v >= v2_12,
		description:      v >= v2_12,
		skipConsent:      v >= v2_12,
		replayProtection: v >= v2_12,
		resourceServers:  v >= v2_12,
		ownSecret:        v >= v2_12,
		ownUserID:        v >= v2_12,
		signupActors:     v >= v2_12,
		tracing:          v >= v2_12,
		tracingTyped:     v == v2_12,
		instanceID:       v < v2_12,

		errorCodes:       v >= v2_13,
		strictBodies:     v >= v2_13,
		missingIsAnError: v >= v2_13,
		noPublicSecrets:  v >= v2_13,
		normalizes:       v >= v2_13,
		tokenLifetimes:   v >= v2_13,
		clientType:       v >= v2_13,
		encodedClientIDs: v >= v2_13,
		echoesGroups:     v >= v2_13,
		passkeyPolicy:    v >= v2_13,

		manySecrets:        v >= v2_14,
		grantsPerAPI:       v >= v2_14,
		metadataClients:    v >= v2_14,
		trimsResources:     v >= v2_14,
		logoDeletion:       v >= v2_14,
		typedSettings:      v >= v2_14,
		shorterAccessToken: v >= v2_14,

		publicKeys: v >= v2_15,
	}
}
