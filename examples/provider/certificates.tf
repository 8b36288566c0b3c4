provider "rds" {
  region      = "eu-de"
  cacert_file = "company-ca.pem" # trusted instead of the system's authorities
  cert        = "client.pem"
  key         = "client-key.pem"
}
