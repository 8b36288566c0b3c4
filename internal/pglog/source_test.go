// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(data)
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, method uint16, entries ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, data := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: "log/" + strings.Repeat("a", i+1), Method: method})
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPackedLogs(t *testing.T) {
	t.Parallel()
	half := bytes.Index(sample[len(sample)/2:], []byte("\n")) + len(sample)/2 + 1
	for name, data := range map[string][]byte{
		"gzip":             gzipped(t, sample),
		"gzip, two files":  append(gzipped(t, sample[:half]), gzipped(t, sample[half:])...),
		"zip":              zipped(t, zip.Deflate, sample),
		"zip, two entries": zipped(t, zip.Deflate, sample[:half], nil, sample[half:]),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := pglog.Summarize(bytes.NewReader(data))
			equal(t, nil, err)
			equal(t, sampleGroups, table(s))
		})
	}
}

// What was read before an error is in the summary.
func TestBrokenArchives(t *testing.T) {
	t.Parallel()
	// Random bytes in the middle keep the packed log long enough to be cut.
	noise := make([]byte, 100_000)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte('a' + random.IntN(26))
	}
	long := append(append(bytes.Clone(sample), noise...), '\n')
	gz, zp := gzipped(t, long), zipped(t, zip.Deflate, long)
	spoiled := bytes.Clone(zp)
	spoiled[bytes.LastIndex(spoiled, []byte("PK\x07\x08"))+4] ^= 1
	for name, test := range map[string]struct {
		data   []byte
		events int64
		err    string
	}{
		"gzip, cut":           {gz[:len(gz)-1000], 146, io.ErrUnexpectedEOF.Error()},
		"gzip, no more":       {gz[:5], 0, "reading gzip: unexpected EOF"},
		"gzip, other method":  {[]byte("\x1f\x8b\x07000000000"), 0, "reading gzip: gzip: invalid header"},
		"zip, cut":            {zp[:len(zp)/2], 146, io.ErrUnexpectedEOF.Error()},
		"zip, header only":    {zp[:20], 0, "reading zip: unexpected EOF"},
		"zip, wrong checksum": {spoiled, 146, "reading zip: wrong checksum"},
		"zip, stored":         {zipped(t, zip.Store, sample), 0, "reading zip: unsupported form"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := pglog.Summarize(bytes.NewReader(test.data))
			if err == nil || err.Error() != test.err {
				t.Errorf("expected the error %q, got %v", test.err, err)
			}
			equal(t, test.events, s.Events)
		})
	}
}

func TestNotALog(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"text":   "Dear user,\nnothing to see.\n",
		"HTML":   "<!DOCTYPE html>\n<html><body>Bad gateway</body></html>",
		"JSON":   `{"timestamp": "2026-11-23 16:05:52 UTC", "level": "error"}` + "\n",
		"binary": strings.Repeat("\x00\xff\t\n\x01", 50_000),
		"MySQL":  "2026-11-23T16:05:52.291Z 0 [ERROR] [MY-010119] [Server] Aborting\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := pglog.Summarize(strings.NewReader(data))
			if !errors.Is(err, pglog.ErrNotALog) {
				t.Errorf("expected %v, got %v", pglog.ErrNotALog, err)
			}
			equal(t, int64(0), s.Events)
			if s.UnknownLines == 0 {
				t.Error("expected lines of an unknown form, got none")
			}
		})
	}
}

func TestEmptyLog(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n", "\n\n\n"} {
		s, err := pglog.Summarize(strings.NewReader(text))
		equal(t, nil, err)
		equal(t, 0, len(s.Groups))
	}
}

// The first 64 KiB have no line of a log.
func TestLogAfterALongStart(t *testing.T) {
	t.Parallel()
	s, err := pglog.Summarize(strings.NewReader(strings.Repeat("\tselect 1,\n", 20_000) + string(sample)))
	equal(t, nil, err)
	equal(t, int64(146), s.Events)
	equal(t, int64(20_000), s.UnknownLines)
}
