// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// This file has the pieces that diagnostics are made of.

// missingFiles are the entries that have no link in an answer that counts as good.
func missingFiles(answer *rds.Export) []rds.ExportFile {
	var missing []rds.ExportFile
	for _, f := range answer.Files {
		if f.Link == "" {
			missing = append(missing, f)
		}
	}
	return missing
}

func missingText(instanceID string, answer *rds.Export, missing []rds.ExportFile) string {
	these, state := "This one failed", func(rds.ExportFile) string { return "" }
	if len(missing) > 1 {
		these = "These failed"
	}
	if slices.ContainsFunc(missing, func(f rds.ExportFile) bool { return !f.Failed() }) {
		these, state = "Missing", func(f rds.ExportFile) string { return ": " + fileState(f) }
	}
	var names strings.Builder
	for _, f := range missing {
		names.WriteString("  " + apierror.Printable(fileName(f)) + state(f) + "\n")
	}
	return fmt.Sprintf("The cloud prepared %d of %d files of DB instance %s. %s:\n\n%s\n",
		answer.Links(), len(answer.Files), instanceID, these, names.String())
}

// listed shows each entry's state on a line of its own. Lines that begin with a space are not wrapped by Terraform.
func listed(files []rds.ExportFile) string {
	if len(files) == 0 {
		return ", and listed no file."
	}
	var b strings.Builder
	b.WriteString(":\n")
	for _, f := range files {
		fmt.Fprintf(&b, "\n  %s: %s", apierror.Printable(fileName(f)), fileState(f))
		if f.WorkflowID != "" {
			b.WriteString(", task " + apierror.Printable(f.WorkflowID))
		}
	}
	return b.String()
}

func fileState(f rds.ExportFile) string {
	if f.Link == "" && f.Status == rds.StatusSuccess {
		return f.Status + " without a link"
	}
	return statusWord(f.Status)
}

func fileName(f rds.ExportFile) string {
	if f.FileName == "" {
		return "(a file without a name)"
	}
	return f.FileName
}

func statusWord(status string) string {
	if status == "" {
		return "nothing of its status"
	}
	return status
}

// labelled is a line of a diagnostic, or nothing where there is nothing to say.
func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return fmt.Sprintf("%-11s %s\n", label+":", value)
}

func calls(n int) string {
	if n == 1 {
		return "1 call"
	}
	return fmt.Sprintf("%d calls", n)
}

func span(d time.Duration) string { return d.Round(100 * time.Millisecond).String() }
