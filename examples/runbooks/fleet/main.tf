# What broke in the last minutes in all PostgreSQL instances of the project, the worst first.
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

variable "last" {
  description = "How far to look back."
  type        = string
  default     = "15m"
}

variable "links" {
  description = "Whether to export every instance's error log too, and return links to it. Takes longer."
  type        = bool
  default     = false
}

variable "timeout" {
  description = "How long to wait for one instance."
  type        = string
  default     = "1m"
}

data "rds_instances" "all" {
  name_prefix = var.name_prefix
}

locals {
  # Names are not unique: if several instances share one, the ID is added. An instance that is being created has no log.
  instances = {
    for one in data.rds_instances.all.instances :
    length([for other in data.rds_instances.all.instances : other if other.name == one.name]) == 1 ? one.name : "${one.name} (${one.id})" => one.id
    if one.status != "BUILD"
  }
}

# PostgreSQL reports crashes and restarts with level LOG.
data "rds_errorlog" "fleet" {
  for_each      = local.instances
  instance_id   = each.value
  last          = var.last
  levels        = ["ERROR", "FATAL", "PANIC", "LOG"]
  allow_failure = true # one sick instance must not hide the others

  timeouts {
    read = var.timeout
  }
}

data "rds_errorlog_download" "fleet" {
  for_each      = var.links ? local.instances : {}
  instance_id   = each.value
  allow_failure = true

  timeouts {
    read = var.timeout
  }
}

locals {
  classes = [
    "crash", "corruption", "disk_full", "out_of_memory", "wraparound", "out_of_connections", "read_only", "restart", "replication",
    "wal_archive", "recovery_conflict", "deadlock", "lock_wait", "timeout", "connection_lost", "authentication", "serialization",
    "privilege", "checkpoints", "constraint", "sql", "other",
  ]

  # Each instance's worst class and its count in a form that sorts, then its name. A summary begins with the worst group.
  order = sort([
    for name, log in data.rds_errorlog.fleet :
    format("%02d %09d %s", try(index(local.classes, log.summary[0].class), 99), 999999999 - log.summary[0].count, name)
    if length(log.summary) > 0
  ])
  worst_first = [for key in local.order : substr(key, 13, -1)]

  counts = {
    for name, log in data.rds_errorlog.fleet : name => [
      for class in distinct(log.summary[*].class) : "${class} ${sum([for group in log.summary : group.count if group.class == class])}"
    ]
  }
}

# If an apply fails, Terraform keeps the outputs of the one before: compare read_at with the time.
output "summary" {
  value = {
    read_at = plantimestamp()
    last    = var.last
    worst_first = [
      for name in local.worst_first :
      "${name}: ${join(", ", local.counts[name])}. Worst: ${data.rds_errorlog.fleet[name].summary[0].message}"
    ]
    quiet      = [for name, log in data.rds_errorlog.fleet : name if log.failure == null && length(log.summary) == 0]
    not_read   = { for name, log in data.rds_errorlog.fleet : name => log.failure.reason if log.failure != null }
    incomplete = [for name, log in data.rds_errorlog.fleet : name if log.failure == null && !log.complete]
  }
}

output "not_exported" {
  value = { for name, log in data.rds_errorlog_download.fleet : name => log.failure.reason if log.failure != null }
}

# To save the files of one of them: terraform output -json links | jq -r '.orders[]' | xargs -n 1 curl -sSfO
output "links" {
  value     = { for name, log in data.rds_errorlog_download.fleet : name => compact(log.list[*].file_link) }
  sensitive = true
}
