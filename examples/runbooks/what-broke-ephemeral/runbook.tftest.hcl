# terraform test runs this with the simulator, because Terraform cannot mock ephemeral resources: start rdssim, and paste the credentials
# that it prints.
run "writes_the_answer" {
  variables {
    directory = "answer"
  }

  assert {
    condition     = strcontains(file("${var.directory}/what-broke.txt"), "out_of_connections")
    error_message = "Expected the class out_of_connections, got ${file("${var.directory}/what-broke.txt")}"
  }
}
