// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// unableToSave is the summary of every error of saving files.
const unableToSave = "Unable to save error log files"

// saveDiagnostics explains which files were not saved and why, one error for each.
func saveDiagnostics(instanceID string, saved []download.Saved, err error, timeout time.Duration) diag.Diagnostics {
	var failed download.Errors
	if !errors.As(err, &failed) {
		return diag.Diagnostics{diag.NewErrorDiagnostic(unableToSave, err.Error())}
	}
	var diags diag.Diagnostics
	for i, one := range failed {
		text := saveText(instanceID, one) + savedText(saved, i == 0) + "\n" + saveAdvice(one, timeout)
		switch one.Kind {
		case download.KindExists, download.KindInTheWay, download.KindPermission, download.KindDiskFull, download.KindWrite:
			diags.AddAttributeError(path.Root("directory"), unableToSave, text)
		default:
			diags.AddError(unableToSave, text)
		}
	}
	return diags
}

// savedText names what was saved, in the first of several errors.
func savedText(saved []download.Saved, first bool) string {
	if len(saved) == 0 || !first {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nThese files were saved:\n\n")
	for _, file := range saved {
		b.WriteString("  " + apierror.Printable(file.Path) + "\n")
	}
	return b.String()
}

func saveText(instanceID string, e *download.Error) string {
	var b strings.Builder
	b.WriteString(e.Sentence())
	if e.Name != "" {
		fmt.Fprintf(&b, " It belongs to the error log of DB instance %s.", instanceID)
	}
	b.WriteString("\n")
	cause := ""
	switch {
	case e.Fault != nil:
		cause = apierror.Printable(e.Fault.Error())
	case e.Err != nil && e.Kind != download.KindExists && e.Kind != download.KindInterrupted: // the sentence says it
		cause = apierror.Printable(e.Err.Error())
	}
	lines := labelled("Status", e.Status()) + labelled("Code", e.Code) + labelled("Message", e.Message) + labelled("Cause", cause) + labelled("Request ID", e.RequestID)
	if lines != "" {
		b.WriteString("\n" + lines)
	}
	return b.String()
}

// saveAdvice says what to do. What was saved is found the next time, so to run it again is enough.
func saveAdvice(e *download.Error, timeout time.Duration) string {
	switch e.Kind {
	case download.KindExists:
		return "Choose another directory, or set overwrite = true."
	case download.KindInTheWay:
		return "Choose another directory, or move away what is there."
	case download.KindPermission:
		return "Choose a directory that the user who runs Terraform may write to."
	case download.KindDiskFull:
		return "Make room, or choose a directory on another disk."
	case download.KindWrite:
		return "Check the path, the disk and its file system, or choose another directory."
	case download.KindInterrupted:
		if !errors.Is(e.Err, context.DeadlineExceeded) {
			return "No part of it was left behind. Run it again."
		}
		return fmt.Sprintf("No part of it was left behind. It may take %s in all: raise timeouts.invoke and run it again.", timeout)
	case download.KindExpired, download.KindRefused, download.KindBadLink:
		return "Run it again: it asks for fresh links. If it is refused again, give the request ID to the cloud's support."
	default:
		return "Run it again. If it breaks off again, check the network and the proxy between here and the link's host."
	}
}
