# terraform test runs this without a cloud. Terraform cannot mock a list of instances (hashicorp/terraform#37939): it is empty.
mock_provider "rds" {}

run "a_project_without_instances" {
  command = plan

  assert {
    condition     = length(output.summary.worst_first) == 0 && length(output.summary.quiet) == 0
    error_message = "Expected no instances, got ${jsonencode(output.summary)}."
  }
}
