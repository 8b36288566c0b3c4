// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package terraform stands where Terraform has code that only its own tests need. See the go.mod three folders above.
package terraform
