# Saves the log before and after each change of the database, each run in a folder of its own. Needs Terraform 1.14.1.
resource "terraform_data" "database" { # in its place: your opentelekomcloud_rds_instance_v3
  input = "rds.pg.c2.large"

  lifecycle {
    action_trigger {
      events  = [before_update]
      actions = [action.rds_errorlog_download.before]
    }
    action_trigger {
      events  = [after_update]
      actions = [action.rds_errorlog_download.after]
    }
  }
}

locals {
  evidence = "evidence/${formatdate("YYYY-MM-DD'T'hhmmss'Z'", plantimestamp())}"
}

action "rds_errorlog_download" "before" {
  config {
    instance_id = "3d39c18788b54a919bab633874c159dfin03"
    directory   = "${local.evidence}/before"
  }
}

action "rds_errorlog_download" "after" {
  config {
    instance_id = "3d39c18788b54a919bab633874c159dfin03"
    directory   = "${local.evidence}/after"
  }
}
