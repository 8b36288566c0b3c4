# A large log takes longer than usual: allow more time, and poll less often.
data "rds_errorlog_download" "invoices" {
  instance_name = "invoices"
  poll_interval = "10s"

  timeouts {
    read = "30m"
  }
}
