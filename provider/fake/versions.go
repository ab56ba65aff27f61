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
)

// releaseNames has the names of the releases in their order.
func releaseNames() []string { return []string{"2.3.0", "2.9.0", "2.12.0", "2.13.0", "2.14.0"} }

func releaseNamed(name string) (release, error) {
	at := slices.Index(releaseNames(), name)
	if at < 0 {
		return 0, fmt.Errorf("no Pocket ID %q here; there is %s", name, strings.Join(releaseNames(), ", "))
	}
	return release(at), nil
}

// features names what some releases do and others do not.
type features struct {
	callbackPatterns    bool // callback URLs are patterns, and javascript: is none
	optionalNames       bool // a user needs no first and display name
	parRequirement      bool // requiresPushedAuthorizationRequests
	parOffWhenPublic    bool // and it is switched off for public clients
	passkeyAdmin        bool // /users/{id}/webauthn-credentials
	backgroundDeletion  bool // DELETE /application-images/background
	anyFavicon          bool // a favicon need not be an .ico
	tracing             bool // the public configuration names it
	oneTimeAccessByPath bool // for the user in the path, not for one in the body
	unauthorized        bool // a client with wrong credentials gets 401, not 400

	tracingType      string
	longTokenLength  int  // of one-time access tokens that live long
	instanceID       bool // is in the configuration
	signupActors     bool // signup tokens live outside of the database, with times in whole seconds
	oauthErrors      bool // /oidc/token answers in the words of RFC 6749
	description      bool
	skipConsent      bool
	replayProtection bool
	resourceServers  bool // /apis
	ownSecret        bool // POST /secret takes a value
	ownUserID        bool

	errorCodes       bool // errors have a code, details and a request id
	conflicts        bool // 409 for what is taken, where older ones say 400
	strictBodies     bool // a body must be declared JSON; a bad one is the caller's fault
	missingIsAnError bool // DELETE of a client that is not there
	noPublicSecrets  bool // a public client gets no secret
	normalizes       bool // strings are stored in Unicode's NFC
	tokenLifetimes   bool
	clientType       bool
	encodedClientIDs bool // /clients/~<base64url of the id>
	echoesGroups     bool // PUT client answers with the groups it kept
	passkeyPolicy    bool // webauthn… in the application's configuration

	manySecrets         bool // /secrets instead of /secret
	grantsPerAPI        bool // /apis/{id}/clients/{clientId} instead of /api-access/{clientId}
	metadataClients     bool // /apis/{id}/cimd-access
	trimsResources      bool // https://x/ is stored as https://x
	logoDeletion        bool // DELETE /application-images/logo; there is no default one
	typedSettings       bool // booleans and numbers of the configuration are looked at
	missingKeyIsAnError bool // DELETE of an API key that is not there
}

func featuresOf(v release) features {
	return features{
		callbackPatterns:    v >= v2_9,
		optionalNames:       v >= v2_9,
		parRequirement:      v >= v2_9,
		parOffWhenPublic:    v == v2_9,
		passkeyAdmin:        v >= v2_9,
		backgroundDeletion:  v >= v2_9,
		anyFavicon:          v >= v2_9,
		unauthorized:        v >= v2_9,
		oneTimeAccessByPath: v >= v2_9,

		tracing:          v >= v2_12,
		tracingType:      map[release]string{v2_12: "boolean"}[v],
		longTokenLength:  map[bool]int{false: 16, true: 12}[v >= v2_14],
		instanceID:       v < v2_12,
		signupActors:     v >= v2_12,
		oauthErrors:      v >= v2_12,
		description:      v >= v2_12,
		skipConsent:      v >= v2_12,
		replayProtection: v >= v2_12,
		resourceServers:  v >= v2_12,
		ownSecret:        v >= v2_12,
		ownUserID:        v >= v2_12,

		errorCodes:       v >= v2_13,
		conflicts:        v >= v2_13,
		strictBodies:     v >= v2_13,
		missingIsAnError: v >= v2_13,
		noPublicSecrets:  v >= v2_13,
		normalizes:       v >= v2_13,
		tokenLifetimes:   v >= v2_13,
		clientType:       v >= v2_13,
		encodedClientIDs: v >= v2_13,
		echoesGroups:     v >= v2_13,
		passkeyPolicy:    v >= v2_13,

		manySecrets:         v >= v2_14,
		grantsPerAPI:        v >= v2_14,
		metadataClients:     v >= v2_14,
		trimsResources:      v >= v2_14,
		logoDeletion:        v >= v2_14,
		typedSettings:       v >= v2_14,
		missingKeyIsAnError: v >= v2_13,
	}
}
