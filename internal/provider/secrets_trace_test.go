// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// tracedCaller is who runs Terraform.
type tracedCaller struct {
	env     map[string]string // beside a user's by password; what is empty is taken out
	block   string            // of the provider
	faults  []rdssim.Fault
	project string // that requests for links name; "" where none goes out
}

// tracedCallers are all ways to log in. The faults are those of an object's requests.
func tracedCallers(o object) map[string]tracedCaller {
	none := map[string]string{"OS_USERNAME": "", "OS_PASSWORD": "", "OS_USER_DOMAIN_NAME": "", "OS_PROJECT_NAME": ""}
	key := with(none, "OS_PROJECT_NAME", rdssim.ProjectName, "OS_ACCESS_KEY", rdssim.AccessKey, "OS_SECRET_KEY", rdssim.SecretKey)
	token := with(none, "OS_TOKEN", givenToken)
	agency := func(env map[string]string) map[string]string {
		return with(
			env, "OS_AGENCY_NAME", rdssim.AgencyName, "OS_AGENCY_DOMAIN_NAME", rdssim.AgencyDomainName, "OS_DELEGATED_PROJECT",
			rdssim.DelegatedProject,
		)
	}
	// Errors are where secrets leak. Only what can be renewed outlives a 401.
	passing := at(o.calls, 1, echoToken(503))
	faults := append(at(o.calls, 1, echoToken(401)), at(o.calls, 1, rdssim.Drop())...)
	return map[string]tracedCaller{
		"password": {faults: faults, project: rdssim.ProjectID},
		"passcode": {
			env: map[string]string{"OS_USERNAME": "", "OS_USER_ID": rdssim.MFAUserID, "OS_PASSCODE": rdssim.MFAPasscode}, faults: passing,
			project: rdssim.ProjectID,
		},
		"AK/SK":         {env: key, faults: passing, project: rdssim.ProjectID},
		"AK/SK refused": {env: with(key, "OS_SECRET_KEY", rdssim.TemporarySecretKey)},
		"temporary key": {
			env: with(
				key, "OS_ACCESS_KEY", rdssim.TemporaryAccessKey, "OS_SECRET_KEY", rdssim.TemporarySecretKey, "OS_SECURITY_TOKEN",
				rdssim.SecurityToken,
			),
			faults: passing, project: rdssim.ProjectID,
		},
		"token":         {env: token, faults: passing, project: rdssim.ProjectID},
		"token refused": {env: token, faults: at(o.calls, forEver, echoToken(401)), project: rdssim.ProjectID},
		"token in the provider block": {
			env: with(none, "TF_VAR_token", givenToken), faults: passing, project: rdssim.ProjectID,
			block: "variable \"token\" {\n  sensitive = true\n}\nprovider \"rds\" {\n  token = var.token\n}\n",
		},
		"agency": {env: agency(map[string]string{}), faults: faults, project: rdssim.DelegatedProjectID},
		"agency refused": {
			env: agency(map[string]string{}), faults: []rdssim.Fault{{Kind: "login", Skip: 1, Times: forEver, Handler: echoToken(403)}},
		},
		"agency from token":  {env: agency(token), faults: passing, project: rdssim.DelegatedProjectID},
		"agency from AK/SK":  {env: agency(key), faults: faults, project: rdssim.DelegatedProjectID},
		"agency, own login":  {env: agency(map[string]string{"OS_USER_DOMAIN_NAME": "elsewhere"})},
		"password, no links": {faults: at(o.calls, forEver, echoToken(403)), project: rdssim.ProjectID},
	}
}

// someCallers are enough for most tests: the login is the same for all objects. The first object has all of them.
func (o object) someCallers() []string {
	if o.name == objects[0].name {
		return []string{"password", "token", "agency"}
	}
	return []string{"agency"}
}

// echoToken refuses a request and repeats the token that came with it.
func echoToken(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", r.Header.Get("X-Auth-Token"))
		rdssim.APIError(status, "DBS.299999", "You sent "+r.Header.Get("X-Auth-Token"))(w, r)
	}
}

// traceOf runs the CLI at the highest log level, of Terraform and of the provider program, and returns all that it prints
// and leaves behind.
func traceOf(t *testing.T, o object, name, configuration string, arguments ...string) (rdstest.Finished, string) {
	t.Helper()
	who := tracedCallers(o)[name]
	c := rdstest.NewCLI(t, nil, append(oneDay(), rdssim.WithExportDuration(0))...)
	given := tokenFrom(t, c.Cloud)
	for name, value := range who.env {
		if value == givenToken {
			value = given
		}
		c.Env[name] = value
		if value == "" {
			delete(c.Env, name)
		}
	}
	for _, fault := range who.faults {
		c.Cloud.Inject(fault)
	}
	c.Write(t, "main.tf", requirement+who.block+configuration)
	c.Env["TF_LOG"], c.Env["TF_LOG_PATH"] = "TRACE", filepath.Join(c.Dir, "trace.log")
	run := c.Run(t, append(arguments, "-no-color")...)
	return run, run.Stdout + run.Stderr + everything(t, c.Dir)
}

// everything is all text in a folder.
func everything(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	if err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s:\n%s\n", path, text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// tokenFrom gets a token of the user's without the provider's help.
func tokenFrom(t *testing.T, cloud *rdssim.Server) string {
	t.Helper()
	body := fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":`+
		`{"id":%q,"password":%q}}},"scope":{"project":{"id":%q}}}}`,
		rdssim.UserID, rdssim.Password, rdssim.ProjectID)
	resp, err := http.Post(cloud.AuthURL()+"/auth/tokens", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	token := resp.Header.Get("X-Subject-Token")
	if !strings.Contains(token, rdssim.TokenMark) {
		t.Fatalf("%s, and a token of %d bytes", resp.Status, len(token))
	}
	cloud.Reset()
	return token
}

// finds is the control: the search finds what must be there, the lines of the request log above all.
func finds(t *testing.T, o object, all, project string) {
	t.Helper()
	there := []string{"Request"}
	if project != "" {
		there = []string{"@module=rds.requests", o.path, project}
	}
	for _, text := range there {
		if !strings.Contains(all, text) {
			t.Errorf("the search does not find %q, which must be there: it proves nothing", text)
		}
	}
}

// hides expects that no text of a log is there.
func hides(t *testing.T, o object, all string) {
	t.Helper()
	tellsNoSecret(t, all)
	for _, text := range o.hidden {
		if i := strings.Index(all, text); i >= 0 {
			t.Errorf("got %q, want it hidden: …%s…", text, all[max(0, i-200):min(len(all), i+200)])
		}
	}
}

func TestSecretsInTrace(t *testing.T) {
	each(t, func(t *testing.T, o object) {
		callers := o.someCallers()
		if len(callers) > 1 {
			callers = sortedKeys(tracedCallers(o))
		}
		for _, name := range callers {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				_, all := traceOf(t, o, name, o.data(rdssim.InstanceHealthy), "plan")
				hides(t, o, all)
				finds(t, o, all, tracedCallers(o)[name].project)
			})
		}
	})
}

// TestSecretsInTrace_Ephemeral: no link and no text of a log stays behind in the state either. A command takes one, as a
// person's would.
func TestSecretsInTrace_Ephemeral(t *testing.T) {
	rdstest.NeedEphemerals(t)
	each(t, func(t *testing.T, o object) {
		if o.dataOnly {
			return
		}
		configuration := o.ephemeral(rdssim.InstanceHealthy) + `
			resource "terraform_data" "save" {
			  provisioner "local-exec" {
			    command     = "case $VALUE in ` + o.pattern + `) touch came ;; esac"
			    environment = { VALUE = ephemeral.` + o.name + `.orders.` + o.value + ` }
			  }
			}`
		for _, name := range o.someCallers() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				run, all := traceOf(t, o, name, configuration, "apply", "-auto-approve")
				if run.ExitCode != 0 || !strings.Contains(all, "/came:\n") || !strings.Contains(all, "/terraform.tfstate:\n") {
					t.Errorf("got %s\n%s, want a value in the command, and a state", run.Stdout, run.Stderr)
				}
				hides(t, o, all)
				finds(t, o, all, tracedCallers(o)[name].project)
			})
		}
	})
}

// TestSecretsInTrace_Action: the action follows the links itself.
func TestSecretsInTrace_Action(t *testing.T) {
	rdstest.NeedTerraform(t, 14, "actions")
	each(t, func(t *testing.T, o object) {
		if !o.action {
			return
		}
		for _, name := range o.someCallers() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				run, all := traceOf(t, o, name, o.saving(rdssim.InstanceHealthy), "apply", "-auto-approve", o.invoke())
				if run.ExitCode != 0 || !strings.Contains(all, ".sha256:\n") {
					t.Errorf("got %s\n%s, want files", run.Stdout, run.Stderr)
				}
				tellsNoSecret(t, all)
				finds(t, o, all, tracedCallers(o)[name].project)
			})
		}
	})
}

// TestSecretsInTrace_ActionWithoutCLI: the same through the provider's protocol, for an older CLI: what the provider and
// its framework log, report and answer.
func TestSecretsInTrace_ActionWithoutCLI(t *testing.T) {
	each(t, func(t *testing.T, o object) {
		if !o.action {
			return
		}
		for _, name := range o.someCallers() {
			folder := filepath.Join(t.TempDir(), "logs")
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { traceInvocation(t, o, tracedCallers(o)[name], folder) })
			})
		}
	})
}

func traceInvocation(t *testing.T, o object, who tracedCaller, folder string) {
	c := rdstest.New(t)
	given := issueToken(t, c)
	c.SetEnv(who.env)
	if c.Env["OS_TOKEN"] == givenToken {
		c.Env["OS_TOKEN"] = given
	}
	for _, fault := range who.faults {
		c.Inject(fault)
	}
	c.Inject(rdssim.Fault{Kind: "obs.get", Handler: rdssim.HalfBody()})
	var log bytes.Buffer
	ctx := tfsdklogtest.RootLogger(tflogtest.RootLogger(t.Context(), &log), &log)
	p := c.Protocol(t)
	if diags := p.Configure(ctx, nil); len(diags) > 0 {
		t.Fatalf("got %q, want no diagnostics", diags)
	}
	shown, diags := p.Invoke(ctx, o.name, o.arguments(rdssim.InstanceHealthy, map[string]any{"directory": folder}))
	if len(diags) > 0 {
		t.Fatalf("got %q, want no diagnostics", diags)
	}
	all := strings.Join(shown, "\n") + log.String() + everything(t, folder)
	tellsNoSecret(t, all)
	for _, there := range []string{`"@module":"provider.requests"`, o.path, who.project, ".sha256", "Saved "} {
		if !strings.Contains(all, there) {
			t.Errorf("the search does not find %q, which must be there: it proves nothing", there)
		}
	}
}

// TestSecretsAreFound: the search finds each secret where a configuration prints it.
func TestSecretsAreFound(t *testing.T) {
	each(t, func(t *testing.T, o object) {
		secrets := append([]string{rdssim.TokenMark, rdssim.Password, rdssim.SecretKey}, o.hidden...)
		value := `""`
		if o.value != "" {
			value = "nonsensitive(data." + o.name + ".orders." + o.value + ")"
		}
		if o.links {
			secrets = append(secrets, "Signature=")
		}
		run, all := traceOf(t, o, "token in the provider block", o.data(rdssim.InstanceHealthy)+`
			output "value" { value = `+value+` }
			output "token" { value = nonsensitive(var.token) }
			output "password" { value = "`+rdssim.Password+`" }
			output "key" { value = "`+rdssim.SecretKey+`" }`, "apply", "-auto-approve")
		for _, secret := range secrets {
			if !strings.Contains(run.Stdout, secret) || !strings.Contains(all, secret) {
				t.Errorf("%q was printed and is not found", secret)
			}
		}
	})
}
