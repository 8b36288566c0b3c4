// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	dataschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/progress"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// defaultInvokeTimeout includes the downloads, so it is longer than the wait for links.
const defaultInvokeTimeout = 30 * time.Minute

// logDownloadAction saves the files of a log.
type logDownloadAction struct {
	logDownload
	client *client
}

var _ action.ActionWithConfigure = (*logDownloadAction)(nil)

func (l logDownload) newAction() action.Action { return &logDownloadAction{logDownload: l} }

type logDownloadActionModel struct {
	logArguments
	Directory types.String `tfsdk:"directory"`
	Overwrite types.Bool   `tfsdk:"overwrite"`
	Timeouts  types.Object `tfsdk:"timeouts"`
}

// summarizingModel is the model of an action that summarizes.
type summarizingModel struct {
	logDownloadActionModel
	Summarize types.Bool `tfsdk:"summarize"`
}

func (a *logDownloadAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + a.name
}

func (a *logDownloadAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	attributes := logArgumentAttributes()
	maps.Copy(attributes, map[string]dataschema.Attribute{
		"directory": dataschema.StringAttribute{
			MarkdownDescription: "Folder to save to, absolute or relative to where Terraform runs. Created, for its owner only, if it does " +
				"not exist. Must not be a symbolic link.",
			Required:   true,
			Validators: []validator.String{attribute.Directory()},
		},
		"overwrite": dataschema.BoolAttribute{
			MarkdownDescription: "Whether a file of the same name may be replaced. Default: `false`: a file that is already there is an " +
				"error, unless it is the same file.",
			Optional: true,
		},
	})
	if a.summarizes {
		attributes["summarize"] = dataschema.BoolAttribute{
			MarkdownDescription: "Whether to read the saved files and show what broke in each: one line for every group of errors that are " +
				"alike, worst first, with a chart of when they happened. PostgreSQL's messages are shown without their " +
				"values; of an application's own messages, [some text can be shown](../guides/classes.md#what-a-group-can-show). " +
				"Default: `true`.",
			Optional: true,
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Saves the " + a.noun + " of one RDS for PostgreSQL instance to a folder: starts the export, waits until it is " +
			"done, downloads every file, and writes the checksum of each beside it, to `NAME.sha256`. The links never leave the provider. " +
			"A file appears under its name only once it is complete.",
		Attributes: attribute.ActionAttributes(attributes),
		Blocks: map[string]schema.Block{
			"timeouts": attribute.TimeoutsBlock("invoke", "How long the export and the downloads may take in all", defaultInvokeTimeout),
		},
	}
}

func (a *logDownloadAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *logDownloadAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	model, shows := a.read(ctx, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	timeout := attribute.TimeoutOf(model.Timeouts, "invoke", defaultInvokeTimeout)
	if err := download.Check(model.Directory.ValueString()); err != nil {
		resp.Diagnostics.Append(diagnose.SaveErrors(a.noun, "", nil, err, timeout)...) // no file, so no line with the instance
		return
	}
	ctx, stop := a.client.interruptible(withRequestLog(ctx))
	defer stop()
	start := time.Now() // of the timeout, which covers lookup, wait and downloads

	send := progressUntil(ctx, resp.SendProgress)
	ctx = withRetryReport(ctx, send)
	try, err := a.client.resolve(ctx, a.tried(), &model.InstanceModel, "invoke", timeout)
	if err != nil {
		resp.Diagnostics.Append(try.Diagnostic(err))
		return
	}
	options := a.waitOptions(ctx, model.logArguments, remaining(timeout, start))
	options.Report = (&progress.Wait{Send: send, Noun: a.noun}).Report(options.Report)
	answer, err := a.client.rds.WaitForExport(ctx, options)
	if err != nil {
		resp.Diagnostics.Append(try.Diagnostic(err))
		return
	}
	a.reportMissing(answer, send)
	resp.Diagnostics.Append(a.warnings(a.client, try.Who(), answer, otherFiles)...)
	files := downloads(answer)
	limited, cancel := context.WithDeadline(ctx, start.Add(timeout))
	defer cancel()
	tell := progress.Downloads{Send: send}
	saved, err := download.Save(limited, files, a.saveOptions(model, options, &tell))
	tell.Saved(saved, err == nil)
	if shows {
		a.summarize(ctx, start.Add(timeout), send, saved)
	}
	resp.Diagnostics.Append(diagnose.SaveWarnings(saved)...)
	if err != nil {
		resp.Diagnostics.Append(diagnose.SaveErrors(a.noun, try.Who(), saved, err, timeout)...)
	}
}

// leastSummary is how long the summary may take if the downloads have used up the timeout.
const leastSummary = 10 * time.Second

// summarize shows what broke in the saved files, until the deadline.
func (a *logDownloadAction) summarize(ctx context.Context, deadline time.Time, send func(string), saved []download.Saved) {
	if least := time.Now().Add(leastSummary); deadline.Before(least) {
		deadline = least
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	progress.Summarize(ctx, send, saved)
}

const otherFiles = "The other files are saved unless an error shows otherwise."

// read returns the configuration, and whether to show what broke. Only some actions have the argument for that, and the
// framework wants a model with exactly the arguments that there are.
func (a *logDownloadAction) read(ctx context.Context, req action.InvokeRequest, diags *diag.Diagnostics) (logDownloadActionModel, bool) {
	var model summarizingModel
	if !a.summarizes {
		diags.Append(req.Config.Get(ctx, &model.logDownloadActionModel)...)
		return model.logDownloadActionModel, false
	}
	diags.Append(req.Config.Get(ctx, &model)...)
	return model.logDownloadActionModel, model.Summarize.IsNull() || model.Summarize.ValueBool()
}

// reportMissing reports files that failed in the cloud: with -compact-warnings Terraform does not show which.
func (a *logDownloadAction) reportMissing(answer *rds.Export, send func(string)) {
	if missing := len(diagnose.MissingFiles(answer)); missing > 0 {
		send(fmt.Sprintf("%d of %d files failed in the cloud.", missing, len(answer.Files)))
	}
}

// progressUntil passes progress on until a context has ended. Terraform crashes if progress comes after Ctrl-C and an
// event after that ("range function continued iteration", seen with 1.14.9 and 1.15.0), and would lose our diagnostics.
func progressUntil(ctx context.Context, send func(action.InvokeProgressEvent)) func(string) {
	return func(text string) {
		if ctx.Err() == nil {
			send(action.InvokeProgressEvent{Message: text})
		}
	}
}

func (a *logDownloadAction) saveOptions(model logDownloadActionModel, wait rds.WaitOptions, tell *progress.Downloads) download.Options {
	o := a.client.files
	o.Directory = model.Directory.ValueString()
	o.Overwrite = model.Overwrite.ValueBool()
	o.Progress = tell.Report
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

// downloads returns the files of an export. Files without a link are included, so that the others keep their numbers.
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
