# terraform test runs this without a cloud. Terraform cannot mock a list of groups (hashicorp/terraform#37939): it is empty.
mock_provider "rds" {
  mock_data "rds_errorlog" {
    defaults = {
      start_time = "2026-11-27T04:12:06Z"
      end_time   = "2026-11-27T05:12:06Z"
      complete   = true
    }
  }
}

run "a_quiet_database" {
  command = plan

  assert {
    condition     = output.what_broke == "2026-11-27T04:12:06Z to 2026-11-27T05:12:06Z, worst first:\n\nnothing\n"
    error_message = "Expected the time and nothing, got ${output.what_broke}"
  }
}

run "rows_are_missing" {
  command = plan

  override_data {
    target = data.rds_errorlog.incident
    values = {
      complete = false
    }
  }

  assert {
    condition     = strcontains(output.what_broke, "\n\nNot all: ")
    error_message = "Expected a line about missing rows, got ${output.what_broke}"
  }
}
