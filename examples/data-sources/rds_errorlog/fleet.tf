# The worst of each instance. One that does not answer is a warning and does not hide the others.
locals {
  instances = {
    orders   = "3d39c18788b54a919bab633874c159dfin03"
    invoices = "5a1f7c20d4b94e3c8f62b0a7d9e31c42in03"
  }
}

data "rds_errorlog" "fleet" {
  for_each      = local.instances
  instance_id   = each.value
  last          = "15m"
  allow_failure = true
}

output "worst" {
  value = {
    for name, log in data.rds_errorlog.fleet :
    name => log.failure == null ? try("${log.summary[0].class}, ${log.summary[0].count} times", "nothing broke") : log.failure.reason
  }
}
