// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import "context"

// questions holds one function for each assumption, by its number in package rdssim.
var questions = map[int]func(context.Context, *cloud) finding{
	1:  askRequestIDs,
	2:  askToken,
	3:  askWrongLogins,
	4:  askPasscode,
	5:  askTokenOfToken,
	6:  askAgency,
	7:  askProjectByName,
	8:  askCatalogue,
	9:  askSignedCatalogue,
	10: askWithoutCredential,
	11: askUnknownToken,
	12: askOtherProject,
	13: never("reaching the limit would slow down everybody who works in this project"),
	14: never("it would lock the access key"),
	15: never("a signature that fails counts towards locking the access key"),
	16: never("a signature that fails counts towards locking the access key"),
	17: askBodies,
	18: askOneExport,
	19: askNextExport,
	20: askFailedExport,
	21: askUnknownInstance,
	22: never("it takes an instance of a second project"),
	23: askInstanceID,
	24: askWorkingEntries,
	25: askWords,
	26: askTimes,
	27: askSize,
	28: askNames,
	29: askJob,
	30: askUnknownJob,
	31: askLink,
	32: askBadLinks,
	33: askUnsignedParameter,
	34: askLinkHeaders,
	35: askRanges,
	36: askEmptyList,
	37: askRowPages,
	38: askRowOrder,
	39: askRowTotal,
	40: askRowLevels,
	41: refusedRows("DBS.280001", "level", "NOPE"),
	42: refusedRows("DBS.01010023", "end_date", "2030-01-01T00:00:00Z"),
	43: askOldRows,
	44: askRowForm,
	45: never("it takes an error that is caused on purpose"),
	46: never("it takes an instance whose storage is full"),
	47: askInstancePages,
	48: askNameFilter,
	49: askNoMatch,
	50: askReplicas,
	51: askCreating,
	52: never("it takes an instance that is being created"),
	53: askSlowExport,
	54: askSlowNames,
	55: never("it takes two exports that begin at the same time"),
	56: askStatisticsPages,
	57: askStatisticsForm,
	58: askStatisticsGroups,
	59: askBadStatistics,
	60: never("reaching the limit would slow down everybody who works in this project"),
}

// never is for what would disturb somebody, or takes what one instance and one caller don't have.
func never(because string) func(context.Context, *cloud) finding {
	return func(context.Context, *cloud) finding { return cannot("%s", because) }
}
