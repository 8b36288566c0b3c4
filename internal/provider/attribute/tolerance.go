// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package attribute

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
)

// A data source with allow_failure turns an error of its instance into a warning, so that one sick instance does not
// hide the others of a fleet.

// ToleranceModel is embedded in a data source's model.
type ToleranceModel struct {
	AllowFailure types.Bool   `tfsdk:"allow_failure"`
	Failure      types.Object `tfsdk:"failure"`
}

// failureAttributes are the attributes of failure.
var failureAttributes = map[string]schema.Attribute{
	"reason":     schema.StringAttribute{MarkdownDescription: "The error in one line.", Computed: true},
	"status":     schema.Int64Attribute{MarkdownDescription: "HTTP status of the last answer, or null.", Computed: true},
	"code":       schema.StringAttribute{MarkdownDescription: "The API's error code, or null.", Computed: true},
	"request_id": schema.StringAttribute{MarkdownDescription: "ID for the cloud's support, or null.", Computed: true},
}

// ToleranceAttributes are the attributes for [ToleranceModel]. empty describes the other attributes after a failure.
func ToleranceAttributes(empty string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"allow_failure": schema.BoolAttribute{
			MarkdownDescription: "Whether an error of this one instance is only a warning, so that the other instances of a fleet still give " +
				"their answer: no or several instances have the name, the cloud refuses or fails, or the timeout ends. " +
				"The reason is then in `failure`. Errors of the configuration, of the login and of the permission to list instances, and an " +
				"interrupt, are always errors. Default: `false`.",
			Optional: true,
		},
		"failure": schema.SingleNestedAttribute{
			MarkdownDescription: "Why there is no answer, with `allow_failure = true`. Null if all is well. After a failure " + empty + ".",
			Computed:            true,
			Attributes:          failureAttributes,
		},
	}
}

// Settle returns the diagnostic for an error, and sets failure. An error that concerns only this instance is a warning if
// allow_failure is true, and failure has the reason. Without an error there is neither.
func (m *ToleranceModel) Settle(t diagnose.Tried, err error) diag.Diagnostics {
	m.Failure = types.ObjectNull(ObjectType(failureAttributes).AttrTypes)
	if err == nil {
		return nil
	}
	d := t.Diagnostic(err)
	if m.AllowFailure.ValueBool() && t.ConcernsInstance(err) {
		m.Failure = failureOf(t, err)
		d = diag.NewWarningDiagnostic(d.Summary(), d.Detail()+"\n\nThis is a warning because allow_failure is true.")
	}
	return diag.Diagnostics{d}
}

// failureOf returns the attribute failure. It holds no secret: neither does the error.
func failureOf(t diagnose.Tried, err error) types.Object {
	answer := diagnose.LastAnswer(err)
	status := types.Int64Null()
	if answer.StatusCode != 0 {
		status = types.Int64Value(int64(answer.StatusCode))
	}
	reason, _, _ := strings.Cut(t.Detail(err), "\n")
	reason = strings.TrimRight(reason, ".:")
	if answer.Message != "" {
		reason += ": " + strings.TrimRight(answer.Message, ".")
	}
	return types.ObjectValueMust(ObjectType(failureAttributes).AttrTypes, map[string]attr.Value{
		"reason":     Text(reason + "."),
		"status":     status,
		"code":       Text(answer.Code),
		"request_id": Text(answer.RequestID),
	})
}
