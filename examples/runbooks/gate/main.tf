# Fails a pipeline if the database has reported serious trouble since the deployment began.
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

variable "started_at" {
  description = "When the deployment began, such as 2026-11-23T16:05:00Z."
  type        = string
}

variable "classes" {
  description = "Classes that fail the pipeline."
  type        = set(string)
  default     = ["crash", "corruption", "disk_full", "out_of_connections"]
}

data "rds_errorlog" "since_deployment" {
  instance_name = var.instance_name
  start_time    = var.started_at

  # PostgreSQL reports a crash with level LOG.
  levels = ["LOG", "WARNING", "ERROR", "FATAL", "PANIC"]

  lifecycle {
    postcondition {
      condition = length([for group in self.summary : group if contains(var.classes, group.class)]) == 0
      error_message = "DB instance ${var.instance_name} is in trouble since ${var.started_at}:\n\n${join("\n", [
        for group in self.summary : "  ${group.class}, ${group.count} times: ${group.message}" if contains(var.classes, group.class)
      ])}"
    }
  }
}

output "broke" {
  value = data.rds_errorlog.since_deployment.summary[*].class
}
