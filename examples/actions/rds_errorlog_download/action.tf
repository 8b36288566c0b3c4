# terraform apply -invoke=action.rds_errorlog_download.orders
action "rds_errorlog_download" "orders" {
  config {
    instance_name = "orders"
    directory     = "error-logs"
  }
}
