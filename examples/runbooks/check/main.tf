# Warns, in every plan, if the error log of a DB instance is not available, without stopping the rest of the configuration.
terraform {
  required_providers {
    rds = {
      source = "otc-rds/rds"
    }
  }
}

# The credentials come from the environment.
provider "rds" {}

variable "instance_id" {
  description = "ID of the DB instance."
  type        = string
  default     = "3d39c18788b54a919bab633874c159dfin03"
}

check "error_log" {
  data "rds_errorlog_download" "watched" {
    instance_id = var.instance_id

    timeouts {
      read = "2m"
    }
  }

  assert {
    condition     = data.rds_errorlog_download.watched.status == "FINISH"
    error_message = "The error log of ${var.instance_id} is not complete."
  }
}
