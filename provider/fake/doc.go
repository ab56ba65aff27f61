// Package fake is an in-memory Pocket ID server for tests and demos, and for people
// who want to try the provider without a server. Do not use it in production: nobody
// can sign in, it stores nothing on disk, and it has no rate limit.
//
// # Use it in your own tests
//
// New returns an http.Handler. Serve it with httptest.NewServer, or run the command
// pocketid-fake in tests that are not in Go. Options select the version of Pocket ID and the
// clock, and Options.Seed has objects that exist from the start; ReadSeed reads them from
// JSON. Everything else is done through the API of Pocket ID, as with a real server.
// The folder examples/testing of the repository has complete tests of a program in Go,
// TypeScript and Python.
//
// The exported identifiers of this package are stable: New, Server, Options, Seed and
// ReadSeed change as a public API does, with the version of the module. The responses follow
// those of Pocket ID.
//
// # What it imitates
//
// The fake imitates several versions of Pocket ID (see versions.go). Of each version
// it has what a program meets that manages a server:
//
//   - The admin API, with its validation rules, errors and surprises. For example, a
//     PUT resets every field that it omits, unknown IDs are silently ignored, and a
//     page number beyond the end returns the last page.
//   - The token and introspection endpoints, where a client authenticates with a
//     secret or with a token of another issuer.
//
// It differs from a real server in one point on purpose. A server caches the public
// keys of an issuer for at least 15 minutes. After a failed fetch it even lets every
// later request wait that long. The fake fetches the keys for each request, and a
// request fails if they cannot be fetched.
//
// The package imports neither package api nor package provider. It declares its own
// JSON types, so that a wrong field name in package api makes a test fail.
//
// # How it is kept honest
//
// A real server is right, and every difference is a bug of the fake:
//
//   - tests/testdata contains recordings: requests to real servers and their
//     responses. A test in tests/contract sends the same requests to the fake, which
//     must give the same responses.
//   - The contract suite in tests/contract also compares the fake with a running
//     server, if POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY are set. It asks
//     more than the recordings contain, above all about tokens of other issuers.
//
// A comment "not recorded" marks behavior that no recording shows. Such
// behavior was read from the server's source or observed by hand, so it is the first
// suspect when the fake and a server disagree.
//
// # Files
//
// Files depend on each other in one direction: server.go uses routes.go, which uses
// the handlers, which use state.go, which uses model.go.
//
// The server:
//
//   - seed.go: the objects that a server has from the start
//   - server.go, options.go: New, its options, and the handling of a request
//   - routes.go, router.go: the table of routes, and how a request finds its route
//   - state.go: options, features and stored objects; handlers are methods of its type
//   - model.go, table.go: the types of the stored objects, and the tables that hold them
//   - versions.go, features.go: the versions, and the differences between them
//   - requests.go, validation.go, callback_urls.go: request bodies and their rules
//   - responses.go, errors.go, oauth_errors.go: response bodies, and errors as each
//     version reports them
//   - lists.go: pages, search, filters and sorting of list routes
//   - random.go: IDs and random strings
//
// The objects:
//
//   - clients.go, client_views.go, client_secrets.go, client_logos.go,
//     federated_identities.go and public_keys.go: OIDC clients
//   - groups.go, custom_claims.go: user groups, and claims of groups and users
//   - users.go, profile_pictures.go, passkeys.go, one_time_access.go and
//     signup_tokens.go: users, and how they get access
//   - apis.go, api_grants.go, api_grant_rules.go: APIs, and the access of clients to them
//   - application_configuration.go, application_configuration_rules.go and
//     application_images.go: the settings and images of the instance
//   - images.go: uploads, for logos, pictures and application images
//   - summaries.go: views of clients, groups and users as parts of other objects
//   - scim.go, ldap.go, api_keys.go: provisioning and API keys
//
// OpenID Connect:
//
//   - discovery.go, signing_key.go: the discovery document and the server's keys
//   - token.go, token_audience.go: the token endpoint
//   - client_authentication.go, client_assertions.go: secrets, and tokens of other
//     issuers
//   - introspection.go: the introspection endpoint
//
// # How to add a route
//
//  1. Add requests for the route to tests/contract/script/probes.jsonl, and record them
//     with "make record" from a server of each version that you can run. The other
//     file, requests.jsonl, may only change together with the recordings of all versions.
//  2. Write the handler in the file of its object. It returns a status and a body, or
//     an apiError. state.mu is locked while it runs. A new kind of object also needs
//     a type in model.go and a table in state.go.
//  3. Add the route to its group in routes.go. If only some versions have it, add a
//     feature and return the route only with that feature.
//  4. Run "go test ./tests/contract". It fails for every response that differs.
//
// # How to add a server version
//
//  1. Record the version with "make record", and add it to the test of recordings in
//     tests/contract.
//  2. Add a constant and a name in versions.go. If it is the newest recorded version,
//     update newestRecorded, which is the default.
//  3. Run "go test ./tests/contract". For each difference, add a feature in features.go
//     and ask for it in the handler.
package fake
