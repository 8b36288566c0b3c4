// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Command assume compares a real cloud with the assumptions that the simulator makes.
//
// Package rdssim lists by number what the documents leave open. This program walks once through a cloud with one DB
// instance (steps.go, walk.go), and keeps a record. Then it prints for each assumption whether it holds by the record
// (checks.go), with the evidence. It is read-only but for the exports of the instance's logs. It does not ask what would
// disturb or lock somebody, and prints the reason. Credentials come from the environment or from clouds.yaml, as the
// provider's do. The output has no secret: no credential, no token, no query of a download link, no text of a log.
//
// Exit status: 0 if everything that could be asked holds; 1 if something does not, if the login or an export failed, or
// after Ctrl-C; 2 for wrong arguments.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	configured "github.com/otc-rds/terraform-provider-rds/internal/settings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], outside{network: realNetwork, stdout: os.Stdout, stderr: os.Stderr})
	stop()
	os.Exit(status)
}

// outside is what the program takes from the world around it.
type outside struct {
	environment    configured.Environment // zero: the environment of the process
	network        func(*tls.Config) http.RoundTripper
	stdout, stderr io.Writer
}

func realNetwork(settings *tls.Config) http.RoundTripper {
	network := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http documents the type
	network.TLSClientConfig = settings
	network.DisableCompression = true // the checks judge answers as they are on the wire
	return network
}

// run returns the exit status.
func run(ctx context.Context, args []string, o outside) int {
	w := &walk{outside: o, known: map[string]string{}}
	flags := flag.NewFlagSet("assume [flags] INSTANCE_ID, with credentials in OS_…", flag.ContinueOnError)
	flags.SetOutput(o.stderr)
	flags.BoolVar(&w.patient, "patient", false, "also wait until a link expires, and some 15 minutes for the next export")
	flags.DurationVar(&w.timeout, "timeout", 10*time.Minute, "how long an export may take")
	if flags.Parse(args) != nil {
		return 2
	}
	w.id = flags.Arg(0)
	wrong := ""
	switch {
	case flags.NArg() != 1:
		wrong = "name one DB instance, such as 3d39c18788b54a919bab633874c159dfin03"
	case !rds.ValidInstanceID(w.id):
		wrong = "an instance id holds letters, digits and hyphens only"
	case w.timeout <= 0:
		wrong = "-timeout must be positive"
	}
	if wrong != "" {
		_, _ = fmt.Fprintln(o.stderr, "assume: "+wrong)
		return 2
	}
	longest := 2*w.timeout + 10*time.Minute // two exports, and some 60 other requests
	if w.patient {
		longest += 40 * time.Minute // the end of a link, and the next export
	}
	ctx, cancel := context.WithTimeoutCause(ctx, longest, fmt.Errorf("the walk took longer than %s", longest))
	defer cancel()
	if err := w.logIn(ctx); err != nil {
		_, _ = fmt.Fprintln(o.stderr, "assume: "+explain(err))
		return 1
	}
	_, _ = fmt.Fprintf(o.stdout, "Asking RDS at %s, project %s, about DB instance %s.\n\n",
		w.endpoint.URL.Host, w.endpoint.ProjectID, w.id)
	return w.report(w.everything(ctx))
}

// explain returns the text of an error that stops the program before its first question.
func explain(err error) string {
	if config, ok := errors.AsType[*configured.Error](err); ok {
		return config.Summary + "\n\n" + config.Detail
	}
	if caller, ok := errors.AsType[*identity.Error](err); ok {
		return caller.Summary() + "\n\n" + caller.Detail()
	}
	return err.Error()
}

// verdict is the result for one assumption.
type verdict string

const (
	holds       verdict = "holds"
	holdsInPart verdict = "holds as far as it was asked"
	doesNotHold verdict = "DOES NOT HOLD"
	notAsked    verdict = "cannot be asked"
)

// report prints the verdict on each assumption with the evidence, and returns the exit status.
func (w *walk) report(err error) int {
	count := map[verdict]int{}
	for _, a := range rdssim.Assumptions() {
		j := &judge{walk: w}
		for _, check := range checks[a.Number] {
			check(j)
		}
		result, evidence := holds, strings.Join(j.evidence, "; ")
		switch {
		case j.wrong:
			result = doesNotHold
		case j.lacking != "":
			result, evidence = notAsked, j.lacking
		case j.open != "":
			result, evidence = holdsInPart, evidence+"; "+j.open
		}
		count[result]++
		_, _ = fmt.Fprintf(w.stdout, "\n%s\n  %s: %s\n", a, result, w.safe(evidence))
	}
	_, _ = fmt.Fprintf(w.stdout, "\n%d hold, %d more as far as they were asked, %d do not hold, %d cannot be asked here.\n",
		count[holds], count[holdsInPart], count[doesNotHold], count[notAsked])
	if err != nil {
		_, _ = fmt.Fprintf(w.stdout, "The walk did not end well, so some questions stay open: %s\n", w.safe(err.Error()))
	}
	if count[doesNotHold] > 0 || err != nil {
		return 1
	}
	return 0
}
