data "rds_errorlog" "orders" {
  instance_id = "3d39c18788b54a919bab633874c159dfin03"
  last        = "30m"
}

output "what_broke" {
  value = data.rds_errorlog.orders.summary
}
