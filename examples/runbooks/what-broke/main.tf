# What broke: the errors of one DB instance, what is alike together, worst first. No export, no files.
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

data "rds_errorlog" "incident" {
  instance_name = var.instance_name
  last          = var.last

  # PostgreSQL reports a crash and a restart with level LOG.
  levels = ["LOG", "WARNING", "ERROR", "FATAL", "PANIC"]
}

output "what_broke" {
  value = join("\n", concat(
    ["${data.rds_errorlog.incident.start_time} to ${data.rds_errorlog.incident.end_time}, worst first:", ""],
    data.rds_errorlog.incident.complete ? [] : ["Not all: the API gives only the newest 2,000 rows of a level. Set last to a shorter time.", ""],
    length(data.rds_errorlog.incident.summary) > 0 ? [] : ["nothing"],
    [
      for group in data.rds_errorlog.incident.summary : format(
        "%-18s %5d  %s - %s  %s", group.class, group.count, try(formatdate("MM-DD hh:mm:ss", group.first_time), "no time"),
        try(formatdate("hh:mm:ss", group.last_time), "no time"), group.message
      )
    ],
    [""]
  ))
}

# The rows themselves: terraform output -json rows | jq -r '.[] | "\(.time) \(.level) \(.content)"'
output "rows" {
  value     = data.rds_errorlog.incident.entries
  sensitive = true
}
