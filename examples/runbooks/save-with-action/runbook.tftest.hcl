# terraform test runs this without a cloud. It does not invoke the action.
mock_provider "rds" {}

run "the_folder_names_the_instance_and_the_time" {
  command = plan

  variables {
    directory     = "evidence"
    instance_name = "invoices"
  }

  assert {
    condition     = can(regex("^evidence/invoices/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z$", local.folder))
    error_message = "Expected evidence/NAME/TIME, got ${local.folder}."
  }
}
