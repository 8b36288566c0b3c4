// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"io"
	"strings"
	"text/template"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// greeting is what a person reads first. All commands in it can be pasted as they are.
var greeting = template.Must(template.New("greeting").Parse(`The simulated cloud listens at {{.URL}}
An export takes {{.Export}}, a link works for {{.LinkLife}}. Ctrl-C ends it.
{{if .Keystone}}
Tokens of {{.Keystone}} are good here too. Its catalogue needs a service of type rdsv3 with this endpoint:

  {{.URL}}/v3/$(project_id)s
{{end}}
Credentials, for a shell:

  export OS_AUTH_URL={{.URL}}/v3
  export OS_REGION_NAME={{.Region}}
  export OS_USERNAME={{.UserName}}
  export OS_PASSWORD={{.Password}}
  export OS_USER_DOMAIN_NAME={{.DomainName}}
  export OS_PROJECT_NAME={{.ProjectName}}

The same for a configuration:

  provider "rds" {
    auth_url    = "{{.URL}}/v3"
    region      = "{{.Region}}"
    user_name   = "{{.UserName}}"
    password    = "{{.Password}}"
    domain_name = "{{.DomainName}}"
    tenant_name = "{{.ProjectName}}"
  }

With AK/SK, in another shell, because an access key takes precedence over a password:

  export OS_AUTH_URL={{.URL}}/v3
  export OS_REGION_NAME={{.Region}}
  export OS_ACCESS_KEY={{.AccessKey}}
  export OS_SECRET_KEY={{.SecretKey}}
  export OS_PROJECT_NAME={{.ProjectName}}

Ask for a log:

  data "rds_errorlog_download" "rehearsal" {
    instance_id = "{{.Healthy}}"
  }

DB instances:
{{range .Instances}}
  {{.ID}}  {{printf "%-14s" .Name}}  {{.Does}}
{{- end}}
  {{.First}}  fleet-0001      healthy; -fleet N lists the first N of these
  {{.Second}}  fleet-0002      healthy, and so on: any number works as an ID

To rehearse something else, end it and start it again at the same address:

  bin/rdssim -addr {{.Addr}} -incident {{.Incident}}
  bin/rdssim -addr {{.Addr}} -busy 2m
  bin/rdssim -addr {{.Addr}} -rate 5
  bin/rdssim -addr {{.Addr}} -fault 'rds.errorlog=503*3'
  bin/rdssim -help
`))

func greet(w io.Writer, url string, s settings) error {
	_, addr, _ := strings.Cut(url, "://")
	return greeting.Execute(w, map[string]any{
		"URL": url, "Addr": addr, "Export": s.export, "LinkLife": s.linkLife,
		"Region": rdssim.Region, "UserName": rdssim.UserName, "Password": rdssim.Password,
		"DomainName": rdssim.DomainName, "ProjectName": rdssim.ProjectName,
		"AccessKey": rdssim.AccessKey, "SecretKey": rdssim.SecretKey,
		"Healthy": rdssim.InstanceHealthy, "Instances": rdssim.Instances(),
		"First": rdssim.FleetInstance(1), "Second": rdssim.FleetInstance(2), "Incident": rdssim.Incidents()[0],
		"Keystone": s.keystone,
	})
}
