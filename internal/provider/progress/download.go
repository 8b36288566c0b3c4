// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package progress turns what an action does into lines for a person. The lines go to a function, so it knows
// no action.
//
//	wait.go      the wait for an export
//	download.go  the downloads, and where each file is
//	summary.go   what broke in the saved files
package progress

import (
	"fmt"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// Downloads turns the progress of downloads into lines that a person reads while an action runs. Its methods are not called
// at the same time.
type Downloads struct{ Send func(string) }

// Report reports how far one file is.
func (d *Downloads) Report(p download.Progress) {
	file := fmt.Sprintf("File %d of %d, %s: ", p.Index+1, p.Count, p.Name)
	came := ""
	if p.Fault != nil {
		came = apierror.Printable(p.Fault.Error())
	}
	switch {
	case p.Done: // Saved reports it
	case p.Renews:
		d.Send(file + fmt.Sprintf("the link was refused at %s, asking for a fresh one (%s).", megabytes(p.Bytes), came))
	case p.Fault != nil:
		d.Send(file + fmt.Sprintf("broke off at %s, goes on in %s (%s).", megabytes(p.Bytes), p.Pause.Round(100*time.Millisecond), came))
	case p.Total > 0:
		d.Send(file + fmt.Sprintf("%s of %s (%d %%), %s/s.",
			megabytes(p.Bytes), megabytes(p.Total), p.Bytes*100/p.Total, megabytes(int64(p.BytesPerSecond))))
	default:
		d.Send(file + fmt.Sprintf("%s, %s/s.", megabytes(p.Bytes), megabytes(int64(p.BytesPerSecond))))
	}
}

// Saved reports where each file is, and how to verify it.
func (d *Downloads) Saved(files []download.Saved, complete bool) {
	for _, f := range files {
		did := "Saved"
		if f.Before {
			did = "Already saved, and unchanged:"
		}
		d.Send(fmt.Sprintf("%s %s, %d bytes, SHA-256 %s.", did, f.Path, f.Size, f.SHA256))
	}
	if len(files) > 0 && complete {
		d.Send("Each file has its checksum beside it. In the directory, verify with: sha256sum -c *.sha256")
	}
}

// megabytes are those of a million bytes, as disks and networks count. Less than one is in kilobytes.
func megabytes(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
