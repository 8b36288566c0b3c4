# Polls the export's task in place of the links. Needs the permission to query tasks; without it, it continues as usual.
data "rds_errorlog_download" "orders" {
  instance_name = "orders"
  poll_method   = "task"
}
