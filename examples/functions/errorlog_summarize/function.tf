variable "path" {
  description = "A file with the text of a log."
  type        = string
  default     = "error.log"
}

# sensitive() keeps the text of the log off the screen: a failing check or postcondition prints every value that is not
# sensitive in full, and a log holds people's data. The groups hold PostgreSQL's messages without their values. If your
# code raises messages with people's names, leave nonsensitive() out.
locals {
  log = sensitive(file(var.path))
}

output "what_broke" {
  value = nonsensitive(provider::rds::errorlog_summarize(local.log))
}
