// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"fmt"
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
			stem, extension := splitExtension(clean)
			safe[i] = fmt.Sprintf("%s-%d%s", stem, n, extension)
		}
		taken[collisionKey(clean)] = n
		taken[collisionKey(safe[i])] = max(taken[collisionKey(safe[i])], 1)
	}
	return safe
}

// cleanName returns a safe name. ASCII letters and digits, "-", "_" and "." stay, everything else becomes "_": no
// separator, control character, blank, quote, NTFS stream or Unicode look-alike remains.
func cleanName(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_', r == '.':
			return r
		default:
			return '_'
		}
	}, name)
	clean = clean[:min(len(clean), maxStem)]
	// A leading "." hides a file, and Windows drops a trailing one; a leading "-" looks like an option.
	clean = replaceLeading(clean, ".-")
	clean = replaceTrailing(clean, ".")
	if strings.Trim(clean, "_") == "" {
		return "unnamed"
	}
	if isDevice(clean) {
		clean = "_" + clean[:min(len(clean), maxStem-1)]
	}
	if strings.HasSuffix(strings.ToLower(clean), checksumExtension) { // the name of another file's checksum
		clean = clean[:min(len(clean), maxStem-1)] + "_"
	}
	return clean
}

func replaceLeading(name, cutset string) string {
	rest := strings.TrimLeft(name, cutset)
	return strings.Repeat("_", len(name)-len(rest)) + rest
}

func replaceTrailing(name, cutset string) string {
	rest := strings.TrimRight(name, cutset)
	return rest + strings.Repeat("_", len(name)-len(rest))
}

// isDevice reports whether Windows takes the name for a device, whatever follows the first "." (Microsoft, "Naming
// Files, Paths, and Namespaces"). It counts on every system, because folders are shared and copied.
func isDevice(name string) bool {
	first, _, _ := strings.Cut(strings.ToUpper(name), ".")
	if slices.Contains([]string{"CON", "PRN", "AUX", "NUL"}, first) {
		return true
	}
	return len(first) == 4 && (strings.HasPrefix(first, "COM") || strings.HasPrefix(first, "LPT")) && '0' <= first[3] && first[3] <= '9'
}

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

// possibleNames returns the names that a file can get in the end.
func possibleNames(name string) []string {
	names := []string{name}
	for _, kind := range packed {
		if with := withExtension(name, []byte(kind.magic[0])); with != name {
			names = append(names, with)
		}
	}
	return names
}

// collisionKey returns the same key for names that can become equal: case does not count, nor do the extensions that
// are added.
func collisionKey(name string) string {
	key := strings.ToLower(name)
	for {
		stem, extension := splitExtension(key)
		if extension == "" {
			return key
		}
		key = stem
	}
}

func splitExtension(name string) (stem, extension string) {
	for _, kind := range packed {
		cut := len(name) - len(kind.extension)
		if cut > 0 && strings.EqualFold(name[cut:], kind.extension) {
			return name[:cut], name[cut:]
		}
	}
	return name, ""
}
