// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// The data source, the ephemeral resource and the action of this name share the arguments, the wait and the mapping in
// this file.

// errorLogName is the objects' name behind the provider's.
const errorLogName = "_errorlog_download"

// defaultLinksTimeout is long against the 10 to 20 s that exports take in the documents' examples.
const defaultLinksTimeout = 10 * time.Minute

// errorLogArguments are the arguments that all of them take; timeouts differ, their libraries' types do.
type errorLogArguments struct {
	InstanceID   types.String `tfsdk:"instance_id"`
	PollMethod   types.String `tfsdk:"poll_method"`
	PollInterval types.String `tfsdk:"poll_interval"`
}

// wait turns the arguments, which are validated, into the options of a wait.
func (a errorLogArguments) wait(ctx context.Context, timeout time.Duration) rds.WaitOptions {
	interval, _ := time.ParseDuration(a.PollInterval.ValueString()) // 0 where it is not set
	return rds.WaitOptions{
		Log:        rds.ErrorLog,
		InstanceID: a.InstanceID.ValueString(),
		Method:     rds.PollMethod(a.PollMethod.ValueString()),
		Interval:   interval,
		Timeout:    timeout,
		Report:     logProgress(ctx),
	}
}

// validate checks arguments that were not known when Terraform asked for validation.
func (a errorLogArguments) validate(ctx context.Context) diag.Diagnostics {
	diags := validateLate(ctx, path.Root("instance_id"), a.InstanceID, instanceIDValidators())
	diags.Append(validateLate(ctx, path.Root("poll_method"), a.PollMethod, pollMethodValidators())...)
	diags.Append(validateLate(ctx, path.Root("poll_interval"), a.PollInterval, pollIntervalValidators())...)
	return diags
}

// obtainLinks is what the data source's read and the ephemeral resource's open have in common: wait, then map.
// timeoutName is the argument that would have given it more time.
func obtainLinks(ctx context.Context, c *client, a errorLogArguments, timeout time.Duration, timeoutName string) (errorLogResults, diag.Diagnostics) {
	options := a.wait(ctx, timeout)
	ctx, stop := c.interruptible(withRequestLog(ctx))
	defer stop()
	answer, err := c.rds.WaitForExport(ctx, options)
	if err != nil {
		return errorLogResults{}, diag.Diagnostics{errorLogDiagnostic(options, err, timeoutName)}
	}
	return mapErrorLog(options.InstanceID, answer)
}

// errorLogResults are the attributes that the data source and the ephemeral resource give.
type errorLogResults struct {
	Status    types.String `tfsdk:"status"`
	LinkCount types.Int64  `tfsdk:"link_count"`
	List      types.List   `tfsdk:"list"`
}

// errorLogFileTypes are the attributes of one entry of list.
var errorLogFileTypes = map[string]attr.Type{
	"workflow_id": types.StringType,
	"file_name":   types.StringType,
	"status":      types.StringType,
	"file_size":   types.Int64Type,
	"file_link":   types.StringType,
	"created_at":  timetypes.RFC3339Type{},
	"updated_at":  timetypes.RFC3339Type{},
	"expires_at":  timetypes.RFC3339Type{},
}

// mapErrorLog turns an answer into attributes, and into warnings for what the attributes can't show.
func mapErrorLog(instanceID string, answer *rds.Export) (errorLogResults, diag.Diagnostics) {
	entries := make([]attr.Value, 0, len(answer.Files))
	for _, f := range answer.Files {
		entries = append(entries, types.ObjectValueMust(errorLogFileTypes, map[string]attr.Value{
			"workflow_id": text(f.WorkflowID),
			"file_name":   text(f.FileName),
			"status":      text(f.Status),
			"file_size":   types.Int64PointerValue(f.Size),
			"file_link":   text(f.Link),
			"created_at":  instant(f.CreatedAt, "2006-01-02T15:04:05.000Z07:00"),
			"updated_at":  instant(f.UpdatedAt, "2006-01-02T15:04:05.000Z07:00"),
			"expires_at":  instant(f.ExpiresAt, time.RFC3339),
		}))
	}
	results := errorLogResults{
		Status:    text(answer.Status),
		LinkCount: types.Int64Value(answer.Count),
		List:      types.ListValueMust(types.ObjectType{AttrTypes: errorLogFileTypes}, entries),
	}
	return results, errorLogWarnings(instanceID, answer, "The other links are good. To stop here instead, add a postcondition on status.")
}

// text is null where the API sent nothing.
func text(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// instant is null where the API named no time. The type's own constructor would cut off the milliseconds.
func instant(t time.Time, layout string) timetypes.RFC3339 {
	if t.IsZero() {
		return timetypes.NewRFC3339Null()
	}
	return timetypes.NewRFC3339ValueMust(t.UTC().Format(layout))
}

// errorLogWarnings are about what an answer lacks. others says what becomes of the files that are there.
func errorLogWarnings(instanceID string, answer *rds.Export, others string) diag.Diagnostics {
	var diags diag.Diagnostics
	if len(answer.Files) == 0 {
		diags.AddWarning("No error log files", fmt.Sprintf("The cloud finished the export for DB instance %s and listed no file.\n\n"+
			"The instance may have logged no error yet. Run it again later.", instanceID))
	}
	if missing := missingFiles(answer); len(missing) > 0 {
		diags.AddWarning("Some error log files are missing", missingText(instanceID, answer, missing)+others)
	}
	if n := answer.Count; n != int64(len(answer.Files)) && n != int64(answer.Links()) { // the page does not say whether a failed file counts
		diags.AddWarning("Error log links do not add up", fmt.Sprintf("The cloud counted %d links of DB instance %s and listed %d. The list holds all that it listed.\n\nRequest ID: %s",
			answer.Count, instanceID, len(answer.Files), answer.RequestID))
	}
	for _, f := range answer.Files {
		if f.SizeText != "" && f.Link != "" {
			diags.AddWarning("Size of an error log file is not known", fmt.Sprintf("The cloud gave the size of %s as %q, which is no number of bytes, so its file_size is null. The link is good.", apierror.Printable(fileName(f)), f.SizeText))
		}
	}
	return diags
}
