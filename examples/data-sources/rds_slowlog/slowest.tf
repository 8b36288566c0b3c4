# The ten statements of one database that take longest, in the same hour yesterday.
data "rds_slowlog" "yesterday" {
  instance_name = "orders"
  start_time    = timeadd(plantimestamp(), "-25h")
  end_time      = timeadd(plantimestamp(), "-24h")
  database      = "shop"
  sort_by       = "time"
  limit         = 10
}

output "slowest" {
  value     = data.rds_slowlog.yesterday.statements
  sensitive = true
}
