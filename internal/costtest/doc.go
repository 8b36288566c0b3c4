// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package costtest measures what it costs to run the provider: size, memory, and the time of a plan, compared with a
// plan that reads a page with hashicorp/http. It runs the program as it is released, and the real CLI.
//
// Size and memory do not depend on the machine, so ordinary tests have limits for them. Times do: "make bench" prints
// them, behind the build tag "bench". Benchmarks of single packages are in those packages; "make bench" finds them.
package costtest
