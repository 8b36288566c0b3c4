// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package diagnose

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// This file is about the provider block: what cannot work, and what works but is not safe.

// ConfigurationError explains what is wrong with the provider block, at the attribute that must change.
func ConfigurationError(err error) diag.Diagnostic {
	config, ok := errors.AsType[*settings.Error](err)
	if !ok {
		return diag.NewErrorDiagnostic("Unable to configure provider", err.Error())
	}
	if config.Attribute == "" {
		return diag.NewErrorDiagnostic(config.Summary, config.Detail)
	}
	return diag.NewAttributeErrorDiagnostic(path.Root(config.Attribute), config.Summary, config.Detail)
}

// ConfigurationWarnings lists what works but is probably a mistake.
func ConfigurationWarnings(config settings.Config) diag.Diagnostics {
	var warnings diag.Diagnostics
	if *config.Insecure {
		warnings.AddAttributeWarning(path.Root("insecure"), "Certificates are not checked",
			"insecure is true (or OS_INSECURE, or verify: false in clouds.yaml): anybody on the way to the cloud can read the credentials and "+
				"the logs.\n\nTo trust a certificate authority of your own, set cacert_file (OS_CACERT) instead.")
	}
	for _, name := range config.Unencrypted() {
		warnings.AddAttributeWarning(path.Root(name), "Requests are not encrypted",
			"The URL in "+name+" begins with http://: anybody on the way to the cloud can read the credentials and the logs. "+
				"The cloud's own addresses begin with https://.")
	}
	if variable, region, foreign := config.ForeignAuthURL(); foreign {
		warnings.AddAttributeWarning(path.Root("region"), "The identity service is in another region",
			fmt.Sprintf("region is %s, but %s is the identity service of %s. The login goes there, and will probably not find the project.\n\n"+
				"Set auth_url in this provider block too.", config.Region, variable, region))
	}
	return warnings
}
