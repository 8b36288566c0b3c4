# Saves the error log of one DB instance to a folder, with checksums. Needs Terraform 1.14 or later.
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

variable "directory" {
  description = "Folder to save to."
  type        = string
  default     = "error-logs"
}

action "rds_errorlog_download" "incident" {
  config {
    instance_id = var.instance_id
    directory   = var.directory
  }
}
