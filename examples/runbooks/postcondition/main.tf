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

variable "instance_id" {
  description = "ID of the DB instance."
  type        = string
  default     = "3d39c18788b54a919bab633874c159dfin03"
}

data "rds_errorlog_download" "evidence" {
  instance_id = var.instance_id

  lifecycle {
    postcondition {
      condition     = self.status == "FINISH" && alltrue([for file in self.list : file.status == "SUCCESS"])
      error_message = "A part of the error log of ${var.instance_id} is missing: ${join(", ", [for file in self.list : file.file_name if file.status != "SUCCESS"])}."
    }
  }
}

output "files" {
  value = data.rds_errorlog_download.evidence.list[*].file_name
}
