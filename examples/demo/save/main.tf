# Saves the first file of an error log; its link is in no plan and no state. The demo uses a small program, fetch, in place
# of curl, which not every machine has: it reads the link from its standard input.
terraform {
  required_providers {
    rds = {
      source = "otc-rds/rds"
    }
  }
}

# The credentials come from the environment.
provider "rds" {}

ephemeral "rds_errorlog_download" "orders" {
  instance_name = "orders"
}

resource "terraform_data" "save" {
  provisioner "local-exec" {
    command = "umask 077 && printf '%s\\n' \"$LINK\" | fetch > orders-error.log"
    environment = {
      LINK = ephemeral.rds_errorlog_download.orders.list[0].file_link
    }
  }
}
