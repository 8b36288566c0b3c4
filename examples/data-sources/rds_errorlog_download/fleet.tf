# The error logs of several instances, side by side.
locals {
  instances = {
    orders   = "3d39c18788b54a919bab633874c159dfin03"
    invoices = "5a1f7c20d4b94e3c8f62b0a7d9e31c42in03"
  }
}

data "rds_errorlog_download" "fleet" {
  for_each    = local.instances
  instance_id = each.value
}

output "files" {
  value = { for name, log in data.rds_errorlog_download.fleet : name => log.list[*].file_name }
}
