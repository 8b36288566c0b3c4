// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// This file has all words of the package's errors: a sentence for each kind, and advice for each situation. Names in
// braces are explained in placeholders.

// The kinds of errors.
var (
	// IAM does not name which is wrong: password, user or domain.
	KindRefused = Kind{sentence: "{host} refused the credentials.", final: true}
	KindProject = Kind{
		sentence: "The project does not exist, or these credentials may not use it.",
		summary:  "Unable to use the project", final: true,
	}
	KindAgency = Kind{
		sentence: "The agency does not exist, or these credentials may not assume it.",
		summary:  "Unable to assume the agency", final: true,
	}
	KindTokenExpired    = Kind{sentence: "The token was refused and cannot be renewed.", summary: "Unable to use the token", final: true}
	KindClockSkew       = Kind{sentence: "{host} refused the signature because this machine's clock is wrong.", final: true}
	KindKeyLocked       = Kind{sentence: "{host} has locked the credentials for a while, after too many failures in a row.", final: true}
	KindMFA             = Kind{sentence: "{host} wants a passcode as well: the user has multi-factor authentication (MFA).", final: true}
	KindNoEndpoint      = Kind{sentence: "The address of RDS could not be found.", summary: "Unable to find the RDS endpoint", final: true}
	KindNotIdentity     = Kind{sentence: "The server at {host} is not an identity service (version 3).", passes: true}
	KindRejected        = Kind{sentence: "{host} did not accept the login request."}
	KindCertificate     = Kind{sentence: "The certificate of {host} is not trusted."}
	KindCertificateTime = Kind{sentence: "The certificate of {host} has expired, or this machine's clock is wrong."}
	KindCertificateName = Kind{sentence: "The certificate of {host} is for another host."}
	KindUnreachable     = Kind{sentence: "{host} could not be reached.", passes: true}
	KindProxy           = Kind{sentence: "The proxy {proxy} could not be reached.", passes: true}
	KindProxyRefused    = Kind{sentence: "The proxy {proxy} refused the connection to {host}."}
	KindThrottled       = Kind{sentence: "{host} refused the login: too many requests.", passes: true}
	KindFault           = Kind{sentence: "{host} failed.", passes: true}
	KindInterrupted     = Kind{sentence: "The login at {host} did not finish in time, or was interrupted."}
)

// situation is a reason for an error, finer than its kind, with its advice.
type situation struct {
	kind   Kind
	advice string
}

const (
	ownLogin   = "This was the caller's own login: the agency was not asked for yet. "
	checkLogin = "Check {login}: the answer is the same, whichever of them is wrong. The password may also have expired. "
	usedOnce   = "A passcode works once, and only while the device shows it. "
	lockUser   = "This run does not try again, because a few failures in a row lock the user."
	checkKey   = "Check {access_key} and {secret_key}. A temporary key needs its {security_token} and works only for a while. This run " +
		"does not try again, because a few failures in a row lock the key for five minutes.{other key}"
	//nolint:gosec // words, not a credential
	checkToken  = "It has expired, or it belongs to another cloud or region. Get a new one and set {token}, or {instead of token}."
	checkAgency = "Check {agency_name}, {agency_domain_name} and {delegated_project}. The agency must delegate to the caller's account and " +
		"may work in that project, and the caller needs the role Agent Operator."
	statusPage = "Try again later. If it goes on, look at the cloud's status page (https://status.otc-service.com/)."
)

// The situations.
var (
	passwordRefused = &situation{KindRefused, "{blank}{other region}" + checkLogin + lockUser}
	passcodeRefused = &situation{KindRefused, "{blank}{other region}" + checkLogin + usedOnce + lockUser}
	projectRefused  = &situation{KindRefused, "Check {project} first: the message names the project. {prefix}{other region}If it is right, " +
		"check {user login}. " + lockUser}
	keyRefused   = &situation{KindRefused, checkKey}
	ownForbidden = &situation{KindRefused, "Check {domain}, the caller's groups in IAM, and that the caller may use the API."}
	thirdFactor  = &situation{KindRefused, "Password and passcode are right, but another factor is wanted, which this provider cannot " +
		"give. Use a token (OS_TOKEN) or AK/SK (OS_ACCESS_KEY, OS_SECRET_KEY)."}
	mfaNeeded = &situation{KindMFA, "Set {passcode} to the current code of the MFA device, and {user_id} instead of user_name."}
	locked    = &situation{KindKeyLocked, "Wait without trying: five minutes for an access key, fifteen for a user. Then try again with the " +
		"right credentials."}
	clockSkew         = &situation{KindClockSkew, "This machine's clock is {skew} the server's. Signatures allow 15 minutes. Set the clock."}
	tokenRefused      = &situation{KindTokenExpired, checkToken}
	tokenWithPasscode = &situation{KindTokenExpired, "A passcode works once, so the token cannot be renewed. Run again with the current " +
		"{passcode}."}
	tokenWithoutReauth = &situation{KindTokenExpired, "{allow_reauth} is false, so the provider does not log in again. Run again, or set it " +
		"to true."}
	agencyRefused    = &situation{KindAgency, checkAgency}
	agencyRejected   = &situation{KindRejected, checkAgency}
	agencyOrKey      = &situation{KindRefused, checkKey + " If the key is good, the agency was refused. " + checkAgency}
	agencyOrToken    = &situation{KindTokenExpired, checkToken + " If the token is good, the agency was refused. " + checkAgency}
	projectForbidden = &situation{KindProject, "The caller is known, but may not do this. {other region}Check its groups in IAM, that it " +
		"may use the API, and {project}."}
	projectNotFound  = &situation{KindProject, "{prefix}{other region}Check {project}, and that {auth_url} belongs to the project's region."}
	projectNotTokens = &situation{KindProject, "The token is good, but not for this project. Check {project}, or get a token for the " +
		"project."}
	projectNotListed    = &situation{KindProject, "{prefix}Check {project}, or set {tenant_id}: the console shows it under My Credentials."}
	projectMissing      = &situation{KindProject, "Check {project}."}
	tokenWithoutProject = &situation{KindProject, "Set {tenant_name} or {tenant_id}, or get a token for a project."}
	endpointOfOther     = &situation{KindProject, "Leave /v3/{project_id} out of {endpoint}, or set {tenant_id} to the project in it."}
	noEndpoint          = &situation{KindNoEndpoint, "{other region}Check {region} and {endpoint_type}, or set {endpoint} to the URL of RDS."}
	rejected            = &situation{KindRejected, "Check user, domain and project: IDs and names must not be mixed up."}
	notIdentity         = &situation{KindNotIdentity, "Check {auth_url}: it looks like https://iam.eu-de.otc.t-systems.com/v3. A proxy may " +
		"also answer in its place."}
	certificateUnknown = &situation{KindCertificate, "If a company's own authority signed it, set {cacert_file} to that authority's " +
		"certificate."}
	certificateNotInFile = &situation{KindCertificate, "{cacert_file} is set, so the system's authorities do not count. Add the missing " +
		"authority to it, or remove cacert_file."}
	certificateTime = &situation{KindCertificateTime, "The clock is at {clock}. If that is right, the server, or a proxy on the way, needs " +
		"a new certificate."}
	certificateName = &situation{KindCertificateName, "Check {auth_url}. A proxy may also answer in its place."}
	unreachable     = &situation{KindUnreachable, "Check {auth_url} and {region}, the network, and the proxy variables HTTPS_PROXY and " +
		"NO_PROXY.{spent}"}
	proxyUnreachable = &situation{KindProxy, "Check {proxy variable}. If no proxy is needed for this host, add the host to NO_PROXY.{spent}"}
	proxyRefused     = &situation{KindProxyRefused, "Check the login in {proxy variable}, and whether the proxy allows this host. If no " +
		"proxy is needed, add the host to NO_PROXY."}
	throttled = &situation{KindThrottled, "Too many requests by this user or project: wait a minute, stop other runs, or lower " +
		"-parallelism."}
	fault            = &situation{KindFault, statusPage}
	hanging          = &situation{KindInterrupted, "The identity service did not answer. Check {auth_url}, the network and the proxy."}
	interruptedFault = &situation{KindInterrupted, statusPage}
)

// placeholders returns the names in braces with their texts. Besides those listed, each attribute is one: {token} is
// "token (OS_TOKEN, OS_AUTH_TOKEN)".
func (s *Session) placeholders() []string {
	pairs := []string{
		"{login}", s.loginNames(!s.cfg.HasAgency()), // all attributes of the login by password
		"{user login}", s.loginNames(false), // the same without the project
		"{project}", settings.Named(s.projectAttribute()), // the attribute that names the project
		"{domain}", settings.Named(s.domainAttribute()),
		"{other region}", s.regionConflict(), // a sentence or nothing, like the rest
		"{prefix}", s.projectPrefix(),
		"{blank}", s.passwordBlank(),
		"{other key}", s.otherKey(),
		"{instead of token}", s.insteadOfToken(),
		"{spent}", map[bool]string{true: " A passcode works once, and this one may be spent: give the next one."}[s.cfg.SpendsPasscode()],
		"{clock}", s.now().UTC().Format(time.RFC3339),
		"{proxy variable}", s.proxyVariable(),
	}
	for _, a := range settings.Attributes {
		pairs = append(pairs, "{"+a.Name+"}", settings.Named(a.Name))
	}
	return pairs
}

// loginNames lists what a login by password consists of.
func (s *Session) loginNames(withProject bool) string {
	names := []string{"user_name", "password"}
	if s.cfg.UserID != "" {
		names[0] = "user_id"
	}
	if s.cfg.DomainID != "" || s.cfg.DomainName != "" {
		names = append(names, s.domainAttribute())
	}
	if s.cfg.SpendsPasscode() {
		names = append(names, "passcode")
	}
	if withProject { // with an agency, this login is for the domain
		names = append(names, s.projectAttribute())
	}
	for i, name := range names {
		names[i] = settings.Named(name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func (s *Session) projectAttribute() string {
	switch {
	case s.cfg.HasAgency():
		return "delegated_project"
	case s.cfg.TenantID != "":
		return "tenant_id"
	default:
		return "tenant_name"
	}
}

func (s *Session) domainAttribute() string {
	if s.cfg.DomainID != "" {
		return "domain_id"
	}
	return "domain_name"
}

// regionConflict is for a project in another region than the one that is asked.
func (s *Session) regionConflict() string {
	project := settings.RegionOfProject(s.cfg.TenantName)
	if project == "" || s.cfg.Region == "" || project == s.cfg.Region || s.cfg.HasAgency() {
		return ""
	}
	return fmt.Sprintf("Project %q is in region %s by its name, but the region is %s. ", s.cfg.TenantName, project, s.cfg.Region)
}

// projectPrefix is for a project whose name lacks the region.
func (s *Session) projectPrefix() string {
	if s.cfg.TenantName == "" || s.cfg.HasAgency() || settings.RegionOfProject(s.cfg.TenantName) != "" {
		return ""
	}
	return fmt.Sprintf("A project's name begins with its region, such as %s_, and %q does not. ", cmp.Or(s.cfg.Region, "eu-de"),
		s.cfg.TenantName)
}

func (s *Session) passwordBlank() string {
	if strings.TrimSpace(s.cfg.Password) == s.cfg.Password {
		return ""
	}
	return "The password begins or ends with a space or line break: " + s.cfg.Trimming("password") + ". "
}

func (s *Session) otherKey() string {
	if alternative := s.cfg.Alternative("access_key"); alternative != "" {
		return " Or " + alternative + "."
	}
	return ""
}

func (s *Session) insteadOfToken() string {
	if alternative := s.cfg.Alternative("token"); s.cfg.Credential() == settings.Token && alternative != "" {
		return alternative
	}
	return "use a password or AK/SK, which the provider can renew by itself"
}

// proxyVariable returns the variable that names the proxy to the identity service.
func (s *Session) proxyVariable() string {
	if strings.HasPrefix(strings.ToLower(s.cfg.AuthURL), "https:") {
		return "HTTPS_PROXY"
	}
	return "HTTP_PROXY"
}

// skew returns how far this machine's clock is from the server's, or "" if that is near enough for signatures.
func (s *Session) skew(header http.Header) string {
	there, err := http.ParseTime(header.Get("Date"))
	ahead := s.now().Sub(there).Round(time.Second)
	switch {
	case err != nil || ahead.Abs() <= 15*time.Minute:
		return ""
	case ahead < 0:
		return ahead.Abs().String() + " behind"
	default:
		return ahead.String() + " ahead of"
	}
}

// caller describes who logs in: credential, user, domain, and project or agency.
func (s *Session) caller() string {
	c := s.cfg
	if c.HasAgency() {
		return s.self() + fmt.Sprintf(", assuming agency %q of domain %q for project %q", c.AgencyName, c.AgencyDomainName, c.DelegatedProject)
	}
	return s.self() + idOrName(", for project", c.TenantID, c.TenantName)
}

// self describes the credential alone.
func (s *Session) self() string {
	c := s.cfg
	switch {
	case c.Credential() == settings.Token:
		return "the given token"
	case c.Credential() == settings.AccessKey && c.SecurityToken != "":
		return "access key " + c.AccessKey + " (temporary, with a security token)"
	case c.Credential() == settings.AccessKey:
		return "access key " + c.AccessKey
	}
	user := idOrName(" of user", c.UserID, c.UserName) + idOrName(" in domain", c.DomainID, c.DomainName)
	if c.Passcode != "" {
		return "password and passcode" + user
	}
	return "the password" + user
}

// idOrName appends what is set to a word: user id 0123, or user "x".
func idOrName(word, id, name string) string {
	switch {
	case id != "":
		return word + " id " + id
	case name != "":
		return fmt.Sprintf("%s %q", word, name)
	default:
		return ""
	}
}
