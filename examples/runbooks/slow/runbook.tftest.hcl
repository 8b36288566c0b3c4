# terraform test runs this without a cloud. Terraform cannot mock a list of statements (hashicorp/terraform#37939): it is empty.
mock_provider "rds" {}

override_data {
  target = data.rds_slowlog.now
  values = {
    start_time = "2026-11-27T04:12:06Z"
    end_time   = "2026-11-27T05:12:06Z"
  }
}

run "nothing_is_slow" {
  command = plan

  assert {
    condition     = output.who_is_slow == "2026-11-27T04:12:06Z to 2026-11-27T05:12:06Z, the slowest first:\n\nnothing\n"
    error_message = "Expected the time and nothing, got ${output.who_is_slow}"
  }

  assert {
    condition     = strcontains(output.statements, "The most frequent first:\n\nnothing\n")
    error_message = "Expected nothing among the most frequent statements."
  }
}
