# The same hour yesterday, with crashes, which PostgreSQL reports with level LOG. A fixed time: "2026-11-23T09:15:00+01:00".
data "rds_errorlog" "orders" {
  instance_name = "orders"
  start_time    = timeadd(plantimestamp(), "-24h")
  end_time      = timeadd(plantimestamp(), "-23h")
  levels        = ["LOG", "WARNING", "ERROR", "FATAL", "PANIC"]
}

# The rows are sensitive: terraform output -json rows
output "rows" {
  value     = data.rds_errorlog.orders.entries
  sensitive = true
}
