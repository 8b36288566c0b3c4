// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package oss replaces the backend of that name. The go.mod two folders above explains why.
package oss

import "github.com/hashicorp/terraform/internal/backend"

// New returns nil, so this Terraform can keep its state in files only.
func New() backend.Backend { return nil }
