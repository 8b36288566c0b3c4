# terraform test runs this with the simulator, because Terraform cannot mock ephemeral resources: start rdssim, and paste the credentials
# that it prints.
run "saves_the_log" {
  assert {
    condition     = length(fileset(output.folder, "*.sha256")) == 1
    error_message = "Expected one file and its checksum in ${output.folder}, got ${jsonencode(fileset(output.folder, "*"))}."
  }
}
