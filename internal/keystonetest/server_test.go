//go:build keystone

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package keystonetest

import (
	"bufio"
	"context"
	"crypto/rand"
	_ "embed" // for serve.py
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// python is Debian's own: packages of apt's are not seen by any other that may come first on PATH.
const python = "/usr/bin/python3"

//go:embed serve.py
var serveProgram string

// Keystone is a running identity server, empty but for its administrator.
type Keystone struct {
	// AuthURL is its address, such as http://127.0.0.1:4711/v3.
	AuthURL string
	// Version is that of Keystone, such as 22.0.2.
	Version string

	admin string // the administrator's token
}

const configuration = `[DEFAULT]
log_file = %[1]s/keystone.log

[database]
connection = sqlite:///%[1]s/keystone.db

[auth]
methods = password,token,totp

[fernet_tokens]
key_repository = %[1]s/fernet-keys

[credential]
key_repository = %[1]s/credential-keys

[identity]
# The cheapest there is: these passwords are public.
password_hash_rounds = 4
`

// Start runs a Keystone until the test's end. That there is none on the machine is a failure: a test that is skipped
// proves nothing.
func Start(tb testing.TB) *Keystone {
	tb.Helper()
	folder := tb.TempDir()
	config := filepath.Join(folder, "keystone.conf")
	write(tb, config, fmt.Sprintf(configuration, folder))
	write(tb, filepath.Join(folder, "serve.py"), serveProgram)
	for _, keys := range []string{"fernet-keys", "credential-keys"} {
		if err := os.Mkdir(filepath.Join(folder, keys), 0o700); err != nil {
			tb.Fatal(err)
		}
	}
	password := rand.Text()
	prepare(tb, folder, config, password)
	address, version, _ := strings.Cut(serve(tb, folder, config), " ")
	k := &Keystone{AuthURL: address + "/v3", Version: version}
	k.admin = k.Login(tb, Login{UserName: "admin", Password: password, DomainName: "Default", ProjectName: "admin"})
	return k
}

// prepare makes what Keystone needs to start. Each step takes seconds, nearly all of them for Python's imports, so
// that those which can run side by side do.
func prepare(tb testing.TB, folder, config, password string) {
	tb.Helper()
	// Without a write-ahead log, readers lock writers out and requests that come at the same time fail.
	run(tb, folder, nil, python, "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('pragma journal_mode=wal')",
		filepath.Join(folder, "keystone.db"))
	var steps sync.WaitGroup
	for _, step := range []string{"db_sync", "fernet_setup", "credential_setup"} {
		arguments := []string{"--config-file", config, step}
		if step != "db_sync" {
			arguments = append(arguments, "--keystone-user", fmt.Sprint(os.Getuid()), "--keystone-group", fmt.Sprint(os.Getgid()))
		}
		steps.Go(func() { run(tb, folder, nil, "/usr/bin/keystone-manage", arguments...) })
	}
	steps.Wait()
	if tb.Failed() {
		tb.FailNow()
	}
	run(tb, folder, []string{"OS_BOOTSTRAP_PASSWORD=" + password}, "/usr/bin/keystone-manage", "--config-file", config, "bootstrap")
	if tb.Failed() {
		tb.FailNow()
	}
}

// run runs a program to its end. It may be called from any goroutine: a failure does not end the test.
func run(tb testing.TB, folder string, env []string, program string, arguments ...string) {
	cmd := exec.CommandContext(tb.Context(), program, arguments...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Errorf("%s %q: %v\n%s", program, arguments, err, out)
	}
}

// serve starts the server and returns its first line: address and version.
func serve(tb testing.TB, folder, config string) string {
	tb.Helper()
	access, err := os.Create(filepath.Join(folder, "access.log"))
	if err != nil {
		tb.Fatal(err)
	}
	// The server outlives the context of a test by the moment that its clean-up takes.
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), python, filepath.Join(folder, "serve.py"))
	cmd.Dir, cmd.Env, cmd.Stderr = folder, append(os.Environ(), "OS_KEYSTONE_CONFIG_FILES="+config), access
	stdin, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		// Its last moment is the end of its input; what does not end by itself is ended.
		_ = stdin.Close()
		late := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		if !late.Stop() {
			tb.Error("Keystone had to be killed")
		}
		_ = access.Close()
		if tb.Failed() {
			tb.Logf("Keystone's log:\n%s%s", tail(filepath.Join(folder, "keystone.log")), tail(access.Name()))
		}
	})
	first, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		tb.Fatalf("Keystone did not start: %v\n%s", err, tail(access.Name()))
	}
	return strings.TrimSpace(first)
}

func write(tb testing.TB, path, content string) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// tail returns the last 8 kB of a file, or why there are none.
func tail(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = file.Close() }()
	if _, err := file.Seek(-8<<10, io.SeekEnd); err != nil {
		_, _ = file.Seek(0, io.SeekStart) // the file is shorter
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
