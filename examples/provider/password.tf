variable "password" {
  type      = string
  sensitive = true
}

provider "rds" {
  region      = "eu-de"
  user_name   = "oncall"
  password    = var.password
  domain_name = "OTC-EU-DE-00000000001000012345"
  tenant_name = "eu-de_myproject"
}
