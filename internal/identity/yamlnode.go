// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// lookup finds a key in a mapping, also through "<<" merges.
func lookup(mapping *yaml.Node, key string) *yaml.Node {
	return lookupOnce(mapping, key, map[*yaml.Node]bool{})
}

// lookupOnce looks into no mapping twice: merges may lead back to where they come
// from, and a file that merges everything with everything would take for ever.
func lookupOnce(mapping *yaml.Node, key string, seen map[*yaml.Node]bool) *yaml.Node {
	mapping = resolve(mapping)
	if mapping == nil || mapping.Kind != yaml.MappingNode || seen[mapping] {
		return nil
	}
	seen[mapping] = true
	var merged *yaml.Node
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		switch name := mapping.Content[i]; {
		case name.Value == key && name.Kind == yaml.ScalarNode:
			return resolve(mapping.Content[i+1])
		case name.Tag == "!!merge":
			merged = resolve(mapping.Content[i+1])
		}
	}
	if merged == nil || merged.Kind != yaml.SequenceNode {
		return lookupOnce(merged, key, seen)
	}
	for _, source := range merged.Content {
		if found := lookupOnce(source, key, seen); found != nil {
			return found
		}
	}
	return nil
}

// keysOf lists the keys of an entry in the file's order, those of a mapping in it with a dot, as [cloudKeys] has them.
func keysOf(entry *yaml.Node) []string {
	var keys []string
	for i := 0; i+1 < len(entry.Content); i += 2 {
		key, value := shownKey(entry.Content[i]), resolve(entry.Content[i+1])
		switch {
		case value.Kind != yaml.MappingNode:
			keys = append(keys, key)
		case entry.Content[i].Tag == "!!merge":
			keys = append(keys, key+" (merged)")
		default:
			for j := 0; j+1 < len(value.Content); j += 2 {
				keys = append(keys, key+"."+shownKey(value.Content[j]))
			}
		}
	}
	return keys
}

var keyShape = regexp.MustCompile(`^(?:[A-Za-z_][A-Za-z0-9_-]{0,40}|<<)$`)

// shownKey is a key as it may be shown. Where the blank after the colon is missing, YAML takes the value for a part of
// the key: that may be a password.
func shownKey(key *yaml.Node) string {
	if !keyShape.MatchString(key.Value) {
		return "… (no name of a key)"
	}
	return key.Value
}

// repeatedKey finds a key that stands twice in one mapping, and the line where it does so. YAML forbids it, the library
// does not look for it in nodes, and programs differ in which of the two counts. It returns "" where there is none.
func repeatedKey(node *yaml.Node) (key string, line int) {
	seen := map[string]bool{}
	for i, child := range node.Content {
		if key, line = repeatedKey(child); key != "" {
			return key, line
		}
		if node.Kind != yaml.MappingNode || i%2 == 1 || child.Kind != yaml.ScalarNode {
			continue
		}
		if seen[child.Value] {
			return shownKey(child), child.Line
		}
		seen[child.Value] = true
	}
	return "", 0
}

// resolve follows aliases. An alias of an alias cannot be written in YAML.
func resolve(node *yaml.Node) *yaml.Node {
	if node != nil && node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

var (
	yamlLine   = regexp.MustCompile(`line (\d+): (.*)`)
	yamlAnchor = regexp.MustCompile(`unknown anchor '(.*)' referenced`)
	yamlQuoted = regexp.MustCompile("'[^']*'|`[^`]*`|\"[^\"]*\"")
)

// syntaxFault takes line and reason out of the YAML library's error. Quoted parts
// may be pieces of a secret and are left out.
func syntaxFault(err error, text string) (line int, what string) {
	if match := yamlAnchor.FindStringSubmatch(err.Error()); match != nil {
		before, _, _ := strings.Cut(text, "*"+match[1])
		return strings.Count(before, "\n") + 1, "a value that begins with * must stand in quotes"
	}
	what = strings.TrimPrefix(err.Error(), "yaml: ")
	if typeErr := (*yaml.TypeError)(nil); errors.As(err, &typeErr) && len(typeErr.Errors) > 0 {
		what = typeErr.Errors[0]
	}
	if match := yamlLine.FindStringSubmatch(what); match != nil {
		_, _ = fmt.Sscan(match[1], &line)
		what = match[2]
	}
	if strings.HasPrefix(what, "found character that cannot start any token") && strings.Contains(lineOf(text, line), "\t") {
		return line, "is not valid YAML: a tab stands where only spaces may indent"
	}
	if strings.HasPrefix(what, "did not find expected") {
		// Where its parser, not its scanner, fails, the library counts lines from 0
		// and names the one where the broken block begins.
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

// lineOf is a line of a text, counted from 1, or "".
func lineOf(text string, number int) string {
	lines := strings.Split(text, "\n")
	if number < 1 || number > len(lines) {
		return ""
	}
	return lines[number-1]
}
