// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package apierror

import (
	"fmt"
	"strings"
)

// Lines returns the fields that are set, each on a line with a label.
func (r Refusal) Lines() string {
	var b strings.Builder
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-12s%s\n", label+":", text)
		}
	}
	if r.StatusCode != 0 {
		line("Status", StatusText(r.StatusCode))
	}
	line("Code", r.Code)
	line("Message", r.Message)
	line("Request ID", r.RequestID)
	return b.String()
}
