# A large log: more time for the export and the downloads, and files that may be replaced.
action "rds_errorlog_download" "invoices" {
  config {
    instance_name = "invoices"
    directory     = "error-logs/invoices"
    overwrite     = true

    timeouts {
      invoke = "2h"
    }
  }
}
