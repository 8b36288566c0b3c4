variable "token" {
  type      = string
  sensitive = true
}

provider "rds" {
  region = "eu-de"
  token  = var.token
}
