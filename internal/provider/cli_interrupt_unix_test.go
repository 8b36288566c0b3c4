// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider_test

import (
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// soon is far less than the waits here would take by themselves, and more than a busy machine needs to end a command.
const soon = 15 * time.Second

// interruptions are the ways to interrupt an object. The first object has all of them.
type interruption struct {
	name          string
	configuration string
	shown         string // on the screen before Ctrl-C is pressed
	arguments     []string
	signal        syscall.Signal
}

func (o object) interruptions() []interruption {
	data := o.data(rdssim.InstanceHealthy, `timeouts { read = "60s" }`)
	all := []interruption{{"plan", data, "Reading...", []string{"plan", "-no-color"}, syscall.SIGINT}}
	if o.name == objects[0].name {
		all = append(all,
			interruption{"plan, ended", data, "Reading...", []string{"plan", "-no-color"}, syscall.SIGTERM},
			interruption{"apply", data, "Reading...", []string{"apply", "-no-color", "-auto-approve"}, syscall.SIGINT})
	}
	if o.action {
		all = append(all, interruption{
			"invoke", o.saving(rdssim.InstanceHealthy), "Waiting for the export of the ",
			[]string{"apply", "-no-color", "-auto-approve", o.invoke()},
			syscall.SIGINT,
		})
	}
	return all
}

// TestCLI_Interrupt: Ctrl-C ends the wait at once, also in an apply that still plans, when the CLI does not stop its
// providers. It goes to the whole process group, as a terminal sends it.
func TestCLI_Interrupt(t *testing.T) {
	each(t, func(t *testing.T, o object) {
		for _, c := range o.interruptions() {
			t.Run(c.name, func(t *testing.T) {
				if c.name == "invoke" {
					rdstest.NeedTerraform(t, 14, "actions")
				}
				interrupt(t, o, c)
			})
		}
	})
}

func interrupt(t *testing.T, o object, c interruption) {
	t.Helper()
	cli, asked := neverDone(t, o, c.configuration)
	r := start(t, cli.Command(t, c.arguments...), c.shown)
	r.until(asked)
	r.until(r.screen.seen)
	begin := time.Now()
	r.send(c.signal)
	if err := <-r.ended; err == nil {
		t.Error("the command succeeded, want an error")
	}
	if took := time.Since(begin); took > soon {
		t.Errorf("ended %s after the interrupt, want less than %s", took, soon)
	}
	screen := r.screen.text.String()
	if !strings.Contains(screen, "Unable to "+o.unable) {
		t.Errorf("got %s, want Unable to %s in it", screen, o.unable)
	}
	if !wrapped("Interrupted after").MatchString(screen) {
		t.Errorf("got %s, want Interrupted after in it", screen)
	}
}

// TestCLI_NoHangup: a command that was started with nohup outlives the session that is closed, and its provider too.
func TestCLI_NoHangup(t *testing.T) {
	cli, asked := neverDone(t, objects[0], ofInstance(rdssim.InstanceHealthy))
	command := cli.Command(t, "plan", "-no-color")
	shell := exec.CommandContext(
		t.Context(), "/bin/sh", append([]string{"-c", `trap "" HUP; exec "$0" "$@"`, command.Path}, command.Args[1:]...)...,
	)
	shell.Dir, shell.Env = command.Dir, command.Env
	r := start(t, shell, "Reading...")
	r.until(asked)
	r.until(r.screen.seen)
	r.send(syscall.SIGHUP)
	cli.Cloud.Heal() // and the export is done
	if err := <-r.ended; err != nil {
		t.Errorf("%v: %s", err, r.screen.text.String())
	}
}

// neverDone is a CLI with a configuration, and a cloud that has no result for an object until it heals. asked is closed by
// the first call.
func neverDone(t *testing.T, o object, configuration string) (cli *rdstest.CLI, asked chan struct{}) {
	t.Helper()
	asked = make(chan struct{})
	var once sync.Once
	cli = rdstest.NewCLI(t, nil, rdssim.WithExportDuration(0))
	cli.Cloud.Inject(rdssim.Fault{Kind: o.calls, Times: forEver, Handler: func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(asked) })
		o.pending(w, r)
	}})
	cli.Write(t, "main.tf", requirement+configuration)
	return cli, asked
}

// running is a command in its own process group.
type running struct {
	t      *testing.T
	cmd    *exec.Cmd
	screen *watched
	ended  chan error
}

// start starts a command and watches its screen for a text.
func start(t *testing.T, cmd *exec.Cmd, shown string) *running {
	t.Helper()
	r := &running{t: t, cmd: cmd, screen: &watched{until: shown, seen: make(chan struct{})}, ended: make(chan error, 1)}
	cmd.Stdout, cmd.Stderr = r.screen, r.screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { r.ended <- cmd.Wait() }()
	return r
}

// until waits for something that must come before the command ends.
func (r *running) until(something chan struct{}) {
	r.t.Helper()
	select {
	case <-something:
	case err := <-r.ended:
		r.t.Fatalf("ended too early, %v: %s", err, r.screen.text.String())
	}
}

// send sends a signal, as Ctrl-C, timeout(1) or the end of a session does.
func (r *running) send(signal syscall.Signal) {
	r.t.Helper()
	if err := syscall.Kill(-r.cmd.Process.Pid, signal); err != nil {
		r.t.Fatal(err)
	}
}

// watched keeps what is written to it, and closes seen when a text is there.
type watched struct {
	text  strings.Builder
	until string
	seen  chan struct{}
}

func (w *watched) Write(p []byte) (int, error) {
	there := strings.Contains(w.text.String(), w.until)
	w.text.Write(p)
	if !there && strings.Contains(w.text.String(), w.until) {
		close(w.seen)
	}
	return len(p), nil
}
