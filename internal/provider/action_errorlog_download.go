// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// defaultInvokeTimeout is longer than the wait for links: it holds the downloads too.
const defaultInvokeTimeout = 30 * time.Minute

type errorLogDownloadAction struct{ client *client }

var _ action.ActionWithConfigure = (*errorLogDownloadAction)(nil)

func newErrorLogDownloadAction() action.Action { return &errorLogDownloadAction{} }

type errorLogDownloadActionModel struct {
	errorLogArguments
	Directory types.String   `tfsdk:"directory"`
	Overwrite types.Bool     `tfsdk:"overwrite"`
	Timeouts  timeouts.Value `tfsdk:"timeouts"`
}

func (a *errorLogDownloadAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + errorLogName
}

func (a *errorLogDownloadAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	attributes := actionAttributes(errorLogArgumentAttributes())
	attributes["directory"] = schema.StringAttribute{
		MarkdownDescription: directoryDescription,
		Required:            true,
		Validators:          directoryValidators(),
	}
	attributes["overwrite"] = schema.BoolAttribute{MarkdownDescription: overwriteDescription, Optional: true}
	attributes["timeouts"] = schema.SingleNestedAttribute{
		MarkdownDescription: timeoutsDescription,
		Optional:            true,
		CustomType:          timeouts.Type{ObjectType: timeoutsObject("invoke")},
		Attributes: actionAttributes(map[string]dataSourceAttribute{
			"invoke": timeoutAttribute("How long the export and the downloads may take in all", defaultInvokeTimeout),
		}),
	}
	resp.Schema = schema.Schema{MarkdownDescription: actionDescription, Attributes: attributes}
}

func (a *errorLogDownloadAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *errorLogDownloadAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var model errorLogDownloadActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(model.validate(ctx)...)
	timeout, diags := model.Timeouts.Invoke(ctx, defaultInvokeTimeout)
	if !resp.Diagnostics.HasError() { // of a wrong timeout both would tell
		resp.Diagnostics.Append(diags...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if err := download.Check(model.Directory.ValueString()); err != nil {
		resp.Diagnostics.Append(saveDiagnostics(model.InstanceID.ValueString(), nil, err, timeout)...)
		return
	}
	options := model.wait(ctx, timeout)
	ctx, stop := a.client.interruptible(withRequestLog(ctx))
	defer stop()
	deadline := time.Now().Add(timeout) // covers the wait, which also enforces it, and the downloads

	tell := teller{send: progressUntil(ctx, resp.SendProgress)}
	options.Report = tell.waiting(options.Report)
	answer, err := a.client.rds.WaitForExport(ctx, options)
	if err != nil {
		resp.Diagnostics.Append(errorLogDiagnostic(options, err, "timeouts.invoke"))
		return
	}
	resp.Diagnostics.Append(errorLogWarnings(options.InstanceID, answer, "The other files are saved unless an error says otherwise.")...)
	tell.failed(len(missingFiles(answer)), len(answer.Files))
	files := downloads(answer)
	resp.Diagnostics.Append(a.client.linkWarnings(options.InstanceID, files)...)
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	saved, err := download.Save(ctx, files, a.saveOptions(model, options, &tell))
	tell.saved(saved, err == nil)
	resp.Diagnostics.Append(saveWarnings(saved)...)
	if err != nil {
		resp.Diagnostics.Append(saveDiagnostics(options.InstanceID, saved, err, timeout)...)
	}
}

// validate checks all arguments once more. Terraform has an action's validated only while values of variables are not
// known yet, unlike a data source's (seen with 1.14.9 and 1.15.0), and hands on whatever comes then.
func (m errorLogDownloadActionModel) validate(ctx context.Context) diag.Diagnostics {
	var invoke types.String
	if value, ok := m.Timeouts.Attributes()["invoke"].(types.String); ok {
		invoke = value
	}
	diags := m.errorLogArguments.validate(ctx)
	diags.Append(validateLate(ctx, path.Root("directory"), m.Directory, directoryValidators())...)
	diags.Append(validateLate(ctx, path.Root("timeouts").AtName("invoke"), invoke, timeoutValidators())...)
	return diags
}

// progressUntil passes progress on until a context has ended. Terraform crashes where progress comes after Ctrl-C and
// anything behind it ("range function continued iteration", seen with 1.14.9 and 1.15.0): the person would lose our
// diagnostics.
func progressUntil(ctx context.Context, send func(action.InvokeProgressEvent)) func(string) {
	return func(text string) {
		if ctx.Err() == nil {
			send(action.InvokeProgressEvent{Message: text})
		}
	}
}

func (a *errorLogDownloadAction) saveOptions(model errorLogDownloadActionModel, wait rds.WaitOptions, tell *teller) download.Options {
	o := a.client.files
	o.Directory = model.Directory.ValueString()
	o.Overwrite = model.Overwrite.ValueBool()
	o.Progress = tell.downloading
	o.Refresh = func(ctx context.Context) ([]download.File, error) {
		wait.Report = nil
		answer, err := a.client.rds.WaitForExport(ctx, wait)
		if err != nil {
			return nil, err
		}
		return downloads(answer), nil
	}
	return o
}

// stamped is a name that the cloud gives once: it ends with the time of the export, to the second or less.
var stamped = regexp.MustCompile(`^.+_20\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d[0-6]\d\d*(\..*)?$`)

// downloads returns the files of an answer, also those without a link: they keep their places and names.
func downloads(answer *rds.Export) []download.File {
	var files []download.File
	for _, f := range answer.Files {
		size := int64(-1)
		if f.Size != nil {
			size = *f.Size
		}
		files = append(files, download.File{
			Name: f.FileName, Link: f.Link, Size: size, Unique: stamped.MatchString(f.FileName), Failed: f.Link == "",
		})
	}
	return files
}
