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

# Runs at every apply. Names and links go to the shell through its environment, one file a line, and the links to curl on
# its standard input: they are in no plan, no state and no list of processes.
resource "terraform_data" "save" {
  triggers_replace = timestamp()

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
        {
          grep -v "  $name$" SHA256SUMS 2>/dev/null || true
          sha256sum "$name" 2>/dev/null || shasum -a 256 "$name"
        } >SHA256SUMS.part
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
