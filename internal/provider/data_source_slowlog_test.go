// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

// A day in a slow query log. The simulator moves the last event to 23:59:00, a minute before virtual time begins.
const slowDay = "2026-11-23 10:00:00.000 UTC:10.20.0.11(4000):app@shop:[1]:LOG:  duration: 3000.000 ms  statement: " +
	"SELECT card_number FROM patient WHERE id = 17\n" +
	"2026-11-23 11:30:00.000 UTC:10.20.0.11(4000):app@shop:[1]:LOG:  duration: 3000.000 ms  statement: " +
	"SELECT card_number FROM patient WHERE id = 17\n" +
	"2026-11-23 11:40:00.000 UTC:10.20.0.11(4001):app@shop:[2]:LOG:  duration: 3000.360 ms  statement: " +
	"SELECT card_number FROM patient WHERE id = 18\n" +
	"2026-11-23 12:00:00.000 UTC:[local]:batch@warehouse:[4]:LOG:  duration: 9000.000 ms  statement: VACUUM\n"
