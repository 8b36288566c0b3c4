data "rds_slowlog" "orders" {
  instance_name = "orders"
  last          = "1h"
}

# The statements are sensitive: terraform output -json slow
output "slow" {
  value     = data.rds_slowlog.orders.statements
  sensitive = true
}
