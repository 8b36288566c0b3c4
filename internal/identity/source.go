// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"fmt"
	"strings"
)

// sources are the places that a configuration was put together from. Errors are shown at the provider block, where a
// value from elsewhere cannot be seen: they must name its place.
type sources struct {
	configured Config
	env        Environment
	cloud      string     // the name of an entry of clouds.yaml
	entry      cloudEntry // its path is "" where none was read
}

// explain adds to an error where the value that it complains of comes from, or, where a value is missing, what was
// found in clouds.yaml.
func (s sources) explain(err error, c Config) error {
	var fault *ConfigError
	if !errors.As(err, &fault) {
		return err
	}
	switch {
	case fault.Attribute != "" && isSet(c, fault.Attribute):
		if !isSet(s.configured, fault.Attribute) {
			fault.Detail += "\n\nThe value comes from " + s.of(fault.Attribute) + "."
		}
	case s.entry.path != "":
		fault.Detail += fmt.Sprintf("\n\nIn %s were found: %s.", s.file(), strings.Join(s.entry.keys, ", "))
	}
	return fault
}

// credential says where the credential comes from that is used, and what it takes precedence over. It is "" where it
// stands in the provider block, alone.
func (s sources) credential(c Config) string {
	used := credentialOf[c.kind()]
	text := s.of(used)
	var others []string
	for _, other := range []string{"access_key", "password"} {
		if other != used && isSet(c, other) {
			others = append(others, other+" ("+s.of(other)+")")
		}
	}
	switch {
	case len(others) > 0:
		text += "; it takes precedence over " + strings.Join(others, " and ")
	case isSet(s.configured, used):
		return ""
	}
	return text
}

var credentialOf = map[kind]string{kindToken: "token", kindAKSK: "access_key", kindPassword: "password"}

// of names the place that an attribute's value comes from.
func (s sources) of(attribute string) string {
	if isSet(s.configured, attribute) {
		return "the provider block"
	}
	if name := s.env.firstSet(variable(attribute).Env); name != "" {
		return "environment variable " + name
	}
	return s.file()
}

func (s sources) file() string { return fmt.Sprintf("entry %q of %s", s.cloud, s.entry.path) }

func isSet(c Config, attribute string) bool {
	_, set := variable(attribute).get(c)
	return set
}
