# terraform test runs this without a cloud. Terraform cannot mock a list of groups (hashicorp/terraform#37939): it is empty.
mock_provider "rds" {}

run "a_quiet_database_passes" {
  command = plan

  variables {
    started_at = "2026-11-27T05:00:00Z"
  }

  assert {
    condition     = length(output.broke) == 0
    error_message = "Expected no classes, got ${jsonencode(output.broke)}."
  }
}
