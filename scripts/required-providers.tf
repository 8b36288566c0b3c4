terraform {
  required_providers {
    rds = {
      source = "otc-rds/rds"
    }
  }
}
