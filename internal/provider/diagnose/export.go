// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// This file is about exports: the warnings for one that counts as good, and the errors of the others.

// ExportWarnings returns a warning for each thing that an export lacks. others is a sentence about the files that are
// there.
func ExportWarnings(noun, instance string, export *rds.Export, others string) diag.Diagnostics {
	var diags diag.Diagnostics
	if len(export.Files) == 0 {
		diags.AddWarning("No "+noun+" files", fmt.Sprintf("The cloud finished the export for DB instance %s and listed no file.\n\n"+
			"The instance may have logged nothing yet. Run it again later.", instance))
	}
	if missing := MissingFiles(export); len(missing) > 0 {
		diags.AddWarning("Some "+noun+" files are missing", missingText(instance, export, missing)+others)
	}
	// The API's page does not define whether a failed file counts.
	if n := export.Count; n != int64(len(export.Files)) && n != int64(export.Links()) {
		diags.AddWarning(capital(noun)+" links do not add up", fmt.Sprintf("The cloud counted %d links for DB instance %s but "+
			"listed %d. All that were listed are there.\n\n%s", n, instance, len(export.Files), labelled("Request ID", export.RequestID)))
	}
	if unknown := unknownSizes(export); len(unknown) > 0 {
		diags.AddWarning("Unknown size of "+noun+" files", "The cloud gave these sizes, which are not numbers of bytes, so the size is "+
			"not known. The links are good.\n\n"+Indented(unknown))
	}
	return diags
}

// unknownSizes returns a line for each file whose size is not a number.
func unknownSizes(export *rds.Export) []string {
	var lines []string
	for _, f := range export.Files {
		if f.SizeText != "" && f.Link != "" {
			lines = append(lines, fmt.Sprintf("%s: %q", fileName(f), f.SizeText))
		}
	}
	return lines
}

// MissingFiles returns the files without a link in an export that counts as good.
func MissingFiles(export *rds.Export) []rds.ExportFile {
	return slices.DeleteFunc(slices.Clone(export.Files), func(f rds.ExportFile) bool { return f.Link != "" })
}

func missingText(instance string, export *rds.Export, missing []rds.ExportFile) string {
	heading, allFailed := "Missing", !slices.ContainsFunc(missing, func(f rds.ExportFile) bool { return !f.Failed() })
	if allFailed {
		heading = "Failed"
	}
	var lines []string
	for _, f := range missing {
		line := fileName(f)
		if !allFailed {
			line += ": " + fileState(f)
		}
		lines = append(lines, line)
	}
	return fmt.Sprintf("The cloud prepared %d of %d files of DB instance %s. %s:\n\n%s\n\n",
		export.Links(), len(export.Files), instance, heading, Indented(lines))
}

// exportText is for an export without a single file.
func (t Tried) exportText(e *rds.ExportError) string {
	return fmt.Sprintf("The cloud could not %s: no file was prepared%s\n\n%s%s%s\n%s", t.what(), listed(e.Last.Files),
		labelled("Reason", e.FailReason), labelled("Status", e.Last.Status), labelled("Request ID", e.Last.RequestID),
		"Run it again. If it fails again, look at the instance in the console: the export needs an instance that works properly.")
}

// missingLinkText is for an export that is done and never gets all its links.
func (t Tried) missingLinkText(e *rds.MissingLinkError) string {
	return fmt.Sprintf("The export%s is done, but the cloud did not give every file a usable link in %s and %s%s\n\n%s\n%s",
		t.forInstance(), Span(e.Waited), calls(e.Progress), listed(e.Last.Files), labelled("Request ID", e.Last.RequestID),
		"Run it again. If a link is still missing, give the request ID to the cloud's support.")
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
