variable "password" {
  type      = string
  sensitive = true
}

variable "passcode" {
  type        = string
  sensitive   = true
  description = "The code that the MFA device shows now."
}

provider "rds" {
  region      = "eu-de"
  user_id     = "c1f0d7f1a5a54e0e9d7b64a0c8f3aa33"
  password    = var.password
  passcode    = var.passcode
  domain_name = "OTC-EU-DE-00000000001000012345"
  tenant_name = "eu-de_myproject"
}
