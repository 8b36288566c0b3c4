terraform {
  required_providers {
    rds = {
      source = "otc-rds/rds"
    }
  }
}

# Credentials come from the environment (OS_USERNAME, OS_PASSWORD, …) or from clouds.yaml.
provider "rds" {
  region      = "eu-de"
  domain_name = "OTC-EU-DE-00000000001000012345"
  tenant_name = "eu-de_myproject"
}
