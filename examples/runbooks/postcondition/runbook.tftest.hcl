# terraform test runs this without a cloud. Terraform cannot mock a list of files (hashicorp/terraform#37939): it is empty.
mock_provider "rds" {
  mock_data "rds_errorlog_download" {
    defaults = {
      status = "FINISH"
    }
  }
}

run "a_whole_log_passes" {
  command = plan

  assert {
    condition     = length(output.files) == 0
    error_message = "Expected no files, got ${jsonencode(output.files)}."
  }
}

run "a_missing_part_stops" {
  command = plan

  override_data {
    target = data.rds_errorlog_download.evidence
    values = {
      status = "FAILED"
    }
  }

  expect_failures = [data.rds_errorlog_download.evidence]
}
