# Saves the error log of one DB instance to a folder, with checksums, and shows what broke. Needs Terraform 1.14 or later.
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

variable "directory" {
  description = "Folder for the evidence of all runs."
  type        = string
  default     = "error-logs"
}

variable "timeout" {
  description = "How long to wait for the export and the downloads."
  type        = string
  default     = "30m"
}

# Each run and each instance has a folder of its own, so that no run replaces the evidence of an earlier one.
locals {
  folder = "${var.directory}/${var.instance_name}/${formatdate("YYYY-MM-DD'T'hhmmss'Z'", plantimestamp())}"
}

action "rds_errorlog_download" "incident" {
  config {
    instance_name = var.instance_name
    directory     = local.folder

    timeouts {
      invoke = var.timeout
    }
  }
}
