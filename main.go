// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-rds is the plugin that Terraform and OpenTofu start. It is not meant to be run by hand,
// but for -version.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	runtimedebug "runtime/debug"
	"syscall"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/otc-rds/terraform-provider-rds/internal/provider"
)

// version is set by the linker in a release.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "run as a server that a debugger can attach to, and print how Terraform finds it")
	show := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *show {
		fmt.Println(version)
		return
	}
	spareMemory()
	interrupt := interruption()
	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	server := provider.NewServer(version, provider.Outside{Interrupt: interrupt})
	if err := tf6server.Serve("registry.terraform.io/otc-rds/rds", server, options...); err != nil {
		log.Fatal(err)
	}
}

// interruption is a context that ends with the first signal to end. Terraform ends its providers itself: the signal ends
// what they wait for, and not the server. SIGTERM and SIGHUP come to the whole process group from timeout(1), a session
// that is closed, or a CI system. What whoever started Terraform has it ignore, nohup(1) say, is ignored here too.
func interruption() context.Context {
	var signals []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	if len(signals) == 0 { // package signal would take that for all there are
		return context.Background()
	}
	interrupt, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(interrupt, stop) // a second one is the system's to handle
	return interrupt
}

// spareMemory collects garbage earlier than Go does by itself. A provider waits for answers most of its time, so the
// work costs nothing that anyone notices, and two hundred instances at once take a fifth less memory: CI machines are
// small. GOGC in the environment wins.
func spareMemory() {
	if os.Getenv("GOGC") == "" {
		runtimedebug.SetGCPercent(25)
	}
}
