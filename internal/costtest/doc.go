// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package costtest measures what the provider costs whoever runs it: size, memory, and the time that a plan takes
// beside one that reads a page with hashicorp/http. All of it with the program as it is released and the real CLI.
//
// Size and memory are the same on every machine, so their limits are tests like any other. Times are not: "make
// bench" measures and prints them, behind the build tag "bench".
package costtest
