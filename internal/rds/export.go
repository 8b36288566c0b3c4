// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// Log is a log that the API exports. Its value is the beginning of the last path element: errorlog-download.
type Log string

// The logs of an RDS for PostgreSQL instance.
const (
	ErrorLog Log = "errorlog" // page "Obtaining Links for Downloading Error Logs"
	SlowLog  Log = "slowlog"  // page "Obtaining Links for Downloading Slow Query Logs"
)

// States of an export and of its files. The page's tables have upper case and its example lower case, so this package
// compares upper case. Any other word, such as CREATING or EXPORTING, means that the work goes on.
const (
	StatusFinish  = "FINISH"  // of an export: the links are there
	StatusFailed  = "FAILED"  // of an export: some file failed, others may be good; of a file: it failed
	StatusSuccess = "SUCCESS" // of a file: its link is there
)

// Export is one answer about the export of a log.
type Export struct {
	Status     string       // upper case
	Count      int64        // of links, as the API counts; the number of files if it sent no number
	Files      []ExportFile // in the API's order
	RequestID  string
	ServerTime time.Time // the answer's Date; zero if it had none
}

// ExportFile is one entry of the list: a node or a file.
type ExportFile struct {
	WorkflowID string
	FileName   string
	Status     string    // upper case
	Size       *int64    // bytes; nil if the API sent no number
	SizeText   string    // what the API sent in place of a number; may be ""
	Link       string    // a bearer secret, with scheme; "" if it is missing or unusable
	CreatedAt  time.Time // zero: not known. It changes between calls for one export (seen)
	UpdatedAt  time.Time
	ExpiresAt  time.Time // read from the link; zero: not known
}

// Failed reports whether this file will never have a link.
func (f ExportFile) Failed() bool { return f.Status == StatusFailed }

// Unfinished reports whether the cloud still works on this file.
func (f ExportFile) Unfinished() bool { return f.Pending() && f.Status != StatusSuccess }

// Pending reports whether the link of this file may still come.
func (f ExportFile) Pending() bool { return f.Link == "" && !f.Failed() }

// Format prints a file without its link, which is a secret, for every verb.
func (f ExportFile) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "{%s %s link:%t}", f.FileName, f.Status, f.Link != "")
}

// Done reports whether the export has ended, well or not. The link of a file may still be missing.
func (d *Export) Done() bool { return d.Status == StatusFinish || d.Status == StatusFailed }

// Links returns how many files can be downloaded.
func (d *Export) Links() int {
	n := 0
	for _, f := range d.Files {
		if f.Link != "" {
			n++
		}
	}
	return n
}

// exportAnswer is table 3 of the API's page, exportEntry table 4.
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

// RequestExport starts the export of an instance's log if none runs, and returns its state: POST
// /v3/{project_id}/instances/{instance_id}/errorlog-download. The page shows no body; clients of sister clouds send {}.
func (c *Client) RequestExport(ctx context.Context, log Log, instanceID string) (*Export, error) {
	if !ValidInstanceID(instanceID) {
		return nil, errInstanceID
	}
	var wire exportAnswer
	m, err := c.post(ctx, struct{}{}, &wire, "instances", instanceID, string(log)+"-download")
	if err != nil {
		return nil, err
	}
	answer := &Export{Status: wire.Status.upper(), Count: wire.Count.count(), RequestID: m.requestID, ServerTime: m.date}
	if answer.Count < 0 {
		answer.Count = int64(len(wire.List))
	}
	answer.Files = make([]ExportFile, 0, len(wire.List))
	for i, entry := range wire.List {
		if entry == nil {
			return nil, m.undecodable(fmt.Errorf("entry %d of the list is null", i+1))
		}
		answer.Files = append(answer.Files, entry.file())
	}
	return answer, nil
}

func (e exportEntry) file() ExportFile {
	f := ExportFile{
		WorkflowID: e.WorkflowID.text(),
		FileName:   e.FileName.text(),
		Status:     e.Status.upper(),
		CreatedAt:  e.CreateAt.milliseconds(),
		UpdatedAt:  cmp.Or(e.UpdateAt.milliseconds(), e.UpdatedAt.milliseconds()),
	}
	if size := e.FileSize.count(); size >= 0 {
		f.Size = &size
	} else {
		f.SizeText = e.FileSize.printable()
	}
	if !f.Failed() {
		f.Link = downloadLink(e.FileLink.text())
		f.ExpiresAt = linkExpiry(f.Link)
	}
	return f
}
