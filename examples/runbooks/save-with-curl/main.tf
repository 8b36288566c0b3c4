# Saves the error log of one DB instance to a folder without an action: for OpenTofu 1.11 and Terraform 1.10 on. Needs curl.
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

variable "directory" {
  description = "Folder to save to."
  type        = string
  default     = "error-logs"
}

ephemeral "rds_errorlog_download" "incident" {
  instance_id = var.instance_id
}

# Runs at every apply. Names and links go to the shell through its environment, one file a line, and to curl on its standard input: they stand in no plan,
# no state and no list of processes.
resource "terraform_data" "save" {
  triggers_replace = timestamp()

  provisioner "local-exec" {
    command = <<-EOT
      set -eu
      umask 077
      mkdir -p "$DIRECTORY"
      cd "$DIRECTORY"
      printf '%s\n' "$FILES" | while read -r name link; do
        printf 'url = "%s"\noutput = "%s.part"\n' "$link" "$name" | curl --fail --silent --show-error --config - || {
          rm -f "$name.part"
          exit 1
        }
        mv "$name.part" "$name"
        { grep -v "  $name$" SHA256SUMS || true; sha256sum "$name"; } >SHA256SUMS.part 2>/dev/null
        mv SHA256SUMS.part SHA256SUMS
      done
    EOT
    environment = {
      DIRECTORY = var.directory
      FILES = join("\n", [
        for file in ephemeral.rds_errorlog_download.incident.list :
        "${replace(file.file_name, "/[^0-9A-Za-z_.-]/", "_")} ${file.file_link}" if file.file_link != null
      ])
    }
  }
}
