// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

// The seeded accounts: one with a user for every kind of login, a user with MFA and a project with instances, and one
// that delegates its project through an agency.
//
// The secrets are distinctive, so that a search for them in a log finds nothing else.
const (
	Region = "eu-de"

	DomainName = "OTC-EU-DE-00000000001000012345"
	DomainID   = "1a2b6d2c7d8e4c51a0ff21bb3a9d0c11"

	UserName = "oncall"
	UserID   = "7c6c9b0f2b7d4c5fb0a3a8f2d5e61c22"
	Password = "Reh3arsal-Passw0rd-7f1c"

	// MFAUserName logs in with Password and MFAPasscode together. The passcode needs the user's ID.
	MFAUserName = "oncall-mfa"
	MFAUserID   = "c1f0d7f1a5a54e0e9d7b64a0c8f3aa33"
	MFAPasscode = "719263"

	ProjectName = "eu-de_rehearsal"
	ProjectID   = "0483b6b16e954cb88930a360d2c4e663"

	// RootProjectName is the region's main project. The user may work in it, and it has no instances.
	RootProjectName = "eu-de"
	RootProjectID   = "5d9e0b1cf3a84b55a6e0c7d4d25b4e44"

	AccessKey = "RDSS1MPERMANENTAK7F1"
	SecretKey = "Reh3arsal5ecretKey7f1cPermanentQwErTyUiO"

	TemporaryAccessKey = "RDSS1MTEMPORARYAK7F1"
	TemporarySecretKey = "Reh3arsal5ecretKey7f1cTemporaryQwErTyUiO"
	// SecurityToken belongs to the temporary key, which is refused without it.
	SecurityToken = "Reh3arsal-SecurityT0ken-7f1c-gQpldS1kZQ1mYjJlNTQ2MDQyYTk0"

	// AgencyName is an agency of the account AgencyDomainName. It gives the account DomainName access to DelegatedProject.
	AgencyName       = "rds-log-readers"
	AgencyDomainName = "OTC-EU-DE-00000000001000067890"
	AgencyDomainID   = "90e7d0a7c2be4ad6b4f6a3d81e5f5b55"

	// DelegatedProject has the same instances as ProjectName, with separate exports.
	DelegatedProject   = "eu-de_delegated"
	DelegatedProjectID = "be61a9a02f664e1b9d0b8e6c94c36f66"

	// TokenMark repeats every 64 characters in each token, so that a search also finds a leaked part.
	TokenMark = "T0ken-7f1c"
	// LinkAccessKey is the AWSAccessKeyId of each download link.
	LinkAccessKey = "RDSS1MDOWNLOADL1NK7F"
)

type domain struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type project struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Domain    domain `json:"domain"`
	instances bool   // reports whether the project has the seeded instances
}

// key names an instance of the project: projects have instances of the same ID.
func (p project) key(instanceID string) string { return p.ID + "/" + instanceID }

type user struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Domain   domain `json:"domain"`
	passcode string // empty for a user without MFA
}

// accessKey is one AK/SK of the user. securityToken is empty for a permanent key.
type accessKey struct{ secret, securityToken string }

var (
	homeDomain   = domain{DomainID, DomainName}
	agencyDomain = domain{AgencyDomainID, AgencyDomainName}

	projects = []project{
		{RootProjectID, RootProjectName, homeDomain, false},
		{ProjectID, ProjectName, homeDomain, true},
		{DelegatedProjectID, DelegatedProject, agencyDomain, true},
	}
	oncall = user{UserID, UserName, homeDomain, ""}
	users  = []user{oncall, {MFAUserID, MFAUserName, homeDomain, MFAPasscode}}

	accessKeys = map[string]accessKey{
		AccessKey:          {SecretKey, ""},
		TemporaryAccessKey: {TemporarySecretKey, SecurityToken},
	}
)

// findProject returns an account's project by ID or, if id is empty, by name. Its ID is empty if there is none.
func findProject(of domain, id, name string) project {
	for _, p := range projects {
		if p.Domain == of && (id != "" && p.ID == id || id == "" && p.Name == name) {
			return p
		}
	}
	return project{}
}
