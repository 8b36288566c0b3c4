// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package diagnose

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// This file has the parts that texts are made of.

// listed ends a sentence with the state of each file.
func listed(files []rds.ExportFile) string {
	if len(files) == 0 {
		return ", and no file was listed."
	}
	var lines []string
	for _, f := range files {
		line := fileName(f) + ": " + fileState(f)
		if f.WorkflowID != "" {
			line += ", task " + apierror.Printable(f.WorkflowID)
		}
		lines = append(lines, line)
	}
	return ":\n\n" + Indented(lines)
}

// mostLines bounds a list in a text, so that a screen can show it.
const mostLines = 20

// Indented returns lines for a diagnostic. Terraform does not wrap lines that begin with a space.
func Indented(lines []string) string {
	if more := len(lines) - mostLines; more > 0 {
		lines = append(slices.Clone(lines[:mostLines]), fmt.Sprintf("and %d more", more))
	}
	return "  " + strings.Join(lines, "\n  ")
}

func fileState(f rds.ExportFile) string {
	switch {
	case f.Link == "" && f.Status == rds.StatusSuccess:
		return f.Status + " without a link"
	case f.Status == "":
		return "no status"
	default:
		return f.Status
	}
}

func fileName(f rds.ExportFile) string {
	if f.FileName == "" {
		return "(a file without a name)"
	}
	return apierror.Printable(f.FileName)
}

func statusWord(status string) string {
	if status == "" {
		return "no status"
	}
	return "status " + status
}

// labelled is a line of a diagnostic, or "" if there is no value.
func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return fmt.Sprintf("%-12s%s\n", label+":", value) // as apierror does
}

func refusalLines(e *rds.Error) string { return e.Lines() + labelled("Location", e.Location) }

// faultLines shows a fault that a wait has survived.
func (t Tried) faultLines(fault error) string {
	var lines string
	switch e := known(fault).(type) {
	case *rds.Error:
		lines = refusalLines(e)
	case *identity.Error:
		lines = strings.TrimSuffix(e.Detail(), "\n\n"+e.Hint) // the hint comes at the end of the text
	default:
		lines = answerOf(fault).Lines()
	}
	if lines == "" {
		lines = labelled("Tried", apierror.Printable(fault.Error()))
	}
	return strings.TrimSuffix(lines, "\n")
}

// answerOf returns the answer behind an error; its status is 0 if there was none.
func answerOf(err error) apierror.Refusal {
	switch e := known(err).(type) {
	case *rds.Error:
		return e.Refusal
	case *transport.FaultError:
		return e.Refusal
	case *rds.DecodeError:
		return apierror.Refusal{StatusCode: http.StatusOK, Message: e.Error(), RequestID: e.RequestID}
	case *identity.Error:
		return answerOf(e.Err)
	default:
		return apierror.Refusal{}
	}
}

// LastAnswer returns the answer that decided about an error.
func LastAnswer(err error) apierror.Refusal {
	switch e := known(err).(type) {
	case *rds.ExportError:
		return apierror.Refusal{StatusCode: http.StatusOK, Message: e.FailReason, RequestID: e.Last.RequestID}
	case *rds.MissingLinkError:
		return apierror.Refusal{StatusCode: http.StatusOK, RequestID: e.Last.RequestID}
	case *rds.TimeoutError:
		if e.Last == nil || e.Fault != nil && e.Outage != nil {
			return answerOf(e.Fault)
		}
		return apierror.Refusal{StatusCode: http.StatusOK, RequestID: e.Last.RequestID}
	default:
		return answerOf(err)
	}
}

// deadProxy returns the address of the proxy if no connection to it could be made, else "".
func deadProxy(err error) string {
	var through, dial *net.OpError
	if !errors.As(err, &through) || through.Op != "proxyconnect" || !errors.As(through.Err, &dial) || dial.Addr == nil {
		return ""
	}
	return dial.Addr.String()
}

// calls returns the number of calls, and of the requests for them if there were retries: "1 call (sent 6 times)".
func calls(p rds.Progress) string {
	text := "1 call"
	if p.Calls != 1 {
		text = fmt.Sprintf("%d calls", p.Calls)
	}
	if p.Sent > p.Calls {
		text += fmt.Sprintf(" (sent %d times)", p.Sent)
	}
	return text
}

// Span returns a duration in whole seconds, with at most two units: "20 s", "1 min 15 s", "2 h".
func Span(d time.Duration) string {
	d = d.Round(time.Second)
	parts := []struct {
		n    time.Duration
		unit string
	}{{d / time.Hour, "h"}, {d / time.Minute % 60, "min"}, {d / time.Second % 60, "s"}}
	var words []string
	for _, p := range parts {
		if p.n > 0 && len(words) < 2 {
			words = append(words, fmt.Sprintf("%d %s", p.n, p.unit))
		}
	}
	if len(words) == 0 {
		return "0 s"
	}
	return strings.Join(words, " ")
}
