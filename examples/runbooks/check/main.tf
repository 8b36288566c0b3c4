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

variable "instance_name" {
  description = "Name of the DB instance."
  type        = string
  default     = "orders"
}

check "error_log" {
  data "rds_errorlog_download" "watched" {
    instance_name = var.instance_name

    timeouts {
      read = "2m"
    }
  }

  assert {
    condition     = data.rds_errorlog_download.watched.status == "FINISH"
    error_message = "The error log of ${var.instance_name} is not complete."
  }
}
