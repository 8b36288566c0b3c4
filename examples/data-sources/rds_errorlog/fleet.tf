# The worst of each instance. One that does not answer is a warning and does not hide the others.
data "rds_errorlog" "fleet" {
  for_each      = toset(["orders", "invoices"])
  instance_name = each.value
  last          = "15m"
  allow_failure = true
}

output "worst" {
  value = {
    for name, log in data.rds_errorlog.fleet :
    name => log.failure == null ? try("${log.summary[0].class}, ${log.summary[0].count} times", "nothing broke") : log.failure.reason
  }
}
