# Stops if part of the error log is missing: incomplete evidence is no evidence.
terraform {
  required_providers {
    rds = {
      source = "otc-rds/rds"
    }
  }
}

# The credentials come from the environment.
provider "rds" {}

variable "instance_name" {
  description = "Name of the DB instance."
  type        = string
  default     = "orders"
}

data "rds_errorlog_download" "evidence" {
  instance_name = var.instance_name

  lifecycle {
    postcondition {
      condition     = self.status == "FINISH" && alltrue([for file in self.list : file.status == "SUCCESS"])
      error_message = "A part of the error log of ${var.instance_name} is missing: ${join(", ", [for file in self.list : file.file_name if file.status != "SUCCESS"])}."
    }
  }
}

output "files" {
  value = data.rds_errorlog_download.evidence.list[*].file_name
}
