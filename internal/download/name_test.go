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
		"054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589": "054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589",
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
		"SHA256SUMS":             "_SHA256SUMS", // the list's own name
		"sha256sums":             "_sha256sums", //
		"SHA256SUMS.":            "SHA256SUMS_", //
		"SHA256SUMS.txt":         "SHA256SUMS.txt",
		long:                     long[:243],
		"NUL." + long:            "_NUL." + long[:238],
		strings.Repeat(".", 300): "unnamed",
		long[:242] + "." + long:  long[:242] + "_",
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
		{[]string{long, long + "x"}, []string{long[:243], long[:243] + "-2"}},
		{[]string{"SHA256SUMS", "_SHA256SUMS"}, []string{"_SHA256SUMS", "_SHA256SUMS-2"}},
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
		t.Error(names[0], names[49_999])
	}
}

var safe = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)

// FuzzSafeNames feeds names, one a line, and contents: whatever they are, the final names are safe and differ also
// where case does not count.
func FuzzSafeNames(f *testing.F) {
	f.Add("054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589", []byte("\x1f\x8b\x08\x00"))
	f.Add("a\na\nA\na.gz\na.gz.zip\na-2", []byte("PK\x03\x04"))
	f.Add("../x\n..\n.\n\nCON\nnul.gz\n-rf\nSHA256SUMS\nsha256sums.gz", []byte("text"))
	f.Add(strings.Repeat("é", 300)+"\n"+strings.Repeat("x", 300)+"\n"+strings.Repeat("x", 243)+".gz", []byte("\x1f\x8b\x08"))
	f.Add("a\xff\x00\u202e\n\uff0e\uff0e\uff0f", []byte{})
	f.Fuzz(func(t *testing.T, lines string, head []byte) {
		given := strings.Split(lines, "\n")
		names := download.SafeNames(given)
		if !slices.Equal(names, download.SafeNames(given)) {
			t.Fatal("not the same twice")
		}
		taken := map[string]bool{"sha256sums": true}
		for i, name := range names {
			for _, final := range []string{name, download.WithExtension(name, head)} {
				checkName(t, final)
			}
			if i%2 == 0 { // some files are packed and some are not
				name = download.WithExtension(name, head)
			}
			if taken[strings.ToLower(name)] {
				t.Errorf("%q is there twice: %q", name, names)
			}
			taken[strings.ToLower(name)] = true
		}
	})
}

func checkName(t *testing.T, name string) {
	t.Helper()
	device, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch {
	case !safe.MatchString(name), len(name) > 255, strings.HasSuffix(name, "."), !filepath.IsLocal(name), filepath.Base(name) != name:
		t.Errorf("%q is not safe", name)
	case slices.Contains([]string{"CON", "PRN", "AUX", "NUL", "COM0", "COM1", "COM9", "LPT0", "LPT1", "LPT9"}, device):
		t.Errorf("%q is a device", name)
	case strings.EqualFold(name, "SHA256SUMS"):
		t.Errorf("%q is the list of checksums", name)
	}
}
