// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"strings"
)

// sources are the places that a configuration was put together from. Errors are shown at the provider block, where a
// value from elsewhere cannot be seen: they must name its place.
type sources struct {
	configured Config
	env        Environment
	entry      cloudEntry // of clouds.yaml
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
		if place := s.of(fault.Attribute); place != "" && place != providerBlock {
			fault.Detail += "\n\nThe value comes from " + place + "."
		}
	case len(s.entry.found) > 0:
		fault.Detail += "\n\n" + strings.Join(s.entry.found, "\n")
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
	case text == providerBlock:
		return ""
	}
	return text
}

var credentialOf = map[kind]string{kindToken: "token", kindAKSK: "access_key", kindPassword: "password"}

const providerBlock = "the provider block"

// of names the place that an attribute's value comes from; "" where it was derived from another one.
func (s sources) of(attribute string) string {
	if isSet(s.configured, attribute) {
		return providerBlock
	}
	if name := s.env.firstSet(variable(attribute).Env); name != "" {
		return "environment variable " + name
	}
	return s.entry.from[attribute]
}

func isSet(c Config, attribute string) bool {
	_, set := variable(attribute).get(c)
	return set
}
