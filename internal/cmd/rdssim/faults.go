// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const faultUsage = `
Faults: KIND is login, iam.projects, iam.catalog, rds.errorlog, rds.job, obs.get or all. WHAT is a status from 400 to 599,
drop (the connection breaks), half (it breaks amid the answer), hang (no answer ever), html (a page for people with status 200)
or slow (a byte in ten milliseconds). TIMES is a number, 1 if it is left out, or always. Examples:

  -fault rds.errorlog=503*3    the first three errorlog-downloads are answered 503
  -fault obs.get=half          the first download breaks off
`

var faultKinds = []string{"login", "iam.projects", "iam.catalog", "rds.errorlog", "rds.job", "obs.get", "all"}

// addFault reads one -fault.
func (s *settings) addFault(text string) error {
	kind, rest, ok := strings.Cut(text, "=")
	if !ok {
		return errors.New("it is not of the form KIND=WHAT or KIND=WHAT*TIMES")
	}
	if !slices.Contains(faultKinds, kind) {
		return fmt.Errorf("KIND must be one of %s", strings.Join(faultKinds, ", "))
	}
	what, times, counted := strings.Cut(rest, "*")
	f := rdssim.Fault{Kind: kind, Times: 1, Handler: faultHandler(what)}
	if kind == "all" {
		f.Kind = ""
	}
	if f.Handler == nil {
		return errors.New("WHAT must be a status from 400 to 599, drop, half, hang, html or slow")
	}
	if counted {
		n, err := strconv.ParseUint(times, 10, 31)
		switch {
		case times == "always":
			f.Times = -1
		case err != nil || n == 0:
			return errors.New("TIMES must be a number, at least 1, or always")
		default:
			f.Times = int(n)
		}
	}
	s.faults = append(s.faults, f)
	return nil
}

// faultHandler returns nil for what it does not know.
func faultHandler(what string) http.HandlerFunc {
	switch what {
	case "drop":
		return rdssim.Drop()
	case "half":
		return rdssim.HalfBody()
	case "hang":
		return rdssim.Hang()
	case "html":
		return rdssim.HTMLPage(http.StatusOK)
	case "slow":
		return rdssim.SlowBody(1, 10*time.Millisecond)
	}
	status, err := strconv.Atoi(what)
	switch {
	case err != nil || status < 400 || status > 599:
		return nil
	case status == http.StatusTooManyRequests:
		return rdssim.RetryAfter(status, "3")
	}
	return rdssim.APIError(status, "APIGW.0000", "A fault was injected: "+strconv.Itoa(status)+" "+http.StatusText(status))
}
