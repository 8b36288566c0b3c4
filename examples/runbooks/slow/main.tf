# It is slow: which statements, since when, from where? No export, no files.
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

variable "database" {
  description = "Only this database. Default: all."
  type        = string
  default     = null
}

# The statements that were slow most often, and those that took longest.
data "rds_slowlog" "now" {
  for_each      = toset(["count", "time"])
  instance_name = var.instance_name
  last          = var.last
  database      = var.database
  sort_by       = each.value
}

locals {
  start = data.rds_slowlog.now["time"].start_time
  end   = data.rds_slowlog.now["time"].end_time

  # The same length of time before. The cloud gives the last 31 days only.
  before = timeadd(local.start, "-${var.last}")
  oldest = timeadd(plantimestamp(), "-743h")
}

# What was slow before is not new.
data "rds_slowlog" "before" {
  instance_name = var.instance_name
  start_time    = timecmp(local.before, local.oldest) < 0 ? local.oldest : local.before
  end_time      = local.start
  database      = var.database
  limit         = 500
}

locals {
  lines = {
    for order, log in data.rds_slowlog.now : order => length(log.statements) == 0 ? ["nothing"] : [
      for s in log.statements : format(
        "%-3s %6s times  %9s s  %s@%s from %s:  %s",
        contains(data.rds_slowlog.before.statements[*].statement, s.statement) ? "" : "new", coalesce(s.count, "?"),
        coalesce(s.average_time, "?"), coalesce(s.user, "?"), coalesce(s.database, "?"), coalesce(s.client, "?"), coalesce(s.statement, "?")
      )
    ]
  }
}

# Who is slow, without any statement: fit for a chat or a ticket.
output "who_is_slow" {
  value = join("\n", concat(
    ["${local.start} to ${local.end}, the slowest first:", ""],
    length(data.rds_slowlog.now["time"].statements) > 0 ? [] : ["nothing"],
    [
      for s in data.rds_slowlog.now["time"].statements : format(
        "%6s times  %9s s on average  %-6s by %s in %s from %s", coalesce(s.count, "?"), coalesce(s.average_time, "?"), coalesce(s.type, "?"),
        coalesce(s.user, "?"), coalesce(s.database, "?"), coalesce(s.client, "?")
      )
    ],
    [""]
  ))
}

# The statements are sensitive: terraform output -raw statements
output "statements" {
  sensitive = true
  value = join("\n", concat(
    ["The slowest first:", ""], local.lines["time"], ["", "The most frequent first:", ""], local.lines["count"], [""]
  ))
}
