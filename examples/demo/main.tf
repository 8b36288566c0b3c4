# Retrieves the error log of one DB instance and shows the available files.
terraform {
  required_providers {
    rds = {
      source = "otc-rds/rds"
    }
  }
}

# The credentials come from the environment.
provider "rds" {}

data "rds_errorlog_download" "orders" {
  instance_id = "3d39c18788b54a919bab633874c159dfin03"
}

output "files" {
  value = [
    for file in data.rds_errorlog_download.orders.list : {
      name    = file.file_name
      bytes   = file.file_size
      expires = file.expires_at
    }
  ]
}

# A link is a secret.
output "link" {
  value     = data.rds_errorlog_download.orders.list[0].file_link
  sensitive = true
}
