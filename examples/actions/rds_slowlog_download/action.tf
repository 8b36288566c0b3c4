# terraform apply -invoke=action.rds_slowlog_download.orders
action "rds_slowlog_download" "orders" {
  config {
    instance_name = "orders"
    directory     = "slow-query-logs"
  }
}
