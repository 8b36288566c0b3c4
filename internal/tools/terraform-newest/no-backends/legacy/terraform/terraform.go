// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package terraform replaces code that only Terraform's tests need. The go.mod three folders above explains why.
package terraform
