data "rds_instances" "all" {}

output "instances" {
  value = {
    for one in data.rds_instances.all.instances :
    one.id => "${one.name}: ${one.type}, ${one.status}, PostgreSQL ${one.engine_version}"
  }
}
