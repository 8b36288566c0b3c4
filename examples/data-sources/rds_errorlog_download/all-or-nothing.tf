# An export can fail in part. By default that is a warning, and the links of the available files are returned.
# This makes it an error.
data "rds_errorlog_download" "orders" {
  instance_name = "orders"

  lifecycle {
    postcondition {
      condition     = self.status == "FINISH"
      error_message = "Some error log files of the orders database are missing."
    }
  }
}
