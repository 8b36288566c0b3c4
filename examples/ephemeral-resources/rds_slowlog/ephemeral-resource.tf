ephemeral "rds_slowlog" "orders" {
  instance_name = "orders"
  last          = "1h"
}

# Writes the statements to a file at every apply. They go to the shell through its environment: no plan and no state holds
# them.
resource "terraform_data" "save" {
  triggers_replace = timestamp()

  provisioner "local-exec" {
    command = "umask 077; printf '%s\n' \"$STATEMENTS\" > orders-slow.json"
    environment = {
      STATEMENTS = jsonencode(ephemeral.rds_slowlog.orders.statements)
    }
  }
}
