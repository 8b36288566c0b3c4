// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import "time"

// The pauses between polls. Small against the time already waited, so that the links come soon after they are ready;
// never short, because the API's sister page asks for low frequency; never so long that a person would wonder.
const (
	shortestPause = 2 * time.Second
	longestPause  = 30 * time.Second
	pauseShare    = 0.15 // of the time already waited
	jitterShare   = 0.05 // of the pause, added by chance, so that many instances do not march in step
)

// pauseAfter returns the pause before the next poll, for the time already waited and a random number in [0, 1).
func pauseAfter(waited time.Duration, random float64) time.Duration {
	pause := time.Duration(float64(waited) * pauseShare)
	pause = min(max(pause, shortestPause), longestPause)
	return pause + time.Duration(float64(pause)*jitterShare*random)
}
