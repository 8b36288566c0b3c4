# terraform apply -invoke=action.rds_errorlog_download.orders
action "rds_errorlog_download" "orders" {
  config {
    instance_id = "3d39c18788b54a919bab633874c159dfin03"
    directory   = "error-logs"
  }
}
