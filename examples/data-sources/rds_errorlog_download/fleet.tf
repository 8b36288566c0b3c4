# The error logs of several instances, side by side.
data "rds_errorlog_download" "fleet" {
  for_each      = toset(["orders", "invoices"])
  instance_name = each.value
}

output "files" {
  value = { for name, log in data.rds_errorlog_download.fleet : name => log.list[*].file_name }
}
