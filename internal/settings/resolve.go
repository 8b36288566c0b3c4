// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"cmp"
	"fmt"
	"strings"
)

// Config is the resolved configuration. EndpointType, Insecure, AllowReauth and MaxRetries are always set. Of an id and
// a name only the id is set.
type Config struct {
	Values

	origins    map[string]origin // by attribute; missing if the value was derived
	lostRegion string            // the region in a project's name that a stronger source replaced
}

// Error is a configuration that cannot work. No request was made.
type Error struct {
	Attribute string // the attribute to look at, or "" if there is no single one
	Summary   string // a short title such as "Unable to read insecure"
	Detail    string // names the fault and what to change, in full sentences
}

func newError(attribute, summary, format string, args ...any) *Error {
	return &Error{Attribute: attribute, Summary: summary, Detail: fmt.Sprintf(format, args...)}
}

func (e *Error) Error() string {
	return strings.TrimPrefix(e.Attribute+": "+e.Summary+": "+e.Detail, ": ")
}

// Resolve merges the provider block with the environment and, if a cloud is named, with clouds.yaml.
//
// A stronger source wins for alternatives too: a tenant_name in the provider block beats OS_TENANT_ID, and a password
// there beats OS_TOKEN. Within one source an id beats a name, and credentials have the order of [Credential].
func Resolve(block Values, env Environment) (Config, error) {
	c := Config{origins: map[string]origin{}}
	c.take(Config{Values: block})
	fromEnv, err := env.values()
	if err != nil {
		return Config{}, err
	}
	c.take(fromEnv)
	var cloud cloudEntry
	if c.Cloud != "" {
		if cloud, err = env.loadCloud(c.Cloud); err != nil {
			return Config{}, err
		}
		c.take(cloud.Config)
	}
	c.setDefaults(env)
	fault := c.locate(cloud.profile == otcProfile)
	if fault == nil {
		fault = c.check()
	}
	if fault != nil {
		return Config{}, c.explain(fault, cloud, env)
	}
	c.preferIDs()
	return c, nil
}

// take adds what a weaker source has and the stronger ones do not set, also in other words.
func (c *Config) take(weaker Config) {
	c.lostRegion = cmp.Or(c.lostRegion, RegionOfProject(weaker.TenantName))
	weaker.giveWay(c.Values)
	c.fillFrom(weaker)
}

func (c *Config) fillFrom(other Config) {
	for _, a := range Attributes {
		if text, set := a.Get(other.Values); set && !isSet(c.Values, a.Name) {
			a.Set(&c.Values, text) // it fits: it comes from the same field
			c.origins[a.Name] = other.origins[a.Name]
		}
	}
}

// giveWay drops values that would overrule a stronger source which names the same thing in other words.
func (v *Values) giveWay(stronger Values) {
	if stronger.UserName != "" || stronger.UserID != "" {
		v.UserName, v.UserID = "", ""
	}
	if stronger.TenantName != "" || stronger.TenantID != "" {
		v.TenantName, v.TenantID = "", ""
	}
	if stronger.DomainName != "" || stronger.DomainID != "" {
		v.DomainName, v.DomainID = "", ""
	}
	switch {
	case stronger.Credential() == Password && stronger.Password != "": // a passcode alone chooses nothing
		v.Token, v.AccessKey, v.SecretKey, v.SecurityToken = "", "", "", ""
	case stronger.Credential() == AccessKey:
		v.Token = ""
		if stronger.AccessKey != "" && stronger.SecretKey != "" && v.AccessKey != "" && v.AccessKey != stronger.AccessKey {
			v.SecurityToken = "" // it belongs to another key
		}
	}
}

func (c *Config) setDefaults(env Environment) {
	no, yes, retries := false, true, int64(5)
	c.Insecure, c.AllowReauth, c.MaxRetries = cmp.Or(c.Insecure, &no), cmp.Or(c.AllowReauth, &yes), cmp.Or(c.MaxRetries, &retries)
	// OpenStack's own programs also write publicURL.
	c.EndpointType = cmp.Or(strings.TrimSuffix(c.EndpointType, "URL"), "public")
	c.AuthURL, c.Endpoint = strings.TrimSpace(c.AuthURL), strings.TrimSpace(c.Endpoint)
	for _, path := range []*string{&c.CACertFile, &c.Cert, &c.Key} {
		if *path != "" && !isPEM(*path) {
			*path = env.path(*path)
		}
	}
}

// locate finds region and auth_url, each from the other or from the project. Of this cloud the address is known for any
// region.
func (c *Config) locate(isOTC bool) *Error {
	project := c.TenantName
	if c.HasAgency() {
		project = c.DelegatedProject
	}
	c.Region = cmp.Or(c.Region, RegionOfProject(project))
	if c.AuthURL == "" && c.needsIAM() {
		c.Region = cmp.Or(c.Region, c.lostRegion)
	}
	if c.AuthURL == "" && c.Region != "" {
		switch {
		case authURLs[c.Region] != "":
			c.AuthURL = authURLs[c.Region]
		case isOTC && regionShape.MatchString(c.Region):
			c.AuthURL = "https://iam." + c.Region + ".otc.t-systems.com/v3"
		case c.needsIAM():
			return newError("region", "Unable to find the identity service", "The address of the identity service in region %q is not known. "+
				"Known regions: eu-de, eu-nl, eu-ch2. For another region set %s.", c.Region, Named("auth_url"))
		}
	}
	c.Region = cmp.Or(c.Region, RegionOfURL(c.AuthURL), RegionOfURL(c.Endpoint))
	return nil
}

// preferIDs drops names that have an id beside them.
func (c *Config) preferIDs() {
	if c.UserID != "" {
		c.UserName = ""
	}
	if c.DomainID != "" {
		c.DomainName = ""
	}
	if c.TenantID == "" && c.TenantName == "" && !c.HasAgency() {
		c.TenantID = projectInURL(c.Endpoint)
	}
	if c.TenantID != "" {
		c.TenantName = ""
	}
}

// explain adds to an error what only the sources show: where a bad value comes from, or, if a value is missing, what
// clouds.yaml has.
func (c *Config) explain(fault *Error, cloud cloudEntry, env Environment) *Error {
	switch from, known := c.origins[fault.Attribute]; {
	case known && !from.isBlock():
		fault.Detail += "\n\nThe value comes from " + from.String() + "."
	case known || fault.Attribute != "" && isSet(c.Values, fault.Attribute):
		// It is in the provider block, or derived from another value.
	case c.Cloud != "":
		fault.Detail += "\n\n" + strings.Join(cloud.found, "\n")
	case c.Credential() == NoCredential:
		fault.Detail += env.offer()
	}
	return fault
}

// origin is where a value comes from: an environment variable, an entry of clouds.yaml, or, if both are empty, the
// provider block.
type origin struct {
	variable, entry string // entry is such as: entry "otc" of /home/me/clouds.yaml
}

func (o origin) String() string {
	if o.variable != "" {
		return "environment variable " + o.variable
	}
	return cmp.Or(o.entry, "the provider block")
}

func (o origin) isBlock() bool { return o == origin{} }

// Trimming returns how to remove blanks around an attribute's value.
func (c Config) Trimming(name string) string {
	switch from := c.origins[name]; {
	case from.variable != "":
		return "set " + from.variable + " again without it"
	case from.entry != "":
		return "remove it from " + from.entry
	default:
		return "if the value comes from a file or a command, wrap it in trimspace()"
	}
}

// CredentialSource returns where the credential comes from, and the credentials that it takes precedence over. It is ""
// for the provider block alone.
func (c Config) CredentialSource() string {
	used := string(c.Credential())
	var others []string
	for _, other := range []string{"access_key", "password"} {
		if other != used && isSet(c.Values, other) {
			others = append(others, other+" ("+c.origins[other].String()+")")
		}
	}
	switch from := c.origins[used]; {
	case len(others) > 0:
		return from.String() + "; it takes precedence over " + strings.Join(others, " and ")
	case from.isBlock():
		return ""
	default:
		return from.String()
	}
}

// Alternative returns how to use a complete credential that the one with this attribute hides, or "": "unset OS_TOKEN:
// the password is set too".
func (c Config) Alternative(name string) string {
	var hidden string
	switch used := c.Credential(); {
	case used == Token && c.AccessKey != "" && c.SecretKey != "":
		hidden = "AK/SK is set too"
	case used != Password && c.Password != "" && (c.UserName != "" || c.UserID != ""):
		hidden = "the password is set too"
	default:
		return ""
	}
	if variable := c.origins[name].variable; variable != "" {
		return "unset " + variable + ": " + hidden
	}
	return "remove " + name + " from " + c.origins[name].String() + ": " + hidden
}

func isSet(v Values, name string) bool {
	_, set := attribute(name).Get(v)
	return set
}
