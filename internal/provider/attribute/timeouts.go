// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package attribute

import (
	"fmt"
	"math"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// terraform-plugin-framework-timeouts is not used: it accepts negative durations, has a type for each kind of object,
// and its blocks take no other validator.

// TimeoutsBlock is the block timeouts, with one operation: read, open or invoke.
func TimeoutsBlock(operation, what string, standard time.Duration) schema.SingleNestedBlock {
	return schema.SingleNestedBlock{
		MarkdownDescription: "How long this may take.",
		Attributes: map[string]schema.Attribute{
			operation: schema.StringAttribute{
				MarkdownDescription: fmt.Sprintf("%s, as a positive [duration](https://pkg.go.dev/time#ParseDuration) such as `90s` or "+
					"`15m`. Default: `%gm`.", what, standard.Minutes()),
				Optional: true,
				Validators: []validator.String{
					durationBetween(time.Nanosecond, math.MaxInt64, "a positive duration, such as 90s or 15m"),
				},
			},
		},
	}
}

// TimeoutOf returns an operation's timeout, which is validated, or the default.
func TimeoutOf(timeouts types.Object, operation string, standard time.Duration) time.Duration {
	text, _ := timeouts.Attributes()[operation].(types.String) // null without the block
	timeout, err := time.ParseDuration(text.ValueString())
	if err != nil { // it is not set
		return standard
	}
	return timeout
}
