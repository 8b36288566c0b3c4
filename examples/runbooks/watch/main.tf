# Warns, in every apply, if the database has reported serious trouble lately. Needs Terraform 1.10 or OpenTofu 1.11.
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

ephemeral "rds_errorlog" "lately" {
  instance_name = var.instance_name
  last          = "15m"

  # PostgreSQL reports a crash with level LOG.
  levels = ["LOG", "WARNING", "ERROR", "FATAL", "PANIC"]
}

check "database" {
  assert {
    condition = length(setintersection(
      ephemeral.rds_errorlog.lately.summary[*].class,
      ["crash", "corruption", "disk_full", "out_of_memory", "wraparound", "out_of_connections", "read_only"]
    )) == 0
    error_message = "DB instance ${var.instance_name} has been in serious trouble in the last 15 minutes: run the runbook what-broke."
  }
}
