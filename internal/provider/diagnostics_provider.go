// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/otc-rds/terraform-provider-rds/internal/identity"
)

// This file is about the provider block: what cannot work in it, and what works and is not safe.

// configurationDiagnostic explains what is wrong with the provider block, at the attribute where it can be put right.
func configurationDiagnostic(err error) diag.Diagnostic {
	var config *identity.ConfigError
	if !errors.As(err, &config) {
		return diag.NewErrorDiagnostic("Unable to configure provider", err.Error())
	}
	if config.Attribute == "" {
		return diag.NewErrorDiagnostic(config.Summary, config.Detail)
	}
	return diag.NewAttributeErrorDiagnostic(path.Root(config.Attribute), config.Summary, config.Detail)
}

// unencryptedWarning is for whoever wrote http for https.
func unencryptedWarning(attribute string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root(attribute), "Requests are not encrypted",
		"The URL in "+attribute+" begins with http://: whoever stands between here and the cloud can read the credentials and the logs. "+
			"The cloud's own addresses begin with https://.")
}

// insecureWarning is for whoever left insecure on after a test.
func insecureWarning() diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("insecure"), "Certificates are not checked",
		"insecure is true (or OS_INSECURE, or verify: false in clouds.yaml): whoever stands between here and the cloud can read the credentials and the logs.\n\n"+
			"To trust a certificate authority of your own, set cacert_file (OS_CACERT) in its place.")
}
