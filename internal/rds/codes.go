// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import "github.com/otc-rds/terraform-provider-rds/internal/apierror"

// Kind is what a refusal means. The codes behind it are in package apierror, because IAM's answers need them too.
type Kind = apierror.Kind

// The kinds of refusal.
const (
	KindOther        = apierror.KindOther
	KindBusy         = apierror.KindBusy
	KindNotReady     = apierror.KindNotReady
	KindThrottled    = apierror.KindThrottled
	KindServer       = apierror.KindServer
	KindWrongEngine  = apierror.KindWrongEngine
	KindNotFound     = apierror.KindNotFound
	KindForbidden    = apierror.KindForbidden
	KindStorageFull  = apierror.KindStorageFull
	KindUnauthorized = apierror.KindUnauthorized
	KindRedirect     = apierror.KindRedirect
	KindUnknownAPI   = apierror.KindUnknownAPI
	KindNoSuchJob    = apierror.KindNoSuchJob
)
