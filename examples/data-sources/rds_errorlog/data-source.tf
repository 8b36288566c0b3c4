data "rds_errorlog" "orders" {
  instance_name = "orders"
  last          = "30m"
}

output "what_broke" {
  value = data.rds_errorlog.orders.summary
}
