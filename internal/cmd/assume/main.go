// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Command assume asks a real cloud what the simulator takes for true about it.
//
// The project was written against the cloud's documents and a simulator. What the documents leave open is assumed:
// package rdssim lists the assumptions by number. On the day somebody has an account, this program walks through them
// with one DB instance, in order, and prints for each whether it holds, with the evidence. It is read-only but for
// the export of the instance's error log, which every answer of errorlog-download implies. What would disturb or lock
// somebody is not asked, and the reason is printed in its place.
//
// Credentials come from the environment, or from clouds.yaml, as the provider's do. No secret is printed: neither a
// credential nor a token nor the query of a download link.
//
//	main.go      arguments, the walk, what is printed
//	cloud.go     the cloud that is asked: clients, endpoint, login
//	record.go    every request and its answer, as they went over the wire
//	export.go    one export from its first call to its links
//	questions*.go   one function for each assumption that can be asked
//
// Exit status: 0 where everything that could be asked holds, 1 where something does not or nothing could be asked, 2
// for wrong arguments.
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
	environment    configured.Environment // zero: the process's own
	network        func(*tls.Config) http.RoundTripper
	stdout, stderr io.Writer
}

func realNetwork(settings *tls.Config) http.RoundTripper {
	network := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http documents the type
	network.TLSClientConfig = settings
	network.DisableCompression = true // the answers are judged as they are on the wire
	return network
}

// settings are the program's arguments.
type settings struct {
	instanceID string
	patient    bool
	timeout    time.Duration
}

var errUsage = errors.New("usage")

func parseSettings(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("assume", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&s.patient, "patient", false,
		"also ask what takes its time: that a link expires, and that a new export starts after some 15 minutes")
	flags.DurationVar(&s.timeout, "timeout", 10*time.Minute, "how long the export may take")
	flags.Usage = func() {
		_, _ = fmt.Fprint(stderr, "Usage: assume [flags] INSTANCE_ID\n\n"+
			"Asks a real cloud what the simulator takes for true about it. Credentials come from the environment (OS_…).\n\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return s, errUsage
	}
	s.instanceID = flags.Arg(0)
	switch {
	case flags.NArg() != 1:
		_, _ = fmt.Fprintln(stderr, "assume: name one DB instance, such as 3d39c18788b54a919bab633874c159dfin03")
	case !rds.ValidInstanceID(s.instanceID):
		_, _ = fmt.Fprintln(stderr, "assume: an instance id holds letters, digits and hyphens only")
	case s.timeout <= 0:
		_, _ = fmt.Fprintln(stderr, "assume: -timeout must be positive")
	default:
		return s, nil
	}
	return s, errUsage
}

// run returns the exit status.
func run(ctx context.Context, args []string, o outside) int {
	s, err := parseSettings(args, o.stderr)
	if err != nil {
		return 2
	}
	c, err := newCloud(ctx, s, o)
	if err != nil {
		_, _ = fmt.Fprintln(o.stderr, "assume: "+explain(err))
		return 1
	}
	_, _ = fmt.Fprintf(o.stdout, "Asking RDS at %s, project %s, about DB instance %s.\n",
		c.endpoint.URL.Host, c.endpoint.ProjectID, s.instanceID)
	return c.walk(ctx, o.stdout)
}

// explain makes text of what stops the program before its first question.
func explain(err error) string {
	var config *configured.Error
	var caller *identity.Error
	switch {
	case errors.As(err, &config):
		return config.Summary + "\n\n" + config.Detail
	case errors.As(err, &caller):
		return caller.Summary() + "\n\n" + caller.Detail()
	default:
		return err.Error()
	}
}

// verdict is what became of a question.
type verdict string

const (
	holds       verdict = "holds"
	holdsInPart verdict = "holds as far as it was asked"
	doesNotHold verdict = "DOES NOT HOLD"
	notAsked    verdict = "cannot be asked"
)

// finding is a verdict with what speaks for it.
type finding struct {
	verdict  verdict
	evidence string
}

func yes(format string, values ...any) finding { return finding{holds, fmt.Sprintf(format, values...)} }

// partly is for an assumption of which a part was not asked; the evidence has which.
func partly(format string, values ...any) finding {
	return finding{holdsInPart, fmt.Sprintf(format, values...)}
}

func no(format string, values ...any) finding {
	return finding{doesNotHold, fmt.Sprintf(format, values...)}
}

func cannot(format string, values ...any) finding {
	return finding{notAsked, fmt.Sprintf(format, values...)}
}

// walk asks every question in order and prints what it finds.
func (c *cloud) walk(ctx context.Context, w io.Writer) int {
	count := map[verdict]int{}
	for _, a := range rdssim.Assumptions() {
		f := cannot("there is no question for it yet")
		if ask := questions[a.Number]; ask != nil {
			f = ask(ctx, c)
		}
		if ctx.Err() != nil {
			_, _ = fmt.Fprintln(w, "\nInterrupted.")
			return 1
		}
		count[f.verdict]++
		_, _ = fmt.Fprintf(w, "\n%s\n  %s: %s\n", a, f.verdict, strings.TrimSuffix(c.withoutSecrets(f.evidence), "."))
	}
	_, _ = fmt.Fprintf(w, "\n%d hold, %d more as far as they were asked, %d do not hold, %d cannot be asked here.\n",
		count[holds], count[holdsInPart], count[doesNotHold], count[notAsked])
	if count[doesNotHold] > 0 {
		_, _ = fmt.Fprintln(w, "What does not hold is simulated wrongly: "+
			"the code in internal/rdssim names each assumption by its number where it is made.")
	}
	if err := c.exportError(); err != nil {
		_, _ = fmt.Fprintf(w, "The export did not end well, so most questions about it stay open: %s\n", c.withoutSecrets(err.Error()))
		return 1
	}
	if count[doesNotHold] > 0 {
		return 1
	}
	return 0
}
