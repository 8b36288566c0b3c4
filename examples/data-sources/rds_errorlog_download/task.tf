# Polls the export's task in place of the links. Needs the permission to query tasks; without it, it continues as usual.
data "rds_errorlog_download" "orders" {
  instance_id = "3d39c18788b54a919bab633874c159dfin03"
  poll_method = "task"
}
