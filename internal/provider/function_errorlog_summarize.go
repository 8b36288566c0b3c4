// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
)

// errorLogSummarize is pure: Terraform compares its results of plan and apply.
type errorLogSummarize struct{}

var _ function.Function = errorLogSummarize{}

func newErrorLogSummarize() function.Function { return errorLogSummarize{} }

func (errorLogSummarize) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "errorlog_summarize"
}

func (errorLogSummarize) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Groups the errors of a PostgreSQL log, worst first",
		MarkdownDescription: "Reads the text of a PostgreSQL log and returns what broke, how often and since when: a list of groups of " +
			"events that are alike, worst first. It needs no cloud, no network and no credentials.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "text",
			MarkdownDescription: "Text of a log: the stderr format with any usual `log_line_prefix`, jsonlog or csvlog. An empty text gives an " +
				"empty list. A text without a single line of a PostgreSQL log is an error.",
		}},
		Return: function.ListReturn{ElementType: attribute.ObjectType(attribute.GroupAttributes())},
	}
}

func (errorLogSummarize) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var log string
	if resp.Error = req.Arguments.Get(ctx, &log); resp.Error != nil {
		return
	}
	// Terraform puts "Invalid value for "text" parameter: " before an error's text, and a full stop behind it.
	summary, err := pglog.Summarize(strings.NewReader(log))
	switch {
	case errors.Is(err, pglog.ErrNotALog):
		resp.Error = function.NewArgumentFuncError(0, "the text has no line of a PostgreSQL log. Pass the content of a log file, such as "+
			"file(\"error.log\"), not its name")
		return
	case err != nil: // the error holds nothing of the text
		resp.Error = function.NewArgumentFuncError(0, "the text cannot be read as a PostgreSQL log: "+err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, attribute.GroupList(summary.Groups))
}
