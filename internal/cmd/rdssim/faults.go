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

const usage = `
Faults, with -fault KIND=WHAT or -fault KIND=WHAT*TIMES:

  KIND   %s
  WHAT   a status from 400 to 599; drop: the connection breaks; half: it breaks in the middle of the answer;
         hang: no answer; html: an HTML page with status 200; slow: a byte every ten milliseconds
  TIMES  a number, or always; 1 by default

  rds.errorlog and rds.slowlog are exports, rds.errorlog_rows is the error log's rows, rds.slowlog_statistics the slow
  statements, rds.instances the list of instances, rds.job the task of an export, and obs.get a download.

Incidents, with -incident NAME for all instances, or -incident INSTANCE=NAME for one: %s.

Examples:

  bin/rdssim -addr 127.0.0.1:8765 -incident connections            # what happened
  bin/rdssim -addr 127.0.0.1:8765 -fault 'rds.errorlog=503*3'      # three exports fail before one succeeds
  bin/rdssim -addr 127.0.0.1:8765 -fault obs.get=half              # the first download breaks
  bin/rdssim -addr 127.0.0.1:8765 -fleet 150 -rate 40 -window 1s   # 150 more instances, 40 calls in each second
`

// faultKinds lists what -fault takes as KIND.
func faultKinds() []string {
	return append(rdssim.Kinds(), "obs.get", "all")
}

// addFault reads one -fault.
func (s *settings) addFault(text string) error {
	kind, rest, ok := strings.Cut(text, "=")
	if !ok {
		return errors.New("it must have the form KIND=WHAT or KIND=WHAT*TIMES")
	}
	if !slices.Contains(faultKinds(), kind) {
		return fmt.Errorf("KIND must be one of %s", strings.Join(faultKinds(), ", "))
	}
	if kind == "all" {
		kind = ""
	}
	what, times, counted := strings.Cut(rest, "*")
	handler := faultHandler(what)
	if handler == nil {
		return errors.New("WHAT must be a status from 400 to 599, drop, half, hang, html or slow")
	}
	count := 1
	if times == "always" {
		count = -1
	} else if counted {
		n, err := strconv.ParseUint(times, 10, 31)
		if err != nil || n == 0 {
			return errors.New("TIMES must be a number, at least 1, or always")
		}
		count = int(n)
	}
	s.faults = append(s.faults, rdssim.Fault{Kind: kind, Times: count, Handler: handler})
	return nil
}

var namedFaults = map[string]http.HandlerFunc{
	"drop": rdssim.Drop(),
	"half": rdssim.HalfBody(),
	"hang": rdssim.Hang(),
	"html": rdssim.HTMLPage(http.StatusOK),
	"slow": rdssim.SlowBody(1, 10*time.Millisecond),
}

// faultHandler returns nil if what is unknown.
func faultHandler(what string) http.HandlerFunc {
	status, err := strconv.Atoi(what)
	switch {
	case err != nil || status < 400 || status > 599:
		return namedFaults[what]
	case status == http.StatusTooManyRequests:
		return rdssim.RetryAfter(status, "3")
	}
	return rdssim.APIError(status, "APIGW.0000", "A fault was injected: "+strconv.Itoa(status)+" "+http.StatusText(status))
}

// addIncident reads one -incident.
func (s *settings) addIncident(text string) error {
	instance, name, forOne := strings.Cut(text, "=")
	if !forOne {
		instance, name = "", text
	}
	if !slices.Contains(rdssim.Incidents(), name) {
		return fmt.Errorf("NAME must be one of %s", strings.Join(rdssim.Incidents(), ", "))
	}
	var ids []string
	for _, one := range rdssim.Instances() {
		if forOne && one.Name == instance {
			ids = append(ids, one.ID)
		}
	}
	if forOne && ids == nil {
		return fmt.Errorf("no instance has the name %q", instance)
	}
	s.options = append(s.options, rdssim.WithIncident(name, ids...))
	return nil
}
