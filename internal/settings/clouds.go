// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// otcProfile is the vendor profile of this cloud: only it has a meaning here.
const otcProfile = "otc"

// cloudsFile is a file such as clouds.yaml. An entry is decoded when it is used: other programs may have other entries.
type cloudsFile struct {
	path   string
	Clouds map[string]yaml.Node `yaml:"clouds"`
}

type yamlEntry struct {
	Auth  map[string]yamlValue `yaml:"auth"`
	Other map[string]yamlValue `yaml:",inline"`
}

// yamlValue is one value. It keeps the text as it is written: a password may be 0123 or yes. A list or a mapping is an
// error only if its key is used.
type yamlValue struct {
	text     string
	line     int
	isScalar bool
}

// UnmarshalYAML is called for each value but null.
func (v *yamlValue) UnmarshalYAML(node *yaml.Node) error {
	*v = yamlValue{node.Value, node.Line, node.Kind == yaml.ScalarNode}
	return nil
}

// cloudEntry is one entry, from one or two files.
type cloudEntry struct {
	Config
	profile  string   // the vendor profile
	authType string   // chooses between several credentials
	found    []string // lists the keys in the files: a misspelt key has no other effect
}

// parseClouds reads a file in the format of clouds.yaml.
func parseClouds(text []byte, path string) (cloudsFile, error) {
	file := cloudsFile{path: path}
	if err := yaml.Unmarshal(text, &file); err != nil {
		line, what := yamlFault(err, string(text))
		return cloudsFile{}, brokenFile(path, line, what)
	}
	return file, nil
}

// entry decodes one entry. It reports whether the file has it.
func (f cloudsFile) entry(name string) (entry cloudEntry, found bool, err error) {
	node, found := f.Clouds[name]
	if !found {
		return cloudEntry{}, false, nil
	}
	var raw yamlEntry
	if err := node.Decode(&raw); err != nil {
		line, what := yamlFault(err, "")
		return cloudEntry{}, false, brokenFile(f.path, line, what)
	}
	place := fmt.Sprintf("entry %q of %s", name, f.path)
	entry = cloudEntry{
		Config: Config{origins: map[string]origin{}},
		found:  []string{"Found in " + place + ": " + cmp.Or(strings.Join(raw.keys(), ", "), "nothing") + "."},
	}
	for _, a := range Attributes {
		text, key, err := f.first(raw, a.Keys...)
		if err != nil {
			return cloudEntry{}, false, err
		}
		key, inverted := strings.CutPrefix(key, "!")
		if flag, ok := parseFlag(text); inverted && ok {
			text = fmt.Sprint(!flag)
		}
		if text != "" && !a.Set(&entry.Values, text) { // the only type besides text that has keys is a flag
			return cloudEntry{}, false, brokenFile(f.path, raw.value(key).line, key+" is neither true nor false")
		}
		entry.origins[a.Name] = origin{entry: place}
	}
	if entry.authType, _, err = f.first(raw, "auth_type"); err != nil {
		return cloudEntry{}, false, err
	}
	entry.profile, _, err = f.first(raw, "profile", "cloud")
	return entry, err == nil, err
}

// first returns the text of the first key that is set.
func (f cloudsFile) first(raw yamlEntry, keys ...string) (text, key string, err error) {
	for _, key := range keys {
		switch value := raw.value(key); {
		case value.line > 0 && !value.isScalar:
			return "", "", brokenFile(f.path, value.line, key+" is not a plain value")
		case value.text != "":
			return value.text, key, nil
		}
	}
	return "", "", nil
}

func (e yamlEntry) value(key string) yamlValue {
	if inAuth, ok := strings.CutPrefix(key, "auth."); ok {
		return e.Auth[inAuth]
	}
	return e.Other[strings.TrimPrefix(key, "!")]
}

var keyShape = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,40}$`)

// keys lists the entry's keys in alphabetical order. Without the space after a colon, YAML takes a value, maybe a
// password, for a part of the key: such keys are not shown.
func (e yamlEntry) keys() []string {
	var keys []string
	add := func(prefix string, values map[string]yamlValue) {
		for _, key := range slices.Sorted(maps.Keys(values)) {
			if !keyShape.MatchString(key) {
				key = "… (not a key's name)"
			}
			keys = append(keys, prefix+key)
		}
	}
	add("", e.Other)
	add("auth.", e.Auth)
	return keys
}

// fillFrom adds what only the other file has. The two files are one source, so nothing gives way.
func (e *cloudEntry) fillFrom(other cloudEntry) {
	e.Config.fillFrom(other.Config)
	e.profile = cmp.Or(e.profile, other.profile)
	e.authType = cmp.Or(e.authType, other.authType)
	e.found = append(e.found, other.found...)
}

// obeyAuthType drops the credentials that auth_type excludes.
func (e *cloudEntry) obeyAuthType() {
	v := &e.Values
	switch {
	case strings.HasSuffix(e.authType, "password"), strings.HasSuffix(e.authType, "multifactor"):
		v.Token, v.AccessKey, v.SecretKey, v.SecurityToken = "", "", "", ""
	case strings.HasSuffix(e.authType, "token"):
		v.Password, v.Passcode, v.AccessKey, v.SecretKey, v.SecurityToken = "", "", "", "", ""
	}
}

// brokenFile reports a fault in a file. Line 0 means that the line is not known.
func brokenFile(path string, line int, what string) error {
	if line > 0 {
		path = fmt.Sprintf("%s, line %d", path, line)
	}
	return newError("cloud", "Unable to read clouds.yaml", "%s: %s.", path, what)
}

var (
	yamlLine   = regexp.MustCompile(`line (\d+): (.*)`)
	yamlAnchor = regexp.MustCompile(`unknown anchor '(.*)' referenced`)
	yamlQuoted = regexp.MustCompile("'[^']*'|`[^`]*`|\"[^\"]*\"")
)

// yamlFault returns line and reason of the library's error. Quoted parts may be pieces of a secret: they are left out.
func yamlFault(err error, text string) (line int, what string) {
	if match := yamlAnchor.FindStringSubmatch(err.Error()); match != nil {
		before, _, _ := strings.Cut(text, "*"+match[1])
		return strings.Count(before, "\n") + 1, "a value that begins with * needs quotes"
	}
	what = strings.TrimPrefix(err.Error(), "yaml: ")
	if wrongType, ok := errors.AsType[*yaml.TypeError](err); ok && len(wrongType.Errors) > 0 {
		what = wrongType.Errors[0]
	}
	if match := yamlLine.FindStringSubmatch(what); match != nil {
		_, _ = fmt.Sscan(match[1], &line)
		what = match[2]
	}
	switch {
	case strings.HasPrefix(what, "cannot unmarshal"):
		return line, "must be a mapping, with one key: value on each line"
	case strings.HasPrefix(what, "mapping key"):
		return line, "the key is there twice"
	case strings.HasPrefix(what, "found character that cannot start any token") && strings.Contains(lineOf(text, line), "\t"):
		return line, "is not valid YAML: indent with spaces, not with tabs"
	case strings.HasPrefix(what, "did not find expected"):
		// For errors of its parser, the library counts lines from 0, and names the line at which the broken block begins.
		line++
		what += " in the block that begins there"
	}
	return line, "is not valid YAML: " + yamlQuoted.ReplaceAllStringFunc(what, func(quoted string) string {
		if len(quoted) <= len("':'") {
			return quoted // punctuation
		}
		return "…"
	})
}

// lineOf returns a line of a text, counted from 1.
func lineOf(text string, number int) string {
	lines := strings.Split(text, "\n")
	return lines[min(max(number, 1), len(lines))-1]
}
