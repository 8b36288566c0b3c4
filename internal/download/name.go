// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// maxName is the longest file name, in bytes, that common file systems allow. maxStem leaves room for a number, the
// extension of packed content, and the checksum's.
const (
	maxName = 255
	maxStem = maxName - len("-1234567") - len(".zip") - len(checksumExtension)
)

// safeNames returns names for files, in their order: safe on every system that this program is built for, and unique,
// also if case does not count and after .gz or .zip was added. The result depends on the names only.
func safeNames(names []string) []string {
	safe := make([]string, len(names))
	taken := map[string]int{} // the number for the next file of such a name
	for i, name := range names {
		clean := cleanName(name)
		safe[i] = clean
		n := max(taken[collisionKey(clean)], 2)
		for ; taken[collisionKey(safe[i])] > 0; n++ {
			extension := filepath.Ext(packedEnd.FindString(clean)) // the last one
			safe[i] = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(clean, extension), n, extension)
		}
		taken[collisionKey(clean)] = n
		taken[collisionKey(safe[i])] = max(taken[collisionKey(safe[i])], 1)
	}
	return safe
}

// cleanName returns a safe name. ASCII letters and digits, "-", "_" and "." stay, everything else becomes "_": no
// separator, control character, blank, quote, NTFS stream or Unicode look-alike remains.
func cleanName(name string) string {
	clean := unsafeRune.ReplaceAllString(name, "_")
	clean = clean[:min(len(clean), maxStem)]
	// A leading "." hides a file, and Windows drops a trailing one; a leading "-" looks like an option.
	clean = badEnds.ReplaceAllStringFunc(clean, func(end string) string { return strings.Repeat("_", len(end)) })
	if strings.Trim(clean, "_") == "" {
		return "unnamed"
	}
	if device.MatchString(clean) {
		clean = "_" + clean[:min(len(clean), maxStem-1)]
	}
	if strings.HasSuffix(strings.ToLower(clean), checksumExtension) { // the name of another file's checksum
		clean = clean[:min(len(clean), maxStem-1)] + "_"
	}
	return clean
}

var (
	unsafeRune = regexp.MustCompile(`[^A-Za-z0-9._-]`)
	badEnds    = regexp.MustCompile(`^[.-]+|\.+$`)
	// device matches what Windows takes for a device, whatever follows the first "." (Microsoft, "Naming Files, Paths, and
	// Namespaces"). It counts on every system, because folders are shared and copied.
	device = regexp.MustCompile(`(?i)^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)`)
	// packedEnd matches all extensions of packed content at the end of a name.
	packedEnd = regexp.MustCompile(`(?i)(?:\.gz|\.zip)+$`)
)

// packed are the kinds of content whose name needs an extension, because a person must unpack them first.
var packed = []struct {
	extension string
	known     []string // endings of names of such files, lower case
	magic     []string // first bytes of the content
}{
	{".gz", []string{".gz", ".tgz", ".gzip"}, []string{"\x1f\x8b\x08"}},
	{".zip", []string{".zip"}, []string{"PK\x03\x04", "PK\x05\x06"}}, // the second: an archive without a file
}

// withExtension returns a safe name with the extension that its content needs. head is the begin of the content.
func withExtension(name string, head []byte) string {
	for _, kind := range packed {
		begins := func(magic string) bool { return strings.HasPrefix(string(head), magic) }
		ends := func(known string) bool { return strings.HasSuffix(strings.ToLower(name), known) }
		if slices.ContainsFunc(kind.magic, begins) && !slices.ContainsFunc(kind.known, ends) {
			return name + kind.extension
		}
	}
	return name
}

// collisionKey returns the same key for names that can become equal: case does not count, nor do the extensions that
// are added.
func collisionKey(name string) string { return strings.ToLower(packedEnd.ReplaceAllString(name, "")) }
