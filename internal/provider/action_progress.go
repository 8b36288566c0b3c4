// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// teller turns the progress of downloads into lines that a person reads while an action runs. Its methods are not called
// at the same time.
type teller struct{ send func(string) }

// downloading reports how far one file is.
func (t *teller) downloading(p download.Progress) {
	file := fmt.Sprintf("File %d of %d, %s: ", p.Index+1, p.Count, p.Name)
	came := ""
	if p.Fault != nil {
		came = apierror.Printable(p.Fault.Error())
	}
	switch {
	case p.Done: // saved reports it
	case p.Renews:
		t.send(file + fmt.Sprintf("the link was refused at %s, asking for a fresh one (%s).", megabytes(p.Bytes), came))
	case p.Fault != nil:
		t.send(file + fmt.Sprintf("broke off at %s, goes on in %s (%s).", megabytes(p.Bytes), p.Pause.Round(100*time.Millisecond), came))
	case p.Total > 0:
		t.send(file + fmt.Sprintf("%s of %s (%d %%), %s/s.",
			megabytes(p.Bytes), megabytes(p.Total), p.Bytes*100/p.Total, megabytes(int64(p.BytesPerSecond))))
	default:
		t.send(file + fmt.Sprintf("%s, %s/s.", megabytes(p.Bytes), megabytes(int64(p.BytesPerSecond))))
	}
}

// saved reports where each file is, and how to verify it.
func (t *teller) saved(files []download.Saved, complete bool) {
	for _, f := range files {
		did := "Saved"
		if f.Before {
			did = "Already saved, and unchanged:"
		}
		t.send(fmt.Sprintf("%s %s, %d bytes, SHA-256 %s.", did, f.Path, f.Size, f.SHA256))
	}
	if len(files) > 0 && complete {
		t.send("Each file has its checksum beside it. In the directory, verify with: sha256sum -c *.sha256")
	}
}

// megabytes are those of a million bytes, as disks and networks count. Less than one is in kilobytes.
func megabytes(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
