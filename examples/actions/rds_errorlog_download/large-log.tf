# A large log: more time for the export and the downloads, and files that may be replaced.
action "rds_errorlog_download" "warehouse" {
  config {
    instance_id = "3d39c18788b54a919bab633874c159dfin03"
    directory   = "error-logs/warehouse"
    overwrite   = true

    timeouts {
      invoke = "2h"
    }
  }
}
