# What broke in a database in the last hour, worst first.
terraform {
  required_providers {
    rds = {
      source = "otc-rds/rds"
    }
  }
}

# The credentials come from the environment.
provider "rds" {}

data "rds_errorlog" "orders" {
  instance_name = "orders"
  last          = "1h"
}

output "what_broke" {
  value = join("\n", [
    for group in data.rds_errorlog.orders.summary :
    format("%-18s %4d  %s  %s", group.class, group.count, try(formatdate("hh:mm:ss", group.last_time), "        "), group.message)
  ])
}
