// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Log is a log that the API exports. Its value is the first part of the API's path: errorlog-download.
type Log string

// The logs of an RDS for PostgreSQL instance.
const (
	ErrorLog Log = "errorlog" // page "Obtaining Links for Downloading Error Logs"
	SlowLog  Log = "slowlog"  // page "Obtaining Links for Downloading Slow Query Logs"
)

// Words that the API uses for the state of an export and of its files. The page's tables show them in upper case and
// its example in lower case; this package turns them all into upper case. Any other word, CREATING or EXPORTING say,
// means that it goes on.
const (
	StatusFinish  = "FINISH"  // of the whole: the links are there
	StatusFailed  = "FAILED"  // of the whole: some file failed, others may be good; of a file: it failed
	StatusSuccess = "SUCCESS" // of a file: its link is there
)

// Export is one answer of errorlog-download.
type Export struct {
	Status     string       // upper case; another word than those above is pending
	Count      int64        // the API's count, or the number of files where it sent none that can be one
	Files      []ExportFile // every entry, in the API's order
	RequestID  string
	ServerTime time.Time // the answer's Date; zero where it had none
}

// ExportFile is one entry of the list: one node's or one file's.
type ExportFile struct {
	WorkflowID string
	FileName   string
	Status     string    // upper case
	Size       *int64    // bytes; nil where the API sent no number
	SizeText   string    // what it sent in place of one; "" where it sent nothing
	Link       string    // a bearer secret, with scheme; "" where there is none or it can't be used
	CreatedAt  time.Time // zero: not known. Differs from call to call for the same export, so it is no key (seen)
	UpdatedAt  time.Time
	ExpiresAt  time.Time // read from the link; zero: the link does not say
}

// Failed says that there will be no link for this file.
func (f ExportFile) Failed() bool { return f.Status == StatusFailed }

// Unfinished says that the cloud still works on this file.
func (f ExportFile) Unfinished() bool {
	return f.Link == "" && !f.Failed() && f.Status != StatusSuccess
}

// Pending says that the link of this file may still come.
func (f ExportFile) Pending() bool { return f.Link == "" && !f.Failed() }

// Format prints a file without its link, whatever the verb: a link is a secret.
func (f ExportFile) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "{%s %s link:%t}", f.FileName, f.Status, f.Link != "")
}

// Done says that the cloud calls the export done, well or not. Some file may still be missing.
func (d *Export) Done() bool { return d.Status == StatusFinish || d.Status == StatusFailed }

// Links counts the files that can be downloaded.
func (d *Export) Links() int {
	n := 0
	for _, f := range d.Files {
		if f.Link != "" {
			n++
		}
	}
	return n
}

// exportAnswer is the answer as it is on the wire: table 3 and table 4 of the API's page.
type exportAnswer struct {
	List   []*exportEntry `json:"list"`
	Status scalar         `json:"status"`
	Count  scalar         `json:"count"`
}

type exportEntry struct {
	WorkflowID scalar `json:"workflow_id"`
	FileName   scalar `json:"file_name"`
	Status     scalar `json:"status"`
	FileSize   scalar `json:"file_size"`
	FileLink   scalar `json:"file_link"`
	CreateAt   scalar `json:"create_at"`
	UpdateAt   scalar `json:"update_at"`
	UpdatedAt  scalar `json:"updated_at"` // the sibling pages' name for update_at
}

func decodeExport(body []byte) (*Export, error) {
	var wire *exportAnswer
	if err := json.Unmarshal(body, &wire); err != nil {
		return nil, describeJSON(err)
	}
	if wire == nil {
		return nil, errors.New("the answer is null")
	}
	answer := &Export{Status: wire.Status.upper(), Count: int64(len(wire.List)), Files: make([]ExportFile, 0, len(wire.List))}
	if count, ok := wire.Count.integer(); ok && count >= 0 {
		answer.Count = count
	}
	for i, entry := range wire.List {
		if entry == nil {
			return nil, fmt.Errorf("entry %d of the list is null", i+1)
		}
		answer.Files = append(answer.Files, entry.file())
	}
	return answer, nil
}

func (e exportEntry) file() ExportFile {
	f := ExportFile{
		WorkflowID: e.WorkflowID.text,
		FileName:   e.FileName.text,
		Status:     e.Status.upper(),
		CreatedAt:  e.CreateAt.milliseconds(),
		UpdatedAt:  e.UpdateAt.milliseconds(),
	}
	if f.UpdatedAt.IsZero() {
		f.UpdatedAt = e.UpdatedAt.milliseconds()
	}
	if size, ok := e.FileSize.integer(); ok && size >= 0 {
		f.Size = &size
	} else {
		f.SizeText = apierror.Printable(e.FileSize.text)
	}
	if !f.Failed() {
		f.Link = downloadLink(e.FileLink.text)
		f.ExpiresAt = linkExpiry(f.Link)
	}
	return f
}

// upper is the form in which words are compared and shown.
func (s scalar) upper() string { return strings.ToUpper(apierror.Printable(s.text)) }
