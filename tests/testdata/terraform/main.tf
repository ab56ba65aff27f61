provider "pocketid" {
  base_url  = var.base_url
  api_token = var.api_token
  timeout   = 60
}

variable "base_url" {
  type = string
}

variable "api_token" {
  type      = string
  sensitive = true
}

resource "pocketid_group" "developers" {
  name          = "developers"
  friendly_name = "Developers"
  custom_claims = {
    department = "engineering"
  }
}

resource "pocketid_user" "ada" {
  username   = "ada"
  email      = "ada@example.com"
  first_name = "Ada"
  last_name  = "Lovelace"
  locale     = "en"
  is_admin   = true
  groups     = [pocketid_group.developers.id]
  custom_claims = {
    level = "senior"
  }
}

resource "pocketid_client" "wiki" {
  client_id            = "wiki"
  name                 = "Wiki"
  callback_urls        = ["https://wiki.example.com/oauth/callback"]
  logout_callback_urls = ["https://wiki.example.com/"]
  launch_url           = "https://wiki.example.com/"
  allowed_user_groups  = [pocketid_group.developers.id]

  requires_reauthentication = true
}

resource "pocketid_client" "dashboard" {
  client_id     = "dashboard"
  name          = "Dashboard"
  is_public     = true
  callback_urls = ["https://dashboard.example.com/callback"]
}

resource "pocketid_client" "deploy" {
  client_id     = "deploy"
  name          = "Deployment"
  callback_urls = []

  federated_identities = [
    {
      issuer  = "https://token.actions.githubusercontent.com"
      subject = "repo:acme/app:ref:refs/heads/main"
      jwks    = "https://token.actions.githubusercontent.com/.well-known/jwks"
    }
  ]
}

resource "pocketid_scim_service_provider" "wiki" {
  client_id = pocketid_client.wiki.id
  endpoint  = "https://wiki.example.com/scim/v2"
  token     = "not-a-real-scim-token"
}

resource "pocketid_application_config" "settings" {
  app_name           = "Example"
  session_duration   = "120"
  disable_animations = "true"
  allow_user_signups = "withToken"
  ldap_enabled       = "true"
  ldap_url           = "ldaps://ldap.example.com:636"
  ldap_bind_dn       = "cn=service,dc=example,dc=com"
  ldap_bind_password = "not-a-real-password"
  ldap_base          = "dc=example,dc=com"

  ldap_attribute_user_unique_identifier  = "objectGUID"
  ldap_attribute_user_username           = "sAMAccountName"
  ldap_attribute_user_email              = "mail"
  ldap_attribute_user_first_name         = "givenName"
  ldap_attribute_user_last_name          = "sn"
  ldap_attribute_group_unique_identifier = "objectGUID"
  ldap_attribute_group_name              = "sAMAccountName"
}

resource "pocketid_ldap_sync" "ldap" {
  triggers = {
    url = pocketid_application_config.settings.ldap_url
  }
}

resource "pocketid_one_time_access_token" "ada" {
  user_id = pocketid_user.ada.id
  ttl     = "24h"
}

data "pocketid_client" "wiki" {
  id = pocketid_client.wiki.id
}

data "pocketid_clients" "all" {
  depends_on = [pocketid_client.wiki]
}

data "pocketid_user" "ada" {
  username = pocketid_user.ada.username
}

data "pocketid_users" "all" {}

data "pocketid_group" "developers" {
  name = pocketid_group.developers.name
}

data "pocketid_groups" "all" {
  depends_on = [pocketid_group.developers]
}

data "pocketid_application_config" "current" {
  depends_on = [pocketid_application_config.settings]
}

output "client_id" {
  value = pocketid_client.wiki.id
}

output "client_secret" {
  value     = pocketid_client.wiki.client_secret
  sensitive = true
}

output "found_client" {
  value = data.pocketid_client.wiki.name
}

output "found_client_id" {
  value = data.pocketid_client.wiki.id
}

output "first_client_id" {
  value = data.pocketid_clients.all.clients[0].id
}

output "first_user_id" {
  value = data.pocketid_users.all.users[0].id
}

output "ada_id" {
  value = data.pocketid_user.ada.id
}

output "ada_groups" {
  value = data.pocketid_user.ada.groups
}

output "developers_id" {
  value = data.pocketid_group.developers.id
}

output "first_group_name" {
  value = data.pocketid_groups.all.groups[0].friendly_name
}

output "app_name" {
  value = data.pocketid_application_config.current.app_name
}

output "session" {
  value = data.pocketid_application_config.current.session_duration
}

output "access_token" {
  value     = pocketid_one_time_access_token.ada.token
  sensitive = true
}
