// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

func TestNamesAreMadeSafe(t *testing.T) {
	long := strings.Repeat("n", 300)
	for name, want := range map[string]string{
		exported:                 exported,
		"postgresql.log.1.gz":    "postgresql.log.1.gz",
		"":                       "unnamed",
		".":                      "unnamed",
		"..":                     "unnamed",
		"../../etc/passwd":       "___.._etc_passwd",
		"/etc/passwd":            "_etc_passwd",
		`C:\Windows\win.ini`:     "C__Windows_win.ini",
		`\\server\share\x`:       "__server_share_x",
		"a/../b":                 "a_.._b",
		"log:stream":             "log_stream",
		"-rf":                    "_rf",
		"--help":                 "__help",
		".bashrc":                "_bashrc",
		".download-x.part":       "_download-x.part",
		"a.":                     "a_",
		"a...":                   "a___",
		"a ":                     "a_",
		" a":                     "_a",
		"a. .":                   "a.__",
		"~root":                  "_root",
		"$(reboot)":              "__reboot_",
		"a`b'c\"d":               "a_b_c_d",
		"a|b;c&d<e>f*g?":         "a_b_c_d_e_f_g_",
		"tab\tnew\nline\r":       "tab_new_line_",
		"nul\x00byte":            "nul_byte",
		"esc\x1b[31mred":         "esc__31mred",
		"del\x7f":                "del_",
		"bad\xff\xfeutf8":        "bad__utf8",
		"ü":                      "unnamed",
		"größe.log":              "gr__e.log",
		"e\u0301":                "e_",          // composed of two
		"a\u202egnp.exe":         "a_gnp.exe",   // turns the order round
		"a\u200bb":               "a_b",         // no width
		"\uff0e\uff0e\uff0fx":    "___x",        // wide dots and slash
		"a\u2215b\u2044c\u29f8":  "a_b_c_",      // look like a slash
		"аdmin":                  "_dmin",       // a Cyrillic a
		"a.sha256":               "a.sha256_",   // the name of a checksum
		"a.SHA256":               "a.SHA256_",   //
		"a.sha256.gz":            "a.sha256.gz", // none
		"CON.sha256":             "_CON.sha256_",
		"CON":                    "_CON",        // devices of Windows
		"con":                    "_con",        //
		"Nul.txt":                "_Nul.txt",    //
		"aux.tar.gz":             "_aux.tar.gz", //
		"PRN.":                   "PRN_",        // no device any more
		"COM1":                   "_COM1",       //
		"com0.log":               "_com0.log",   //
		"LPT9":                   "_LPT9",       //
		"COM\u00b9":              "COM_",        // Windows takes a high one too
		"COM10":                  "COM10",       // none
		"COM":                    "COM",         // none
		"CONSOLE":                "CONSOLE",     // none
		"CONIN$":                 "CONIN_",      //
		long:                     long[:236],
		"NUL." + long:            "_NUL." + long[:231],
		strings.Repeat(".", 300): "unnamed",
		long[:235] + "." + long:  long[:235] + "_",
	} {
		if got := download.SafeNames([]string{name}); got[0] != want {
			t.Errorf("%q becomes %q, want %q", name, got[0], want)
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	long := strings.Repeat("n", 300)
	for _, c := range []struct{ names, want []string }{
		{[]string{"a", "b", "c"}, []string{"a", "b", "c"}},
		{[]string{"a", "a", "a"}, []string{"a", "a-2", "a-3"}},
		{[]string{"a", "A", "a"}, []string{"a", "A-2", "a-3"}},
		{[]string{"a", "a-2", "a"}, []string{"a", "a-2", "a-3"}},
		{[]string{"a", "a", "a-2", "a-2"}, []string{"a", "a-2", "a-2-2", "a-2-3"}},
		{[]string{"a/b", "a_b", "a\\b"}, []string{"a_b", "a_b-2", "a_b-3"}},
		{[]string{"", "", "unnamed"}, []string{"unnamed", "unnamed-2", "unnamed-3"}},
		{[]string{"a", "a.gz"}, []string{"a", "a-2.gz"}}, // "a" may become a.gz
		{[]string{"a.zip", "a.GZ", "a"}, []string{"a.zip", "a-2.GZ", "a-3"}},
		{[]string{"a.gz", "a.gz.zip"}, []string{"a.gz", "a.gz-2.zip"}}, // a.gz may become a.gz.zip
		{[]string{"a.log", "a.log"}, []string{"a.log", "a.log-2"}},
		{[]string{long, long + "x"}, []string{long[:236], long[:236] + "-2"}},
		{[]string{"a", "a.sha256", "a.sha256_"}, []string{"a", "a.sha256_", "a.sha256_-2"}},
		{[]string{"CON", "_con"}, []string{"_CON", "_con-2"}},
		{nil, []string{}},
	} {
		if diff := cmp.Diff(c.want, download.SafeNames(c.names)); diff != "" {
			t.Errorf("%q: %s", c.names, diff)
		}
	}
}

// TestManyFilesOfOneName takes no time worth speaking of.
func TestManyFilesOfOneName(t *testing.T) {
	names := download.SafeNames(slices.Repeat([]string{"a"}, 50_000))
	if names[0] != "a" || names[49_999] != "a-50000" {
		t.Errorf("got %q and %q, want a and a-50000", names[0], names[49_999])
	}
}

var safe = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)

// FuzzSafeNames takes names, one a line, and the begin of contents. The names of files and checksums are safe and differ,
// also if case does not count.
func FuzzSafeNames(f *testing.F) {
	f.Add("054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589", []byte("\x1f\x8b\x08\x00"))
	f.Add("a\na\nA\na.gz\na.gz.zip\na-2", []byte("PK\x03\x04"))
	f.Add("../x\n..\n.\n\nCON\nnul.gz\n-rf\na.sha256\na.SHA256.gz\na", []byte("text"))
	f.Add(strings.Repeat("é", 300)+"\n"+strings.Repeat("x", 300)+"\n"+strings.Repeat("x", 236)+".gz", []byte("\x1f\x8b\x08"))
	f.Add("a\xff\x00\u202e\n\uff0e\uff0e\uff0f", []byte{})
	f.Fuzz(func(t *testing.T, lines string, head []byte) {
		given := strings.Split(lines, "\n")
		names := download.SafeNames(given)
		if !slices.Equal(names, download.SafeNames(given)) {
			t.Fatalf("got other names at the second call, want %q", names)
		}
		taken := map[string]bool{}
		for i, name := range names {
			for _, final := range []string{name, download.WithExtension(name, head)} {
				checkName(t, final+".sha256")
			}
			if i%2 == 0 { // some files are packed and some are not
				name = download.WithExtension(name, head)
			}
			for _, used := range []string{strings.ToLower(name), strings.ToLower(name + ".sha256")} {
				if taken[used] {
					t.Errorf("%q is there twice, want different names: %q", used, names)
				}
				taken[used] = true
			}
		}
	})
}

func checkName(t *testing.T, name string) {
	t.Helper()
	device, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch {
	case !safe.MatchString(name), len(name) > 255, strings.HasSuffix(name, "."), !filepath.IsLocal(name), filepath.Base(name) != name:
		t.Errorf("got %q, want a safe name", name)
	case slices.Contains([]string{"CON", "PRN", "AUX", "NUL", "COM0", "COM1", "COM9", "LPT0", "LPT1", "LPT9"}, device):
		t.Errorf("got %q, want a name that is not a device", name)
	}
}
