provider "rds" {
  cloud = "otc"
}
