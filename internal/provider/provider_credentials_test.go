// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// kind is a kind of credential, and what the cloud sees of it: the calls of one read, and the project of the call for
// links.
type kind struct {
	env     map[string]string // all of it
	block   map[string]any
	files   map[string]string // beside the configuration
	calls   []string
	project string // "" is rdssim.ProjectID
	login   string // the host where the login must arrive; "" is any
}

// givenToken is replaced by a token that is issued when the test begins.
const givenToken = "(a token)"

func kinds() map[string]kind {
	iam := map[string]string{"OS_AUTH_URL": "https://rdssim.invalid/v3"}
	user := with(iam, "OS_USERNAME", rdssim.UserName, "OS_PASSWORD", rdssim.Password, "OS_USER_DOMAIN_NAME", rdssim.DomainName)
	keys := with(iam, "OS_ACCESS_KEY", rdssim.AccessKey, "OS_SECRET_KEY", rdssim.SecretKey)
	temporary := with(iam, "OS_ACCESS_KEY", rdssim.TemporaryAccessKey, "OS_SECRET_KEY", rdssim.TemporarySecretKey, "OS_SECURITY_TOKEN",
		rdssim.SecurityToken)
	agency := []string{
		"OS_AGENCY_NAME", rdssim.AgencyName, "OS_AGENCY_DOMAIN_NAME", rdssim.AgencyDomainName, "OS_DELEGATED_PROJECT",
		rdssim.DelegatedProject,
	}
	login := []string{"login 201", "rds.errorlog 200"}
	catalogue := []string{"iam.catalog 200", "rds.errorlog 200"}
	all := map[string]kind{
		"password, names": {env: with(user, "OS_PROJECT_NAME", rdssim.ProjectName), calls: login},
		"password, ids": {env: with(iam, "OS_USER_ID", rdssim.UserID, "OS_PASSWORD", rdssim.Password, "OS_PROJECT_ID",
			rdssim.ProjectID), calls: login},
		"password, domain by id": {env: with(user, "OS_USER_DOMAIN_NAME", "", "OS_DOMAIN_ID", rdssim.DomainID, "OS_PROJECT_NAME",
			rdssim.ProjectName), calls: login},
		"password and passcode": {env: with(iam, "OS_USER_ID", rdssim.MFAUserID, "OS_PASSWORD", rdssim.Password, "OS_PASSCODE",
			rdssim.MFAPasscode, "OS_PROJECT_ID", rdssim.ProjectID), calls: login},
		"token": {env: with(iam, "OS_TOKEN", givenToken), calls: []string{"iam.token 200", "rds.errorlog 200"}},
		"token, project and endpoint": {env: map[string]string{
			"OS_TOKEN": givenToken, "OS_PROJECT_ID": rdssim.ProjectID,
			"OS_RDS_ENDPOINT_OVERRIDE": "https://rdssim.invalid",
		}, calls: []string{"rds.errorlog 200"}},
		"AK/SK": {env: with(keys, "OS_PROJECT_ID", rdssim.ProjectID), calls: catalogue},
		"AK/SK, project by name": {
			env:   with(keys, "OS_PROJECT_NAME", rdssim.ProjectName),
			calls: append([]string{"iam.projects 200"}, catalogue...),
		},
		"AK/SK, project and endpoint": {env: with(keys, "OS_AUTH_URL", "", "OS_PROJECT_ID", rdssim.ProjectID, "OS_RDS_ENDPOINT_OVERRIDE",
			"https://rdssim.invalid/v3/"+rdssim.ProjectID), calls: []string{"rds.errorlog 200"}},
		"AK/SK, temporary": {
			env:   with(temporary, "OS_PROJECT_NAME", rdssim.ProjectName),
			calls: append([]string{"iam.projects 200"}, catalogue...),
		},
		"agency from password": {env: with(user, agency...), calls: []string{"login 201", "login 201", "rds.errorlog 200"}},
		"agency from token":    {env: with(with(iam, agency...), "OS_TOKEN", givenToken), calls: login},
		"agency from AK/SK":    {env: with(with(keys, agency...), "OS_DOMAIN_ID", rdssim.DomainID), calls: login},
		"agency from AK/SK, domain's name": {
			env:   with(with(keys, agency...), "OS_DOMAIN_NAME", rdssim.DomainName),
			calls: append([]string{"iam.domains 200"}, login...),
		},
		"agency from temporary AK/SK": {env: with(with(temporary, agency...), "OS_DOMAIN_ID", rdssim.DomainID), calls: login},
		"block alone": {block: map[string]any{
			"auth_url": "https://rdssim.invalid/v3", "user_name": rdssim.UserName, "password": rdssim.Password, "domain_name": rdssim.DomainName,
			"tenant_name": rdssim.ProjectName,
		}, calls: login},
		"clouds.yaml and secure.yaml": {
			block: map[string]any{"cloud": "otc"}, calls: login,
			files: map[string]string{
				"clouds.yaml": "clouds:\n  otc:\n    region_name: eu-de\n    auth:\n      auth_url: https://rdssim.invalid/v3\n      " +
					"username: " + rdssim.UserName +
					"\n      user_domain_name: " + rdssim.DomainName + "\n      project_name: " + rdssim.ProjectName + "\n",
				"secure.yaml": "clouds:\n  otc:\n    auth:\n      password: " + rdssim.Password + "\n",
			},
		},
		"clouds.yaml, profile otc": {
			env: map[string]string{"OS_CLOUD": "otc"}, calls: login, login: "iam.eu-de.otc.t-systems.com",
			files: map[string]string{"clouds.yaml": "clouds:\n  otc:\n    profile: otc\n    auth:\n      " +
				"username: " + rdssim.UserName + "\n      password: " + rdssim.Password +
				"\n      project_name: " + rdssim.ProjectName + "\n      user_domain_name: " + rdssim.DomainName + "\n    interface: public\n    " +
				"identity_api_version: 3\n"},
		},
		"clouds.yaml, profile otc, a region to come": {
			env: map[string]string{"OS_CLOUD": "otc"}, calls: login, login: "iam.eu-fr.otc.t-systems.com",
			files: map[string]string{"clouds.yaml": "clouds:\n  otc:\n    profile: otc\n    region_name: eu-fr\n    auth:\n      " +
				"username: " + rdssim.UserName + "\n      password: " +
				rdssim.Password + "\n      project_name: " + rdssim.ProjectName + "\n      user_domain_name: " + rdssim.DomainName + "\n"},
		},
		"clouds.yaml, AK/SK": {
			env: map[string]string{"OS_CLOUD": "otc"}, calls: append([]string{"iam.projects 200"}, catalogue...),
			files: map[string]string{"clouds.yaml": "clouds:\n  otc:\n    profile: otc\n    region_name: eu-de\n  " +
				"  ak: " + rdssim.AccessKey + "\n    sk: " + rdssim.SecretKey +
				"\n    auth:\n      project_name: " + rdssim.ProjectName + "\n"},
		},
	}
	for name, k := range all {
		if strings.HasPrefix(name, "agency") {
			k.project = rdssim.DelegatedProjectID
			all[name] = k
		}
	}
	return all
}

// TestCredentials: every kind of credential gets the links through a real Terraform. A read after the first may use
// what the first found out, so that the first calls are compared.
func TestCredentials(t *testing.T) {
	for name, k := range kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := rdstest.NewWithClock(t, append(slices.Clone(signedRequests),
				rdssim.WithCatalogEndpoint("eu-fr", "public", "https://rdssim.invalid/v3/{project_id}"))...)
			stageKind(t, c, k)
			plan(t, c, providerBlock(k.block)+ofInstance(rdssim.InstanceHealthy),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("FINISH")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("link_count"), knownvalue.Int64Exact(1)),
			)
			if diff := cmp.Diff(k.calls, c.Calls()[:min(len(k.calls), len(c.Calls()))]); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if got, want := last(c, "rds.errorlog").Path,
				"/v3/"+k.inProject()+"/instances/"+rdssim.InstanceHealthy+"/errorlog-download"; got != want {
				t.Errorf("asked for %s, want %s", got, want)
			}
			if got := last(c, "login").Host; k.login != "" && got != k.login {
				t.Errorf("logged in at %s, want %s", got, k.login)
			}
		})
	}
}

func (k kind) inProject() string {
	if k.project == "" {
		return rdssim.ProjectID
	}
	return k.project
}

func stageKind(t *testing.T, c *rdstest.Cloud, k kind) {
	t.Helper()
	given := issueToken(t, c)
	clear(c.Env)
	c.SetEnv(k.env)
	if c.Env["OS_TOKEN"] == givenToken {
		c.Env["OS_TOKEN"] = given
	}
	for name, text := range k.files {
		writeFile(t, filepath.Join(c.Outside.Environment.WorkDir, name), text)
	}
}

// issueToken gets a token with a login of the provider's own, and forgets how.
func issueToken(t *testing.T, c *rdstest.Cloud) string {
	t.Helper()
	if o := read(t, c, instance(rdssim.InstanceHealthy)); o.Diagnostics != nil {
		t.Fatalf("want a token, got %q", o.Diagnostics)
	}
	token := lastHeader(c, "rds.errorlog", "X-Auth-Token")
	c.Reset()
	return token
}

// TestCredentials_Renewal: a token that is revoked in the middle of a wait is renewed, with an agency by both of its
// logins; a token that was given is not.
func TestCredentials_Renewal(t *testing.T) {
	before := []string{"rds.errorlog 200", "rds.errorlog 401"}
	for name, want := range map[string][]string{
		"password, names": slices.Concat([]string{"login 201"}, before, []string{"login 201", "rds.errorlog 200"}),
		"agency from password": slices.Concat([]string{"login 201", "login 201"}, before,
			[]string{"login 201", "login 201", "rds.errorlog 200"}),
		"agency from AK/SK":     slices.Concat([]string{"login 201"}, before, []string{"login 201", "rds.errorlog 200"}),
		"password and passcode": slices.Concat([]string{"login 201"}, before),
		"token":                 slices.Concat([]string{"iam.token 200"}, before),
	} {
		t.Run(name, func(t *testing.T) {
			c := rdstest.NewWithClock(t, rdssim.WithClock(time.Now), rdssim.WithExportDuration(time.Millisecond))
			c.Inject(rdssim.Fault{Kind: "rds.errorlog", Handler: emptyAnswer()})
			stageKind(t, c, kinds()[name])
			revokeAfterFirstAnswer(t, c)
			read(t, c, instance(rdssim.InstanceHealthy))
			if got := c.Calls(); !slices.Equal(got[:min(len(got), len(want))], want) || len(want) == 3 && len(got) != 3 {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestCredentials_OneLogin: two hundred data sources that are read at the same time log in once.
func TestCredentials_OneLogin(t *testing.T) {
	c := rdstest.NewCLI(t, nil, rdssim.WithExportDuration(0))
	c.Write(t, "main.tf", requirement+`
		data "rds_errorlog_download" "fleet" {
		  count       = 200
		  instance_id = format("f1ee7%027din03", count.index)
		}
		output "links" { value = sum(data.rds_errorlog_download.fleet[*].link_count) }`)
	run := c.Run(t, "apply", "-auto-approve", "-no-color", "-parallelism=200")
	if run.ExitCode != 0 || !strings.Contains(run.Stdout, "links = 200\n") {
		t.Fatalf("exit code %d, want 0 and 200 links\n%s\n%s", run.ExitCode, run.Stdout, run.Stderr)
	}
	if logins, asked := c.Cloud.Count("login"), c.Cloud.Count("rds.errorlog"); logins != 1 || asked != 200 {
		t.Errorf("%d logins and %d calls for links, want 1 and 200", logins, asked)
	}
}
