// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package apierror

import (
	"fmt"
	"net/http"
	"strconv"
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

// StatusText returns a status as people know it: "404 Not Found". Not every status has a text.
func StatusText(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}
