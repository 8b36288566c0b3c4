# terraform test runs this without a cloud. It does not invoke the action, and the project has no instances, because Terraform cannot mock
# a list of them (hashicorp/terraform#37939).
mock_provider "rds" {}

run "a_project_without_instances_is_an_error" {
  command         = plan
  expect_failures = [data.rds_instances.all]
}
