# A large log takes longer than usual: allow more time, and poll less often.
data "rds_errorlog_download" "warehouse" {
  instance_id   = "3d39c18788b54a919bab633874c159dfin03"
  poll_interval = "10s"

  timeouts {
    read = "30m"
  }
}
