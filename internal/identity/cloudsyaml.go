// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// otcProfile is the vendor profile of this cloud. It works without a vendor
// file: other programs ship it.
const (
	otcProfile = "otc"
	otcAuthURL = "https://iam.%s.otc.t-systems.com/v3"
)

// cloudEntry is one entry of clouds.yaml.
type cloudEntry struct {
	config Config
	// profile names an entry of the vendor file to fill gaps from.
	profile string
	// authType says which of several credentials is meant.
	authType string
	// found lists the keys that the user's files have, in words: one that is misspelt
	// has no effect and is seen nowhere else.
	found []string
	// from says which file's entry each attribute comes from.
	from map[string]string
}

func foundIn(place string, keys []string) string {
	if len(keys) == 0 {
		return "Found in " + place + ": nothing."
	}
	return "Found in " + place + ": " + strings.Join(keys, ", ") + "."
}

// cloudKeys says where each attribute stands in an entry, the first that is set
// wins. Dots lead into a mapping.
var cloudKeys = []struct {
	attribute string
	keys      []string
}{
	{"auth_url", []string{"auth.auth_url"}},
	{"region", []string{"region_name"}},
	{"user_name", []string{"auth.username", "auth.user_name"}},
	{"user_id", []string{"auth.user_id"}},
	{"password", []string{"auth.password"}},
	{"passcode", []string{"auth.passcode"}},
	{"token", []string{"auth.token", "token"}},
	{"tenant_id", []string{"auth.project_id", "auth.tenant_id"}},
	{"tenant_name", []string{"auth.project_name", "auth.tenant_name"}},
	{"domain_id", []string{"auth.user_domain_id", "auth.project_domain_id", "auth.domain_id", "auth.default_domain"}},
	{"domain_name", []string{"auth.user_domain_name", "auth.project_domain_name", "auth.domain_name"}},
	{"access_key", []string{"auth.ak", "auth.access_key", "ak", "access_key"}},
	{"secret_key", []string{"auth.sk", "auth.secret_key", "sk", "secret_key"}},
	{"security_token", []string{"auth.security_token", "security_token"}},
	{"agency_name", []string{"auth.target_agency_name", "auth.agency_name"}},
	{"agency_domain_name", []string{"auth.target_domain_name", "auth.agency_domain_name"}},
	{"delegated_project", []string{"auth.target_project_name", "auth.delegated_project"}},
	{"endpoint", []string{"rds_endpoint_override", "rdsv3_endpoint_override"}},
	{"endpoint_type", []string{"endpoint_type", "interface"}},
	{"cacert_file", []string{"cacert"}},
	{"cert", []string{"cert"}},
	{"key", []string{"key"}},
	{"insecure", []string{"insecure"}},
}

// yamlFile is one file in the format of clouds.yaml, not yet decoded further
// than into nodes. Working on nodes keeps the text of a value as it is written
// (a password may be 0123 or yes) and keeps values out of error texts.
type yamlFile struct {
	path    string
	entries *yaml.Node // the mapping under clouds: or public-clouds:, or nil
}

// parseYAML reads a file whose entries stand under the key top.
func parseYAML(r io.Reader, path, top string) (yamlFile, error) {
	const limit = 1 << 20 // real files have a few hundred bytes
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return yamlFile{}, brokenFile(path, 0, "cannot be read: "+reason(err))
	}
	if len(text) > limit {
		return yamlFile{}, brokenFile(path, 0, "is larger than 1 MiB")
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		line, what := syntaxFault(err, string(text))
		return yamlFile{}, brokenFile(path, line, what)
	}
	if len(document.Content) == 0 {
		return yamlFile{path: path}, nil
	}
	if key, line := repeatedKey(&document); key != "" {
		return yamlFile{}, brokenFile(path, line, fmt.Sprintf("has key %q twice", key))
	}
	root := resolve(document.Content[0])
	if root.Kind != yaml.MappingNode {
		return yamlFile{}, brokenFile(path, root.Line, "does not begin with a mapping such as "+top+":")
	}
	entries := lookup(root, top)
	if entries == nil || isNull(entries) {
		return yamlFile{path: path}, nil
	}
	if entries.Kind != yaml.MappingNode {
		return yamlFile{}, brokenFile(path, entries.Line, top+" is not a mapping from names to entries")
	}
	return yamlFile{path: path, entries: entries}, nil
}

// names lists the entries, in the file's order.
func (f yamlFile) names() []string {
	var names []string
	if f.entries == nil {
		return nil
	}
	for i := 0; i+1 < len(f.entries.Content); i += 2 {
		if name := f.entries.Content[i].Value; name != "<<" {
			names = append(names, name)
		}
	}
	return names
}

// entry decodes one entry; ok is false where the file has none of that name.
func (f yamlFile) entry(name string) (entry cloudEntry, ok bool, err error) {
	if f.entries == nil {
		return cloudEntry{}, false, nil
	}
	node := lookup(f.entries, name)
	if node == nil {
		return cloudEntry{}, false, nil
	}
	place := fmt.Sprintf("entry %q of %s", name, f.path)
	entry.found, entry.from = []string{foundIn(place, keysOf(node))}, map[string]string{}
	if isNull(node) {
		return entry, true, nil
	}
	if node.Kind != yaml.MappingNode {
		return cloudEntry{}, false, brokenFile(f.path, node.Line, fmt.Sprintf("entry %q is not a mapping", name))
	}
	for _, attribute := range cloudKeys {
		if err := f.read(node, attribute.attribute, attribute.keys, &entry.config); err != nil {
			return cloudEntry{}, false, err
		}
	}
	if err := f.readVerify(node, &entry.config); err != nil {
		return cloudEntry{}, false, err
	}
	if entry.authType, _, err = f.scalar(node, "auth_type"); err != nil {
		return cloudEntry{}, false, err
	}
	for _, key := range []string{"profile", "cloud"} {
		profile, _, err := f.scalar(node, key)
		if err != nil {
			return cloudEntry{}, false, err
		}
		if entry.profile == "" {
			entry.profile = profile
		}
	}
	for _, v := range Variables {
		if _, set := v.get(entry.config); set {
			entry.from[v.Attribute] = place
		}
	}
	return entry, true, nil
}

// read puts the first of keys that is set into the attribute's field.
func (f yamlFile) read(entry *yaml.Node, attribute string, keys []string, c *Config) error {
	for _, key := range keys {
		text, line, err := f.scalar(entry, key)
		if err != nil {
			return err
		}
		if text == "" {
			continue
		}
		v := variable(attribute)
		if err := v.set(c, text, fmt.Sprintf("key %s in %s, line %d,", key, f.path, line)); err != nil {
			return err
		}
		return nil
	}
	return nil
}

// readVerify turns verify: false into insecure.
func (f yamlFile) readVerify(entry *yaml.Node, c *Config) error {
	text, line, err := f.scalar(entry, "verify")
	if err != nil || text == "" || c.Insecure != nil {
		return err
	}
	verify, ok := parseFlag(text)
	if !ok {
		return brokenFile(f.path, line, "verify is neither true nor false")
	}
	insecure := !verify
	c.Insecure = &insecure
	return nil
}

// obeyAuthType drops what auth_type says is not used: a token or a key that lies beside a password, say.
func (e *cloudEntry) obeyAuthType() {
	c := &e.config
	switch {
	case strings.HasSuffix(e.authType, "password"), strings.HasSuffix(e.authType, "multifactor"):
		c.Token, c.AccessKey, c.SecretKey, c.SecurityToken = "", "", "", ""
	case strings.HasSuffix(e.authType, "token"):
		c.Password, c.Passcode, c.AccessKey, c.SecretKey, c.SecurityToken = "", "", "", "", ""
	}
}

// scalar returns the text at a dotted key as it is written, "" where it is
// missing or null.
func (f yamlFile) scalar(entry *yaml.Node, key string) (text string, line int, err error) {
	node := entry
	for _, part := range strings.Split(key, ".") {
		if node.Kind != yaml.MappingNode {
			return "", 0, brokenFile(f.path, node.Line, "auth is not a mapping")
		}
		node = lookup(node, part)
		if node == nil || isNull(node) {
			return "", 0, nil
		}
	}
	if node.Kind != yaml.ScalarNode {
		return "", 0, brokenFile(f.path, node.Line, key+" is not a plain value")
	}
	return node.Value, node.Line, nil
}

func variable(attribute string) Variable {
	for _, v := range Variables {
		if v.Attribute == attribute {
			return v
		}
	}
	panic("identity: no attribute " + attribute)
}

// brokenFile reports a fault in a file, at a line where one is known (0: none).
func brokenFile(path string, line int, what string) error {
	where := path
	if line > 0 {
		where = fmt.Sprintf("%s, line %d", path, line)
	}
	return &ConfigError{
		Attribute: "cloud", Summary: "Unable to read clouds.yaml",
		Detail: fmt.Sprintf("%s: %s.", where, what),
	}
}
