# terraform test runs this with the simulator, because Terraform cannot mock ephemeral resources: start rdssim, and paste the credentials
# that it prints.
run "no_connections_left_warns" {
  command = plan

  expect_failures = [check.database]
}

# This instance has no rows.
run "a_quiet_database_passes" {
  command = plan

  variables {
    instance_name = "stock"
  }
}
