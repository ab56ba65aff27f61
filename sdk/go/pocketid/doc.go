// Manage Pocket ID, the self-hosted OpenID Connect provider with passkeys: OIDC clients and their secrets, user groups, and federated identities that let workloads sign in with their own tokens.
package pocketid
