# terraform test runs this without a cloud.
mock_provider "rds" {
  mock_data "rds_errorlog_download" {
    defaults = {
      status = "FINISH"
    }
  }
}

run "a_whole_log_passes" {
  command = plan
}

run "a_missing_part_warns" {
  command = plan

  override_data {
    target = data.rds_errorlog_download.watched
    values = {
      status = "FAILED"
    }
  }

  expect_failures = [check.error_log]
}
