// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gophercloud/gophercloud/v2"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// loginFailure turns whatever a login met into an Error. That the context ended is
// seen by [Session.fly].
func (s *Session) loginFailure(err error) *Error {
	if failure := (*Error)(nil); errors.As(err, &failure) {
		return failure
	}
	if answer := (gophercloud.ErrUnexpectedResponseCode{}); errors.As(err, &answer) {
		return s.answerFailure(answer.Actual, answer.ResponseHeader, answer.Body)
	}
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return s.notIdentity("the answer is not JSON")
	}
	if wrongType := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrongType) {
		return s.notIdentity(otherJSON)
	}
	return s.connectionFailure(err)
}

// connectionFailure is for a request that got no answer.
func (s *Session) connectionFailure(err error) *Error {
	// url.Error repeats the URL, which the Error names anyway.
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		err = outer.Err
	}
	failure := &Error{
		Kind: KindUnreachable, URL: s.cfg.identityURL(), Tried: s.cfg.caller(), Err: scrubbed{err, transport.Reason(err)},
		Hint: "Check auth_url (OS_AUTH_URL) and region (OS_REGION_NAME), the network, and the proxy variables HTTPS_PROXY and NO_PROXY.",
	}
	if s.cfg.SpendsPasscode() {
		failure.Hint += " A passcode works once, and this one may be spent: give the next one."
	}
	if untrusted(err) {
		failure.Kind = KindCertificate
		failure.Hint = s.cfg.certificateHint()
	}
	return failure
}

func (c Config) certificateHint() string {
	if c.CACertFile != "" {
		return "cacert_file (OS_CACERT) is set: only what stands in it is trusted, and the system's authorities are not. Put the missing authority into it, " +
			"or remove cacert_file. If the certificate's name differs, check auth_url."
	}
	return "If a company's own authority signed it, set cacert_file (OS_CACERT) to that authority's certificate. If its name differs, check auth_url."
}

func untrusted(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		name         x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &name) || errors.As(err, &invalid)
}

// answerFailure is for an answer that is no success.
func (s *Session) answerFailure(status int, header http.Header, body []byte) *Error {
	r := apierror.Parse(status, header, body)
	failure := &Error{
		URL: s.cfg.identityURL(), Tried: s.cfg.caller(), Source: s.cfg.source, StatusCode: status,
		Code: r.Code, Message: r.Message, RequestID: r.RequestID,
	}
	failure.Location = location(header)
	isIdentity := !r.Described && !apierror.IsHTML(body) && !r.UnknownAPI() // an object store's errors are markup
	switch {
	case status == http.StatusUnauthorized && s.anotherFactor(failure, header, body):
		if r.Described { // a receipt names no error, and none is missing
			failure.Message = ""
		}
	case status == http.StatusUnauthorized:
		s.unauthorized(failure, header)
	case status == http.StatusForbidden && isIdentity:
		failure.Kind = KindProject
		failure.Hint = "The caller is known but may not do this. " + s.cfg.regionHint() + "Check its groups in IAM, that it may use the API, and the project (" +
			s.cfg.projectHint() + ")."
	case status == http.StatusNotFound && isIdentity:
		failure.Kind = KindProject
		failure.Hint = s.cfg.regionHint() + "Check " + s.cfg.projectHint() + ", and that auth_url is of the region that the project is in."
	case status == http.StatusTooManyRequests || status >= http.StatusInternalServerError:
		failure.Kind = KindFault
		failure.Hint = faultHint
	case status == http.StatusBadRequest && isIdentity:
		failure.Kind = KindRejected
		failure.Hint = "Check the user, domain and project; ids and names must not be mixed up."
	default:
		failure.Kind = KindNotIdentity
		failure.Hint = authURLHint
	}
	return failure
}

// location is where a redirect leads, scheme and host only. A relative one says nothing new.
func location(header http.Header) string {
	to, err := url.Parse(header.Get("Location"))
	if err != nil || to.Host == "" {
		return ""
	}
	return apierror.Printable(strings.TrimPrefix(to.Scheme+"://"+to.Host, "://"))
}

const faultHint = "Try again later. If it stays so, look at the cloud's status page."

// otherJSON is said of an answer that is a success and no login.
const otherJSON = "the answer's JSON is not that of a login"

const authURLHint = "Check auth_url (OS_AUTH_URL): it looks like https://iam.eu-de.otc.t-systems.com/v3. A proxy may also answer in its place."

// anotherFactor explains an answer that asks for more than it was given, and says whether it is one. Keystone gives a
// receipt for what was right. The cloud has no code for it: only the text tells, and only where a password was sent
// alone is it looked at.
func (s *Session) anotherFactor(failure *Error, header http.Header, body []byte) bool {
	if s.cfg.kind() != kindPassword {
		return false
	}
	receipt := hasReceipt(header, body)
	switch {
	case s.cfg.Passcode == "" && (receipt || containsAny(failure.Message, "mfa", "totp", "multi-factor", "two-factor")):
		failure.Kind = KindMFA
		failure.Hint = "Set passcode (OS_PASSCODE) to the current code of the MFA device, and user_id (OS_USER_ID) instead of user_name."
	case receipt:
		failure.Kind = KindRefused
		failure.Hint = "Password and passcode are right, but yet another factor is asked for, which this provider cannot give. " +
			"Use a token (OS_TOKEN) or AK/SK (OS_ACCESS_KEY, OS_SECRET_KEY)."
	default:
		return false
	}
	return true
}

func hasReceipt(header http.Header, body []byte) bool {
	var receipt struct {
		Methods json.RawMessage `json:"required_auth_methods"`
	}
	return header.Get("Openstack-Auth-Receipt") != "" || json.Unmarshal(body, &receipt) == nil && len(receipt.Methods) > 0
}

// unauthorized explains a 401 by the kind of credential.
func (s *Session) unauthorized(failure *Error, header http.Header) {
	failure.Kind = KindRefused
	switch {
	// The cloud has no code for it: a lock can be told by the text only.
	case containsAny(failure.Message, "reach the limit", "locked"):
		failure.Kind = KindKeyLocked
		failure.Hint = "Wait five minutes (an access key) or fifteen (a user) without trying, then try again with the right credentials."
	case s.cfg.kind() == kindAKSK:
		failure.Hint = "Check access_key (OS_ACCESS_KEY) and secret_key (OS_SECRET_KEY). A temporary key needs its security_token (OS_SECURITY_TOKEN) " +
			"and works only for a while. This run does not try them again, because a few failures in a row lock the key for five minutes."
		s.explainSkew(failure, header)
	case s.cfg.kind() == kindToken:
		failure.Kind = KindTokenExpired
		failure.Hint = tokenHint
	default:
		failure.Hint = s.cfg.passwordHint()
	}
}

func (c Config) passwordHint() string {
	suspects, project, once, blank := "A wrong password", ", and so may a wrong project", "", ""
	if strings.TrimSpace(c.Password) != c.Password {
		blank = "The password begins or ends with a space or line break: where it comes from a file or a command, wrap it in trimspace(). "
	}
	if c.SpendsPasscode() {
		suspects, once = "A wrong password, a wrong passcode", "A passcode works once, and only while the device shows it. "
	}
	if c.hasAgency() {
		project = "" // this login is for the domain
	}
	return blank + suspects + ", a wrong user and a wrong domain look alike" + project + ". Check " + c.loginNames() + ", and whether the password has expired. " +
		once + c.regionHint() + notAgain
}

// notAgain is said after a refusal that counts towards a lock.
const notAgain = "This run does not try them again, because a few failures in a row lock the user."

// loginNames lists what a login by password is made of, with the variables.
func (c Config) loginNames() string {
	attributes := []string{c.userAttribute(), "password"}
	if c.DomainID != "" || c.DomainName != "" {
		attributes = append(attributes, c.domainHint())
	}
	if c.SpendsPasscode() {
		attributes = append(attributes, "passcode")
	}
	if !c.hasAgency() {
		attributes = append(attributes, c.projectHint())
	}
	for i, attribute := range attributes {
		attributes[i] = attribute + " (" + usualEnvOf(attribute) + ")"
	}
	last := len(attributes) - 1
	return strings.Join(attributes[:last], ", ") + " and " + attributes[last]
}

// regionHint is for a project that belongs to another region than the one that is asked.
func (c Config) regionHint() string {
	of := regionOfProject(c.TenantName)
	if of == "" || c.Region == "" || of == c.Region || c.hasAgency() {
		return ""
	}
	return fmt.Sprintf("The name of project %q says region %s, but the region is %s. ", c.TenantName, of, c.Region)
}

const tokenHint = "It has expired, or it belongs to another cloud or region. Get a new one and set token (OS_TOKEN), " +
	"or use a password or AK/SK, which the provider can renew by itself."

// maxSkew is how far clocks may differ before signatures are refused.
const maxSkew = 15 * time.Minute

// explainSkew looks whether the server's clock is far from this one's.
func (s *Session) explainSkew(failure *Error, header http.Header) {
	there, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return
	}
	ahead := s.now().Sub(there).Round(time.Second)
	if ahead.Abs() <= maxSkew {
		return
	}
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	failure.Kind = KindClockSkew
	failure.Hint = fmt.Sprintf("This machine's clock is %s %s the server's; signatures allow 15 minutes. Set the clock.", ahead.Abs(), direction)
}

// tokenFailure is for a token that the user gave and the identity service does
// not know: Keystone answers that with 404.
func (s *Session) tokenFailure(err error) *Error {
	failure := s.loginFailure(err)
	if failure.StatusCode == http.StatusNotFound && failure.Kind == KindProject {
		failure.Kind, failure.Hint = KindTokenExpired, tokenHint
	}
	return failure
}

// rescopeFailure is for a good token that is not good for the project.
func (s *Session) rescopeFailure(err error) *Error {
	failure := s.loginFailure(err)
	if failure.Kind == KindTokenExpired || failure.Kind == KindProject {
		failure.Kind = KindProject
		failure.Hint = "The token is good but not for this project. Check " + s.cfg.projectHint() + ", or get a token for the project."
	}
	return failure
}

func (s *Session) notIdentity(message string) *Error {
	return &Error{Kind: KindNotIdentity, URL: s.cfg.identityURL(), Tried: s.cfg.caller(), Message: message, Hint: authURLHint}
}

func (c Config) projectHint() string {
	switch {
	case c.hasAgency():
		return "delegated_project"
	case c.TenantID != "":
		return "tenant_id"
	default:
		return "tenant_name"
	}
}

func (c Config) userAttribute() string {
	if c.UserID != "" {
		return "user_id"
	}
	return "user_name"
}

func (c Config) domainHint() string {
	if c.DomainID != "" {
		return "domain_id"
	}
	return "domain_name"
}

func containsAny(text string, parts ...string) bool {
	lower := strings.ToLower(text)
	for _, part := range parts {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}

// scrubbed is an error whose text was freed of secrets.
type scrubbed struct {
	error
	text string
}

func (e scrubbed) Error() string { return e.text }
func (e scrubbed) Unwrap() error { return e.error }
