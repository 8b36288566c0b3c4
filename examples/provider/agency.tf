# The caller's credentials, a user's or a key, come from the environment; this is the role to assume.
provider "rds" {
  region             = "eu-de"
  agency_name        = "rds-log-readers"
  agency_domain_name = "OTC-EU-DE-00000000001000067890"
  delegated_project  = "eu-de_delegated"
}
