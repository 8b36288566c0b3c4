# terraform test runs this without a cloud. It does not invoke the action.
mock_provider "rds" {}

run "the_folder_names_the_instance_and_the_time" {
  command = plan

  variables {
    directory   = "evidence"
    instance_id = "5a1f7c20d4b94e3c8f62b0a7d9e31c42in03"
  }

  assert {
    condition     = can(regex("^evidence/5a1f7c20d4b94e3c8f62b0a7d9e31c42in03/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z$", local.folder))
    error_message = "Expected evidence/ID/TIME, got ${local.folder}."
  }
}
