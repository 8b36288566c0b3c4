// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestCLI_Interrupt: Ctrl-C ends the wait at once, also in an apply that still plans, of which the CLI tells its
// providers nothing. It goes to the whole process group, as a terminal sends it.
func TestCLI_Interrupt(t *testing.T) {
	data := ofInstance(rdssim.InstanceStuck, `timeouts = { read = "30s" }`)
	for name, c := range map[string]struct {
		configuration string
		shown         string // on the screen before Ctrl-C is pressed
		arguments     []string
		signal        syscall.Signal
	}{
		"plan":        {data, "Reading...", []string{"plan", "-no-color"}, syscall.SIGINT},
		"plan, ended": {data, "Reading...", []string{"plan", "-no-color"}, syscall.SIGTERM},
		"apply":       {data, "Reading...", []string{"apply", "-no-color", "-auto-approve"}, syscall.SIGINT},
		"invoke":      {saveAction(rdssim.InstanceStuck), "Waiting for the export: 0s", []string{"apply", "-no-color", "-auto-approve", "-invoke=action.rds_errorlog_download.orders"}, syscall.SIGINT},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "invoke" {
				rdstest.NeedTerraform(t, 1, 14, "actions")
			}
			screen, took := interruptWait(t, c.configuration, c.shown, c.arguments, c.signal)
			if took > time.Second {
				t.Errorf("ended %s after the interrupt", took)
			}
			if !strings.Contains(screen, "Unable to obtain error log links") || !wrapped("was interrupted after").MatchString(screen) {
				t.Error(screen)
			}
		})
	}
}

// interruptWait sends a signal, as Ctrl-C or timeout(1) does, once the first call has come and a text is shown, and
// returns what the screen shows in the end and how long the command then took.
func interruptWait(t *testing.T, configuration, shown string, arguments []string, signal syscall.Signal) (string, time.Duration) {
	t.Helper()
	asked := make(chan struct{})
	var once sync.Once
	c := rdstest.NewCLI(t, nil, rdssim.WithAnswer(rdssim.InstanceStuck, func(w http.ResponseWriter, _ *http.Request) {
		once.Do(func() { close(asked) })
		_, _ = io.WriteString(w, `{"status":"creating","list":[],"count":0}`)
	}))
	c.Write(t, "main.tf", requirement+configuration)
	cmd := c.Command(t, arguments...)
	screen := &watched{until: shown, seen: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = screen, screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	<-screen.seen
	start := time.Now()
	if err := syscall.Kill(-cmd.Process.Pid, signal); err != nil {
		t.Fatal(err)
	}
	if cmd.Wait() == nil {
		t.Error("the command succeeded")
	}
	return screen.text.String(), time.Since(start)
}

// watched keeps what is written to it, and tells when a text is there.
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
