// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// providerExample is what an example of the provider block needs around it, and the first calls that it leads to.
type providerExample struct {
	env   map[string]string
	files map[string]string
	calls []string
	tls   *tls.Config // nil: without TLS
}

func providerExamples(t *testing.T) map[string]providerExample {
	t.Helper()
	login := []string{"login 201", "rds.errorlog 200"}
	signed := []string{"iam.projects 200", "iam.catalog 200", "rds.errorlog 200"}
	user := map[string]string{"OS_USERNAME": rdssim.UserName, "OS_PASSWORD": rdssim.Password}
	account := with(user, "OS_USER_DOMAIN_NAME", rdssim.DomainName)
	clouds := yamlBlocks(t, "../../templates/index.md.tmpl")
	if len(clouds) != 2 {
		t.Fatalf("%d blocks of YAML on the provider's page, want 2", len(clouds))
	}
	ca := newAuthority(t)
	client, clients := ca.issue(t, "client"), x509.NewCertPool()
	clients.AddCert(ca.parsed(t))
	return map[string]providerExample{
		"provider.tf": {env: user, calls: login},
		"clouds-yaml.tf": {
			calls: login,
			files: map[string]string{"clouds.yaml": clouds[0], "secure.yaml": strings.Replace(clouds[1], "…", rdssim.Password, 1)},
		},
		"password.tf": {env: map[string]string{"TF_VAR_password": rdssim.Password}, calls: login},
		"passcode.tf": {env: map[string]string{"TF_VAR_password": rdssim.Password, "TF_VAR_passcode": rdssim.MFAPasscode}, calls: login},
		"token.tf":    {env: map[string]string{"TF_VAR_token": givenToken}, calls: []string{"iam.token 200", "rds.errorlog 200"}},
		"aksk.tf": {
			env:   map[string]string{"TF_VAR_access_key": rdssim.AccessKey, "TF_VAR_secret_key": rdssim.SecretKey},
			calls: signed,
		},
		"aksk-temporary.tf": {env: map[string]string{
			"TF_VAR_access_key": rdssim.TemporaryAccessKey,
			"TF_VAR_secret_key": rdssim.TemporarySecretKey, "TF_VAR_security_token": rdssim.SecurityToken,
		}, calls: signed},
		"agency.tf": {env: account, calls: []string{"login 201", "login 201", "rds.errorlog 200"}},
		"certificates.tf": {env: with(account, "OS_PROJECT_NAME", rdssim.ProjectName), calls: login, files: map[string]string{
			"company-ca.pem": ca.pem, "client.pem": client.certificate, "client-key.pem": client.key,
		}, tls: &tls.Config{
			MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{ca.issue(t, "127.0.0.1").pair(t)},
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients,
		}},
	}
}

// yamlBlocks are the blocks of YAML in a document.
func yamlBlocks(t *testing.T, document string) []string {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, inSimulator(block[1]))
	}
	return blocks
}

// inSimulator exchanges the one name in the examples that the simulated cloud does not have.
func inSimulator(text string) string {
	return strings.ReplaceAll(text, "eu-de_myproject", rdssim.ProjectName)
}

// TestProviderExamples applies every example of the provider block with the real CLI and the real program; only the
// identity service's address comes from outside.
func TestProviderExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/provider/*.tf")
	if err != nil {
		t.Fatal(err)
	}
	examples := providerExamples(t)
	if len(files) != len(examples) {
		t.Errorf("%d files, %d examples in the test", len(files), len(examples))
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			example, known := examples[name]
			if !known {
				t.Fatal("want this example in the test's table")
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := stageExample(t, example)
			configuration := inSimulator(string(text)) + ofInstance(rdssim.InstanceHealthy)
			if !strings.Contains(configuration, "required_providers") {
				configuration = requirement + configuration
			}
			c.Write(t, "main.tf", configuration)
			if run := c.Run(t, "apply", "-auto-approve", "-no-color"); run.ExitCode != 0 {
				t.Fatalf("exit code %d, want 0\n%s\n%s", run.ExitCode, run.Stdout, run.Stderr)
			}
			calls := (&rdstest.Cloud{Server: c.Cloud}).Calls()
			if diff := cmp.Diff(example.calls, calls[:min(len(calls), len(example.calls))]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// stageExample starts a cloud, and makes a folder and an environment for an example.
func stageExample(t *testing.T, example providerExample) *rdstest.CLI {
	t.Helper()
	options := []rdssim.Option{rdssim.WithExportDuration(0)}
	if example.tls != nil {
		options = append(options, rdssim.WithTLS(example.tls))
	}
	c := rdstest.NewCLI(t, nil, options...)
	if example.env["TF_VAR_token"] == givenToken {
		c.Write(t, "main.tf", requirement+ofInstance(rdssim.InstanceHealthy))
		if run := c.Run(t, "plan", "-no-color"); run.ExitCode != 0 {
			t.Fatalf("exit code %d, want 0\n%s\n%s", run.ExitCode, run.Stdout, run.Stderr)
		}
		example.env = map[string]string{"TF_VAR_token": lastHeader(&rdstest.Cloud{Server: c.Cloud}, "rds.errorlog", "X-Auth-Token")}
		c.Cloud.Reset()
	}
	for variable := range c.Env {
		if strings.HasPrefix(variable, "OS_") {
			delete(c.Env, variable)
		}
	}
	c.Env["OS_AUTH_URL"] = c.Cloud.AuthURL()
	for variable, value := range example.env {
		c.Env[variable] = value
	}
	for file, text := range example.files {
		c.Write(t, file, text)
	}
	return c
}
