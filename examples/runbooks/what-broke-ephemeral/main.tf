# What broke, without a trace in plan or state: the answer goes to a file. Needs Terraform 1.10 or OpenTofu 1.11.
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

variable "last" {
  description = "How far to look back, such as 30m or 24h."
  type        = string
  default     = "1h"
}

variable "directory" {
  description = "Folder for the answer."
  type        = string
  default     = "error-logs"
}

ephemeral "rds_errorlog" "incident" {
  instance_name = var.instance_name
  last          = var.last

  # PostgreSQL reports a crash and a restart with level LOG.
  levels = ["LOG", "WARNING", "ERROR", "FATAL", "PANIC"]
}

# Runs at every apply. The shell gets the text through its environment: it is in no plan, no state and no list of processes.
resource "terraform_data" "write" {
  triggers_replace = timestamp()

  provisioner "local-exec" {
    command = <<-EOT
      set -eu
      umask 077
      mkdir -p "$DIRECTORY"
      printf '%s\n' "$SUMMARY" >"$DIRECTORY/what-broke.txt"
      printf '%s\n' "$ROWS" >"$DIRECTORY/rows.txt"
    EOT
    environment = {
      DIRECTORY = var.directory
      SUMMARY = length(ephemeral.rds_errorlog.incident.summary) == 0 ? "nothing" : join("\n", [
        for group in ephemeral.rds_errorlog.incident.summary : format(
          "%-18s %5d  %s - %s  %s", group.class, group.count, try(formatdate("MM-DD hh:mm:ss", group.first_time), "no time"),
          try(formatdate("hh:mm:ss", group.last_time), "no time"), group.message
        )
      ])
      ROWS = join("\n", [
        for row in ephemeral.rds_errorlog.incident.entries : "${coalesce(row.time, "no time")} ${row.level} ${row.content}"
      ])
    }
  }
}
