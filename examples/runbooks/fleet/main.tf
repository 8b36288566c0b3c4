# The error logs of all PostgreSQL instances in a list at once, with a summary.
terraform {
  required_providers {
    rds = {
      source = "otc-rds/rds"
    }
  }
}

# The credentials come from the environment.
provider "rds" {}

variable "instances" {
  description = "IDs of DB instances by a name of your choice."
  type        = map(string)
  default = {
    orders   = "3d39c18788b54a919bab633874c159dfin03"
    invoices = "5a1f7c20d4b94e3c8f62b0a7d9e31c42in03"
  }
}

data "rds_errorlog_download" "fleet" {
  for_each    = var.instances
  instance_id = each.value
}

output "summary" {
  value = {
    for name, log in data.rds_errorlog_download.fleet : name => {
      status = log.status
      files  = length(log.list)
      bytes  = sum(concat([0], [for file in log.list : file.file_size if file.file_size != null]))
    }
  }
}

# To save the files of one of them: terraform output -json links | jq -r '.orders[]' | xargs -n 1 curl -fO
output "links" {
  value     = { for name, log in data.rds_errorlog_download.fleet : name => compact(log.list[*].file_link) }
  sensitive = true
}
