# A read replica has a log of its own: the logs of an instance and of all its replicas.
data "rds_instances" "all" {}

locals {
  primary = one([for one in data.rds_instances.all.instances : one if one.name == "orders"])
  family  = [for one in data.rds_instances.all.instances : one if one.id == local.primary.id || one.replica_of == local.primary.id]
}

data "rds_errorlog_download" "orders" {
  for_each    = { for one in local.family : one.name => one.id }
  instance_id = each.value
}

output "files" {
  value = { for name, log in data.rds_errorlog_download.orders : name => log.list[*].file_name }
}
