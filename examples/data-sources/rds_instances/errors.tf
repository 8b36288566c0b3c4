# Every instance's errors of the last 15 minutes. Names are not unique, so the keys are IDs.
data "rds_instances" "production" {
  name_prefix = "orders"
}

data "rds_errorlog" "production" {
  for_each      = { for one in data.rds_instances.production.instances : one.id => one.name }
  instance_id   = each.key
  last          = "15m"
  allow_failure = true
}

output "what_broke" {
  value = [
    for id, log in data.rds_errorlog.production : {
      name    = one([for one in data.rds_instances.production.instances : one.name if one.id == id])
      groups  = [for group in log.summary : "${group.count} × ${group.class}: ${group.message}"]
      failure = try(log.failure.reason, null)
    }
  ]
}
