// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package diagnose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// SaveErrors explains which files were not saved and why, one error for each of the first.
func SaveErrors(noun, instanceID string, saved []download.Saved, err error, timeout time.Duration) diag.Diagnostics {
	unableToSave := "Unable to save " + noun + " files"
	failed, ok := errors.AsType[download.Errors](err)
	if !ok {
		return diag.Diagnostics{diag.NewErrorDiagnostic(unableToSave, err.Error())}
	}
	var diags diag.Diagnostics
	for i, one := range failed[:min(len(failed), mostLines)] {
		text := saveText(instanceID, one) + savedText(saved, i == 0) + "\n" + saveAdviceFor(one, timeout)
		if one.Kind.Local() {
			diags.AddAttributeError(path.Root("directory"), unableToSave, text)
		} else {
			diags.AddError(unableToSave, text)
		}
	}
	if more := failed[min(len(failed), mostLines):]; len(more) > 0 {
		var names []string
		for _, one := range more {
			names = append(names, apierror.Printable(one.Name))
		}
		diags.AddError(unableToSave, fmt.Sprintf("%d more files were not saved:\n\n%s", len(more), Indented(names)+"\n"))
	}
	return diags
}

// savedText lists what was saved, in the first of several errors.
func savedText(saved []download.Saved, first bool) string {
	if len(saved) == 0 || !first {
		return ""
	}
	var paths []string
	for _, file := range saved {
		paths = append(paths, apierror.Printable(file.Path))
	}
	return "\nThese files were saved:\n\n" + Indented(paths) + "\n"
}

func saveText(instanceID string, e *download.Error) string {
	lines := e.Lines()
	switch {
	case e.Fault != nil:
		lines += labelled("Cause", apierror.Printable(e.Fault.Error()))
	case e.Err != nil && e.Kind != download.KindExists && e.Kind != download.KindInterrupted: // the sentence is enough
		lines += labelled("Cause", apierror.Printable(e.Err.Error()))
	}
	if e.Name != "" {
		lines = labelled("Instance", instanceID) + lines
	}
	if lines != "" {
		lines = "\n" + lines
	}
	return e.Sentence() + "\n" + lines
}

// saveAdvice is what to do, by kind of error. The next run finds what was saved, so it is enough to run it again.
var saveAdvice = map[download.Kind]string{
	download.KindExists:     "Choose another directory, or set overwrite = true.",
	download.KindInTheWay:   "Choose another directory, or move away what is there.",
	download.KindPermission: "Choose a directory that the user who runs Terraform can write to.",
	download.KindDiskFull:   "Make room, or choose a directory on another disk.",
	download.KindWrite:      "Check the path, the disk and its file system, or choose another directory.",
	download.KindBadLink:    freshLinksAdvice,
	download.KindExpired:    freshLinksAdvice,
	download.KindRefused:    freshLinksAdvice,
	download.KindProxy: "Check the address, user and password of the proxy (HTTPS_PROXY, HTTP_PROXY), or add the link's host to " +
		"NO_PROXY.",
	download.KindFault:       "Run it again. If it breaks off again, check the network and the proxy between here and the link's host.",
	download.KindInterrupted: "No part of it was left behind. Run it again.",
}

const freshLinksAdvice = "Run it again: it asks for fresh links. If it is refused again, give the request ID to the cloud's support."

func saveAdviceFor(e *download.Error, timeout time.Duration) string {
	switch {
	case e.Kind == download.KindInTheWay && e.Index < 0:
		return "Name a folder that exists or can be created, not a file or a symbolic link."
	case e.Kind == download.KindInterrupted && errors.Is(e.Err, context.DeadlineExceeded):
		return fmt.Sprintf("No part of it was left behind. The limit is %s in all: raise timeouts.invoke and run it again.", timeout)
	default:
		return saveAdvice[e.Kind]
	}
}

// SaveWarnings are about files that are saved but may not be what they should be.
func SaveWarnings(saved []download.Saved) diag.Diagnostics {
	var diags diag.Diagnostics
	var differ []string
	for _, f := range saved {
		if f.Announced != 0 {
			differ = append(differ, fmt.Sprintf("%s: %d bytes, announced: %d", apierror.Printable(f.Path), f.Size, f.Announced))
		}
	}
	if len(differ) > 0 {
		diags.AddWarning("Size of a saved file differs", "The cloud announced another size for these files:\n\n"+Indented(differ)+"\n"+
			"\nThe file may be incomplete, or the cloud counts in another unit. Look at the end of the file.")
	}
	return diags
}

// LinkWarnings are about links without TLS.
func LinkWarnings(noun, instanceID string, export *rds.Export) diag.Diagnostics {
	var diags diag.Diagnostics
	if slices.ContainsFunc(export.Files, func(f rds.ExportFile) bool { return settings.Unencrypted(f.Link) }) {
		diags.AddWarning("Requests are not encrypted", fmt.Sprintf("A link to the %s of DB instance %s begins with http://: "+
			"anyone between here and the cloud can read the log. The cloud's own links begin with https://.", noun, instanceID))
	}
	return diags
}
