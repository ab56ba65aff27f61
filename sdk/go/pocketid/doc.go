// Manage Pocket ID, the self-hosted OpenID Connect provider with passkeys: OIDC clients and their secrets, users and groups, federated identities that let workloads sign in with their own tokens, APIs, settings and images.
package pocketid
