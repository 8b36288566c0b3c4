// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import "strings"

// Origin is where a value comes from: an environment variable, an entry of clouds.yaml, or, if both are empty, the
// provider block.
type Origin struct {
	Variable string
	Entry    string // such as: entry "otc" of /home/me/clouds.yaml
}

// String returns the origin as texts name it.
func (o Origin) String() string {
	switch {
	case o.Variable != "":
		return "environment variable " + o.Variable
	case o.Entry != "":
		return o.Entry
	default:
		return "the provider block"
	}
}

// isBlock reports whether the value is in the provider block.
func (o Origin) isBlock() bool { return o == Origin{} }

// Removal returns how to remove an attribute: "unset OS_TOKEN".
func (c Config) Removal(name string) string {
	if origin := c.origins[name]; origin.Variable != "" {
		return "unset " + origin.Variable
	}
	return "remove " + name + " from " + c.origins[name].String()
}

// Trimming returns how to remove blanks around an attribute's value.
func (c Config) Trimming(name string) string {
	switch origin := c.origins[name]; {
	case origin.Variable != "":
		return "set " + origin.Variable + " again without it"
	case origin.Entry != "":
		return "remove it from " + origin.Entry
	default:
		return "if the value comes from a file or a command, wrap it in trimspace()"
	}
}

// CredentialSource returns where the credential comes from, and the credentials that it takes precedence over. It is ""
// for the provider block alone.
func (c Config) CredentialSource() string {
	used := c.Credential().Attribute()
	var others []string
	for _, other := range []string{"access_key", "password"} {
		if other != used && isSet(c.Values, other) {
			others = append(others, other+" ("+c.origins[other].String()+")")
		}
	}
	switch origin := c.origins[used]; {
	case len(others) > 0:
		return origin.String() + "; it takes precedence over " + strings.Join(others, " and ")
	case origin.isBlock():
		return ""
	default:
		return origin.String()
	}
}

// HasOther returns the words for a complete credential that a stronger one hides, or "".
func (c Config) HasOther() string {
	switch used := c.Credential(); {
	case used < AccessKey && c.AccessKey != "" && c.SecretKey != "":
		return "AK/SK is set too"
	case used < Password && c.Password != "" && (c.UserName != "" || c.UserID != ""):
		return "the password is set too"
	default:
		return ""
	}
}

func isSet(v Values, name string) bool {
	_, set := attribute(name).Get(v)
	return set
}
