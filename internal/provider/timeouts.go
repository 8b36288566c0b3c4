// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

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

// timeoutsBlock is the block timeouts of a data source, with one operation: read, open or invoke.
func timeoutsBlock(operation, what string, standard time.Duration) schema.SingleNestedBlock {
	return schema.SingleNestedBlock{
		MarkdownDescription: "How long this may take.",
		Attributes: map[string]schema.Attribute{
			operation: schema.StringAttribute{
				MarkdownDescription: fmt.Sprintf("%s, as a positive [duration](https://pkg.go.dev/time#ParseDuration) such as `90s` or "+
					"`15m`. Default: `%gm`.", what, standard.Minutes()),
				Optional:   true,
				Validators: timeoutValidators(),
			},
		},
	}
}

func timeoutValidators() []validator.String {
	return []validator.String{durationBetween{
		least: time.Nanosecond, most: math.MaxInt64, words: "a positive duration, such as 90s or 15m",
	}}
}

// timeoutText returns an operation's value as it is configured, null if it is not.
func timeoutText(timeouts types.Object, operation string) types.String {
	value, ok := timeouts.Attributes()[operation].(types.String)
	if !ok {
		return types.StringNull()
	}
	return value
}

// timeoutOf returns an operation's timeout, which is validated, or the default.
func timeoutOf(timeouts types.Object, operation string, standard time.Duration) time.Duration {
	timeout, err := time.ParseDuration(timeoutText(timeouts, operation).ValueString())
	if err != nil { // it is not set
		return standard
	}
	return timeout
}

// remaining returns what is left of a timeout that began at a time. It is positive, and exact if next to nothing was done.
func remaining(timeout time.Duration, start time.Time) time.Duration {
	return max(timeout-time.Since(start).Truncate(time.Millisecond), 1)
}
