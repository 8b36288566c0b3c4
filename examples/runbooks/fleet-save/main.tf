# Saves the error logs of all PostgreSQL instances of the project, each to a folder of its own. Needs Terraform 1.14 or later.
terraform {
  required_providers {
    rds = {
      source = "otc-rds/rds"
    }
  }
}

# The credentials come from the environment.
provider "rds" {}

variable "name_prefix" {
  description = "Only instances whose name begins like this."
  type        = string
  default     = ""
}

variable "directory" {
  description = "Folder for the evidence of all runs."
  type        = string
  default     = "error-logs"
}

variable "timeout" {
  description = "How long the export and the downloads of one instance may take in all."
  type        = string
  default     = "10m"
}

data "rds_instances" "all" {
  name_prefix = var.name_prefix

  # With no instance, Terraform invokes nothing and succeeds. With -invoke this is a warning, else an error.
  lifecycle {
    postcondition {
      condition     = length(self.instances) > 0
      error_message = "No PostgreSQL instance of the project has a name that begins with \"${var.name_prefix}\": there is nothing to save."
    }
  }
}

locals {
  # Names are not unique: if several instances share one, the ID is added. An instance that is being created has no log.
  instances = {
    for one in data.rds_instances.all.instances :
    length([for other in data.rds_instances.all.instances : other if other.name == one.name]) == 1 ? one.name : "${one.name}-${one.id}" => one.id
    if one.status != "BUILD"
  }
}

# Each run and each instance has a folder of its own, so that no run replaces the evidence of an earlier one.
action "rds_errorlog_download" "fleet" {
  for_each = local.instances

  config {
    instance_id = each.value
    directory   = "${var.directory}/${replace(each.key, "/[^0-9A-Za-z_.-]/", "_")}/${formatdate("YYYY-MM-DD'T'hhmmss'Z'", plantimestamp())}"

    timeouts {
      invoke = var.timeout
    }
  }
}
