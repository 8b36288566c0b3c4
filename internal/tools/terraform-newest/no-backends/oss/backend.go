// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package oss stands where Terraform has its backend of that name. See the go.mod two folders above.
package oss

import "github.com/hashicorp/terraform/internal/backend"

// New returns none: this Terraform keeps its state in files.
func New() backend.Backend { return nil }
