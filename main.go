// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-rds is the plugin that Terraform and OpenTofu start. By hand it is only useful with -version.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/otc-rds/terraform-provider-rds/internal/provider"
)

// version is set by the linker in a release.
var version = "dev"

func main() {
	debugging := flag.Bool("debug", false, "run as a server that a debugger can attach to, and print how Terraform finds it")
	show := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *show {
		fmt.Println(version)
		return
	}
	// net/http logs answers that come unasked with their first bytes, which may be a secret. The provider's own log does
	// not use this logger.
	log.SetOutput(io.Discard)
	saveMemory()
	saveLogging()

	interrupt, cancel := interruption()
	calls := new(provider.Calls)
	var options []tf6server.ServeOpt
	if *debugging {
		options = append(options, tf6server.WithManagedDebug()) // a debugger's process may outlive its parent
	} else {
		go endOrphan(os.Getppid(), cancel, calls)
	}
	server := provider.NewServer(version, provider.Outside{Interrupt: interrupt, Calls: calls})
	if err := tf6server.Serve("registry.terraform.io/otc-rds/rds", server, options...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// interruption returns a context that ends with the first signal to end. It ends waits, not the server: Terraform ends its
// providers itself. timeout(1), a session that closes and CI systems send SIGTERM and SIGHUP to the process group. A signal
// that the parent process ignores (nohup) stays ignored.
func interruption() (context.Context, context.CancelFunc) {
	var signals []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	if len(signals) == 0 { // NotifyContext would catch all signals
		return context.WithCancel(context.Background())
	}
	interrupt, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(interrupt, stop) // the system handles a second signal
	return interrupt, stop
}

// endOrphan ends the process if Terraform can no longer do so because it is gone. It interrupts what is under way, and exits
// once that has cleaned up. A signal alone ends nothing: after a Ctrl-C that went to both, Terraform still closes what it
// has opened, possibly much later, while another provider works on. Windows keeps the parent's ID when the parent ends: there,
// an orphan stays.
func endOrphan(parent int, cancel context.CancelFunc, calls *provider.Calls) {
	for range time.Tick(500 * time.Millisecond) {
		if os.Getppid() == parent {
			continue
		}
		cancel()
		if calls.Idle() {
			os.Exit(1)
		}
	}
}

// saveMemory collects garbage earlier than Go's default. A provider mostly waits for answers, so nobody notices the work,
// and 200 instances at once need a fifth less memory: CI machines are small. GOGC in the environment wins.
func saveMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(25)
	}
}

// saveLogging keeps the libraries from writing log lines that nobody reads. Without it they write every line at TRACE,
// whatever TF_LOG is, and Terraform reads and drops them:
// https://github.com/hashicorp/terraform-plugin-framework/issues/1269. Terraform shows a provider's log at the level of
// TF_LOG_PROVIDER, else of TF_LOG. The libraries' own variables win.
func saveLogging() {
	level := cmp.Or(os.Getenv("TF_LOG_PROVIDER"), os.Getenv("TF_LOG"), "OFF")
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_RDS"} {
		if os.Getenv(name) == "" {
			_ = os.Setenv(name, level) // fails for impossible names only
		}
	}
}
