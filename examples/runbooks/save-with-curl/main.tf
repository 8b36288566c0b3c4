# Saves the error log of one DB instance to a folder without an action, with OpenTofu 1.11 or Terraform 1.10 and later.
# Needs curl, and sha256sum or shasum.
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

variable "directory" {
  description = "Folder for the evidence of all runs."
  type        = string
  default     = "error-logs"
}

variable "timeout" {
  description = "How long to wait for the export."
  type        = string
  default     = "10m"
}

# Each run and each instance has a folder of its own, so that no run replaces the evidence of an earlier one.
locals {
  folder = "${var.directory}/${var.instance_name}/${formatdate("YYYY-MM-DD'T'hhmmss'Z'", plantimestamp())}"
}

ephemeral "rds_errorlog_download" "incident" {
  instance_name = var.instance_name

  timeouts {
    open = var.timeout
  }
}

# Runs at every apply. Names and links go to the shell through its environment, one file a line, and the links to curl on
# its standard input: they are in no plan, no state and no list of processes.
resource "terraform_data" "save" {
  triggers_replace = timestamp()
  input            = local.folder

  provisioner "local-exec" {
    command = <<-EOT
      set -eu
      umask 077
      mkdir -p "$DIRECTORY"
      cd "$DIRECTORY"
      printf '%s\n' "$FILES" | while read -r name link; do
        [ -n "$link" ] || continue
        printf 'url = "%s"\noutput = "%s.part"\n' "$link" "$name" | curl --fail --silent --show-error --config - || {
          rm -f "$name.part"
          exit 1
        }
        mv "$name.part" "$name"
        { sha256sum "$name" 2>/dev/null || shasum -a 256 "$name"; } >"$name.sha256"
      done
    EOT
    environment = {
      DIRECTORY = local.folder
      FILES = join("\n", [
        for file in ephemeral.rds_errorlog_download.incident.list :
        "${replace(file.file_name, "/[^0-9A-Za-z_.-]/", "_")} ${file.file_link}" if file.file_link != null
      ])
    }
  }
}

output "folder" {
  value = terraform_data.save.output
}
