// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import "fmt"

// The seeded world: one account with one user who can log in every way there is, one user with MFA, one project with
// instances, and a second account that delegates a project of its own through an agency.
//
// The secrets' values are distinctive on purpose: a search of a log for them means something.
const (
	Region = "eu-de"

	DomainName = "OTC-EU-DE-00000000001000012345"
	DomainID   = "1a2b6d2c7d8e4c51a0ff21bb3a9d0c11"

	UserName = "oncall"
	UserID   = "7c6c9b0f2b7d4c5fb0a3a8f2d5e61c22"
	Password = "Reh3arsal-Passw0rd-7f1c"

	// MFAUserName's login needs Password and MFAPasscode together, the passcode with the user's ID.
	MFAUserName = "oncall-mfa"
	MFAUserID   = "c1f0d7f1a5a54e0e9d7b64a0c8f3aa33"
	MFAPasscode = "719263"

	ProjectName = "eu-de_rehearsal"
	ProjectID   = "0483b6b16e954cb88930a360d2c4e663"

	// RootProjectName is the region's own project: the user may work in it, and it has no instances.
	RootProjectName = "eu-de"
	RootProjectID   = "5d9e0b1cf3a84b55a6e0c7d4d25b4e44"

	AccessKey = "RDSS1MPERMANENTAK7F1"
	SecretKey = "Reh3arsal5ecretKey7f1cPermanentQwErTyUiO"

	TemporaryAccessKey = "RDSS1MTEMPORARYAK7F1"
	TemporarySecretKey = "Reh3arsal5ecretKey7f1cTemporaryQwErTyUiO"
	// SecurityToken goes with the temporary key: without it, or with another one, the key is refused.
	SecurityToken = "Reh3arsal-SecurityT0ken-7f1c-gQpldS1kZQ1mYjJlNTQ2MDQyYTk0"

	// AgencyName is an agency of the account AgencyDomainName; it lets the account DomainName into DelegatedProject.
	AgencyName       = "rds-log-readers"
	AgencyDomainName = "OTC-EU-DE-00000000001000067890"
	AgencyDomainID   = "90e7d0a7c2be4ad6b4f6a3d81e5f5b55"

	// DelegatedProject has the same instances as ProjectName has, with exports of their own.
	DelegatedProject   = "eu-de_delegated"
	DelegatedProjectID = "be61a9a02f664e1b9d0b8e6c94c36f66"

	// TokenMark stands every 64 characters in each token that the simulator issues, so that a leak of a part is found
	// too.
	TokenMark = "T0ken-7f1c"
	// LinkAccessKey is the AWSAccessKeyId of each download link.
	LinkAccessKey = "RDSS1MDOWNLOADL1NK7F"
)

// The seeded instances. Each lives in ProjectID and in DelegatedProjectID.
const (
	InstanceHealthy     = "3d39c18788b54a919bab633874c159dfin03"
	InstanceTwoFiles    = "5a1f7c20d4b94e3c8f62b0a7d9e31c42in03"
	InstanceFails       = "7be0429d61f84f0fa53cd2817c90eb53in03"
	InstancePartlyFails = "91c3e6f85d2a4b7198d0fa64b73e2c64in03"
	InstanceBusy        = "a4d87b1309ce4f62b1f5e83c06d94a75in03"
	InstanceMySQL       = "b8e25f47c0a14d93a6b7190d5fc83e86in01"
	InstanceMissing     = "c0ffee00000000000000000000000404in03"
	InstanceEmpty       = "d2f94c6ab87e4150b3c1a06e9d58f797in03"
	InstanceStuck       = "e7104da95bc24f86a0d93f72c6b18ea8in03"
	InstanceNoLink      = "f3b65e8217d04c9ab8e4f0c1a92d76b9in03"
)

// fleetPrefix begins the ID of each instance of the fleet.
const fleetPrefix = "f1ee7"

// FleetInstance returns the ID of the healthy instance number n, 0 or more. There are as many as anyone asks for.
func FleetInstance(n int) string {
	return fmt.Sprintf("%s%027din03", fleetPrefix, n)
}

type domain struct{ id, name string }

type project struct {
	id, name string
	domain   domain
	// instances says whether the seeded instances live here.
	instances bool
}

type user struct {
	id, name string
	domain   domain
	// passcode is empty for a user without MFA.
	passcode string
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

// findProject looks a project of one account up by ID or, where id is empty, by name.
func findProject(of domain, id, name string) (project, bool) {
	for _, p := range projects {
		if p.domain == of && (id != "" && p.id == id || id == "" && p.name == name) {
			return p, true
		}
	}
	return project{}, false
}
