# One sick instance must not hide the others.
data "rds_errorlog_download" "watched" {
  for_each      = toset(["orders", "invoices"])
  instance_name = each.value
  allow_failure = true
}

output "files" {
  value = {
    for name, log in data.rds_errorlog_download.watched :
    name => log.failure == null ? join(", ", log.list[*].file_name) : log.failure.reason
  }
}
