// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

// The words for arguments and attributes that the objects named rds_errorlog_download share.
const (
	dataSourceDescription = "Obtains the links for downloading the error log of one RDS for PostgreSQL instance: starts the export, waits until it " +
		"is done, and returns a link for every file.\n\n" +
		"Each read starts an export, or finds one that is some minutes old: a plan takes as long as the export does, 10 to 20 seconds for a log of usual size. " +
		"**A link is a secret**: whoever has it reads the log, and it stands in the state in clear text until the next read, although it dies about five minutes after the read."

	instanceIDDescription = "ID of the DB instance: letters, digits and `-`, such as `3d39c18788b54a919bab633874c159dfin03`. The instance must be an RDS for PostgreSQL " +
		"instance that works properly."
	pollMethodDescription = "How to find out whether the export is done. `repeat` (default) asks for the links until they are there. `task` asks for the export's task, then " +
		"for the links; where the task cannot be asked for, it goes on as `repeat`. Asking for tasks needs a permission of its own."
	pollIntervalDescription = "A fixed pause between two polls, as a [duration](https://pkg.go.dev/time#ParseDuration) of at least `1s`. Without it the pause grows by itself, from 2 " +
		"to 30 seconds: small against the time already waited."
	readTimeoutDescription = "How long a read may take in all, as a [duration](https://pkg.go.dev/time#ParseDuration) such as `90s` or `15m`. Default: `10m`."

	statusDescription = "`FINISH`: all is done. `FAILED`: some files failed and others are there; a `postcondition` makes it an error. An export in which all files " +
		"failed is always an error."
	linkCountDescription = "Number of links, as the API counts them (its `count`, a word that Terraform keeps for itself)."
	listDescription      = "Every file of the export, in the API's order: one for each node or part of the log. Empty where the instance has logged nothing."

	workflowIDDescription = "ID of the task that made the file. Files of one export may share it."
	fileNameDescription   = "Name of the file, as the cloud made it up. It has no extension; the content is text, and may be compressed."
	fileStatusDescription = "`SUCCESS`: the link is there. `FAILED`: there will be none."
	fileSizeDescription   = "Size of the file in bytes. Null, with a warning, where the API sent no number. It can be 0 for a file that is not empty."
	fileLinkDescription   = "Link for downloading the file with a plain GET, without a token. It dies at `expires_at`, usually five minutes after the read. Null for a file that failed."
	createdAtDescription  = "When the file was made, by the API's word: RFC 3339, in UTC, with milliseconds."
	updatedAtDescription  = "When the file was last changed, by the API's word: RFC 3339, in UTC, with milliseconds."
	expiresAtDescription  = "When the link dies, read from the link itself: RFC 3339, in UTC. Null where the link does not say."
)
