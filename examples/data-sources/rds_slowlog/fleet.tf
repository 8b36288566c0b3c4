# Which instance is slow, and for whom? No statement is shown.
data "rds_slowlog" "fleet" {
  for_each      = toset(["orders", "invoices"])
  instance_name = each.value
  last          = "15m"
  sort_by       = "time"
  limit         = 3
  allow_failure = true
}

output "slow" {
  value = {
    for name, log in data.rds_slowlog.fleet : name => [
      for s in log.statements : format("%v by %v in %v: %v times, %v s on average", s.type, s.user, s.database, s.count, s.average_time)
    ]
  }
}
