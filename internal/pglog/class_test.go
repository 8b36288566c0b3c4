// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

// classCases has a real message of each kind: level, SQLSTATE, class, message, and its normalised form, or "=" for the
// same text.
var classCases = [][5]string{
	{
		"LOG", "", "crash",
		"server process (PID 4711) was terminated by signal 11: Segmentation fault",
		"server process (PID …) was terminated by signal 11: Segmentation fault",
	},
	{"LOG", "", "crash", "terminating any other active server processes", "="},
	{"LOG", "", "crash", "all server processes terminated; reinitializing", "="},
	{"WARNING", "57P02", "crash", "terminating connection because of crash of another server process", "="},
	{"PANIC", "", "crash", "something that PostgreSQL never wrote", "="},
	{"FATAL", "57P01", "crash", "terminating connection due to unexpected postmaster exit", "="},
	{
		"ERROR", "XX001", "corruption",
		"invalid page in block 3 of relation base/16384/16397",
		"invalid page in block … of relation base/16384/16397",
	},
	{
		"WARNING", "", "corruption",
		"page verification failed, calculated checksum 4711 but expected 815",
		"page verification failed, calculated checksum … but expected …",
	},
	{
		"ERROR", "", "corruption",
		`could not read block 7 in file "base/16384/16397": read only 0 of 8192 bytes`,
		`could not read block … in file "…": read only … of … bytes`,
	},
	{
		"ERROR", "", "corruption",
		"unexpected data beyond EOF in block 9 of relation base/1/2",
		"unexpected data beyond EOF in block … of relation base/1/2",
	},
	{"ERROR", "58P01", "corruption", "could not access status of transaction 4711", "could not access status of transaction …"},
	{
		"ERROR", "XX002", "corruption",
		`index "account_pkey" contains unexpected zero page at block 3`,
		`index "account_pkey" contains unexpected zero page at block …`,
	},
	{"PANIC", "", "corruption", "could not locate a valid checkpoint record", "="},
	{
		"ERROR", "", "corruption",
		"missing chunk number 0 for toast value 16412 in pg_toast_16397",
		"missing chunk number … for toast value … in pg_toast_16397",
	},
	{
		"ERROR", "53100", "disk_full",
		`could not extend file "base/16384/16397": No space left on device`,
		`could not extend file "…": No space left on device`,
	},
	{
		"ERROR", "", "disk_full",
		`could not extend file "base/16384/16397": wrote only 4096 of 8192 bytes at block 12`,
		`could not extend file "…": wrote only … of … bytes at block …`,
	},
	{
		"ERROR", "", "disk_full",
		`could not write to file "base/pgsql_tmp/pgsql_tmp1.0": No space left on device`,
		`could not write to file "…": No space left on device`,
	},
	{
		"ERROR", "", "disk_full",
		`could not write block 5 in file "base/1/2": No space left on device`,
		`could not write block … in file "…": No space left on device`,
	},
	{
		"PANIC", "", "disk_full",
		"could not write to log file 000000010000000000000002 at offset 8192, length 8192: No space left on device",
		"could not write to log file … at offset …, length …: No space left on device",
	},
	{
		"ERROR", "53400", "disk_full",
		"temporary file size exceeds temp_file_limit (1024kB)",
		"temporary file size exceeds temp_file_limit (…)",
	},
	{"ERROR", "53200", "out_of_memory", "out of memory", "="},
	{"ERROR", "53200", "out_of_memory", "out of shared memory", "="},
	{"LOG", "", "out_of_memory", "could not fork new process for connection: Cannot allocate memory", "="},
	{"FATAL", "", "out_of_memory", "could not map anonymous shared memory: Cannot allocate memory", "="},
	{
		"WARNING", "", "wraparound",
		`database "orders" must be vacuumed within 10985967 transactions`,
		`database "orders" must be vacuumed within … transactions`,
	},
	{"ERROR", "54000", "wraparound", `database is not accepting commands to avoid wraparound data loss in database "orders"`, "="},
	{
		"ERROR", "54000", "wraparound",
		`database is not accepting commands that assign new transaction IDs to avoid wraparound data loss in database "orders"`,
		"=",
	},
	{
		"ERROR", "54000", "wraparound",
		`database is not accepting commands that generate new MultiXactIds to avoid wraparound data loss in database "orders"`,
		"=",
	},
	{
		"WARNING", "", "wraparound",
		`database "orders" must be vacuumed before 9 more MultiXactIds are used`,
		`database "orders" must be vacuumed before … more MultiXactIds are used`,
	},
	{
		"ERROR", "54000", "other",
		"index row size 2712 exceeds btree version 4 maximum 2704 for index \"t_idx\"",
		`index row size … exceeds btree version … maximum … for index "…"`,
	},
	{"FATAL", "53300", "out_of_connections", "sorry, too many clients already", "="},
	{"FATAL", "", "out_of_connections", "remaining connection slots are reserved for non-replication superuser connections", "="},
	{"FATAL", "", "out_of_connections", "remaining connection slots are reserved for roles with the SUPERUSER attribute", "="},
	{
		"FATAL", "", "out_of_connections",
		`remaining connection slots are reserved for roles with privileges of the "pg_use_reserved_connections" role`,
		"=",
	},
	{"FATAL", "", "out_of_connections", `too many connections for role "app"`, "="},
	{"FATAL", "", "out_of_connections", `too many connections for database "orders"`, "="},
	{"ERROR", "25006", "read_only", "cannot execute INSERT in a read-only transaction", "="},
	{"ERROR", "", "read_only", "cannot execute CREATE TABLE in a read-only transaction", "="},
	{
		"LOG", "", "restart",
		"database system was interrupted; last known up at 2026-11-23 16:05:50 UTC",
		"database system was interrupted; last known up at …",
	},
	{"LOG", "", "restart", "database system was not properly shut down; automatic recovery in progress", "="},
	{"LOG", "", "restart", "received fast shutdown request", "="},
	{"LOG", "", "restart", "received immediate shutdown request", "="},
	{"LOG", "", "restart", "received smart shutdown request", "="},
	{"LOG", "00000", "restart", "database system is ready to accept connections", "="},
	{"FATAL", "57P03", "restart", "the database system is starting up", "="},
	{"FATAL", "", "restart", "the database system is shutting down", "="},
	{"FATAL", "", "restart", "the database system is in recovery mode", "="},
	{"FATAL", "", "restart", "the database system is not yet accepting connections", "="},
	{"FATAL", "", "restart", "the database system is not accepting connections", "="},
	{"FATAL", "57P01", "restart", "terminating connection due to administrator command", "="},
	{
		"ERROR", "58P01", "replication",
		"requested WAL segment 000000010000000000000003 has already been removed",
		"requested WAL segment … has already been removed",
	},
	{"LOG", "", "replication", "terminating walsender process due to replication timeout", "="},
	{
		"FATAL", "08006", "replication",
		"could not receive data from WAL stream: server closed the connection unexpectedly",
		"could not receive data from WAL stream: …",
	},
	{
		"LOG", "", "replication",
		`terminating process 4711 to release replication slot "standby1"`,
		`terminating process … to release replication slot "standby1"`,
	},
	{
		"LOG", "", "replication",
		`invalidating slot "standby1" because its restart_lsn 0/3000000 exceeds max_slot_wal_keep_size`,
		`invalidating slot "standby1" because its restart_lsn … exceeds max_slot_wal_keep_size`,
	},
	{"ERROR", "53400", "replication", "all replication slots are in use", "="},
	{"LOG", "", "wal_archive", "archive command failed with exit code 1", "archive command failed with exit code …"},
	{"LOG", "", "wal_archive", "archive command was terminated by signal 9: Killed", "="},
	{"ERROR", "40001", "recovery_conflict", "canceling statement due to conflict with recovery", "="},
	{"ERROR", "40P01", "recovery_conflict", "canceling statement due to conflict with recovery", "="},
	{"FATAL", "57P04", "recovery_conflict", "terminating connection due to conflict with recovery", "="},
	{"ERROR", "40P01", "deadlock", "deadlock detected", "="},
	{
		"LOG", "", "deadlock",
		"process 12686 detected deadlock while waiting for ShareLock on transaction 730 after 200.126 ms",
		"process … detected deadlock while waiting for ShareLock on … after … ms",
	},
	{
		"LOG", "", "deadlock",
		"process 1 avoided deadlock for AccessExclusiveLock on relation 16384 of database 5 by rearranging queue order after 1.000 ms",
		"process … avoided deadlock for AccessExclusiveLock on … by rearranging queue order after … ms",
	},
	{
		"LOG", "", "lock_wait",
		"process 4711 still waiting for ShareLock on transaction 730 after 1000.126 ms",
		"process … still waiting for ShareLock on … after … ms",
	},
	{"ERROR", "55P03", "lock_wait", "canceling statement due to lock timeout", "="},
	{"ERROR", "55P03", "lock_wait", `could not obtain lock on row in relation "account"`, "="},
	{"ERROR", "", "lock_wait", `could not obtain lock on relation "account"`, "="},
	{"ERROR", "57014", "timeout", "canceling statement due to statement timeout", "="},
	{"ERROR", "57014", "other", "canceling statement due to user request", "="},
	{"ERROR", "57014", "other", "canceling autovacuum task", "="},
	{"ERROR", "57014", "timeout", "storniere Anfrage wegen Zeitüberschreitung der Anfrage", "="},
	{"FATAL", "25P03", "timeout", "terminating connection due to idle-in-transaction timeout", "="},
	{"FATAL", "57P05", "timeout", "terminating connection due to idle-session timeout", "="},
	{"FATAL", "25P04", "timeout", "terminating connection due to transaction timeout", "="},
	{"LOG", "08006", "connection_lost", "could not receive data from client: Connection reset by peer", "="},
	{"LOG", "", "connection_lost", "could not send data to client: Broken pipe", "="},
	{"LOG", "", "connection_lost", "unexpected EOF on client connection with an open transaction", "="},
	{"FATAL", "08006", "connection_lost", "connection to client lost", "="},
	{"FATAL", "28P01", "authentication", `password authentication failed for user "app"`, "="},
	{
		"FATAL", "28000", "authentication",
		`no pg_hba.conf entry for host "10.0.0.7", user "app", database "orders", no encryption`,
		`no pg_hba.conf entry for host "…", user "app", database "orders", no encryption`,
	},
	{"FATAL", "28000", "authentication", `role "nobody" does not exist`, "="},
	{"ERROR", "42704", "sql", `role "nobody" does not exist`, "="},
	{"ERROR", "", "sql", `role "nobody" does not exist`, "="},
	{"FATAL", "3D000", "authentication", `database "missing" does not exist`, "="},
	{"FATAL", "", "authentication", `role "report" is not permitted to log in`, "="},
	{"ERROR", "40001", "serialization", "could not serialize access due to concurrent update", "="},
	{"ERROR", "", "serialization", "could not serialize access due to concurrent delete", "="},
	{"ERROR", "40001", "serialization", "could not serialize access due to read/write dependencies among transactions", "="},
	{"ERROR", "42501", "privilege", "permission denied for table account", "="},
	{"ERROR", "", "privilege", "must be owner of table account", "="},
	{
		"LOG", "", "checkpoints",
		"checkpoints are occurring too frequently (9 seconds apart)",
		"checkpoints are occurring too frequently (… seconds apart)",
	},
	{"LOG", "", "checkpoints", `temporary file: path "base/pgsql_tmp/pgsql_tmp1.0", size 1048576`, `temporary file: path "…", size …`},
	{"ERROR", "23505", "constraint", `duplicate key value violates unique constraint "account_pkey"`, "="},
	{"ERROR", "", "constraint", `insert or update on table "event" violates foreign key constraint "event_account_fkey"`, "="},
	{"ERROR", "", "constraint", `null value in column "id" of relation "account" violates not-null constraint`, "="},
	{"ERROR", "23514", "constraint", `new row for relation "account" violates check constraint "positive"`, "="},
	{"ERROR", "23XYZ", "constraint", `nobody knows "this"`, `nobody knows "…"`},
	{"ERROR", "42601", "sql", `syntax error at or near "Max"`, `syntax error at or near "…"`},
	{"ERROR", "", "sql", `relation "invoices" does not exist`, "="},
	{"ERROR", "25P02", "sql", "current transaction is aborted, commands ignored until end of transaction block", "="},
	{"ERROR", "22012", "sql", "division by zero", "="},
	{"ERROR", "P0001", "other", "anything", "="},
	{"ERROR", "", "other", "anything", "="},
}

func TestClassOfEachMessage(t *testing.T) {
	t.Parallel()
	for _, c := range classCases {
		level, state, class, message, shown := c[0], c[1], c[2], c[3], c[4]
		if shown == "=" {
			shown = message
		}
		verbose := ""
		if state != "" {
			verbose = state + ": "
		}
		equal(t, class+" "+level+" 1 "+shown+"\n", summarize(t, "2026-11-23 16:05:52 UTC [1] "+level+":  "+verbose+message))
	}
}

func TestEachClassHasAMessage(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{"unknown": true}
	for _, c := range classCases {
		seen[c[2]] = true
	}
	for _, c := range pglog.Classes() {
		if !seen[c.String()] {
			t.Errorf("expected a case for class %s, got none", c)
		}
	}
}

func TestOrderOfClasses(t *testing.T) {
	t.Parallel()
	var names []string
	for _, c := range pglog.Classes() {
		names = append(names, c.String())
	}
	equal(t, "crash corruption disk_full out_of_memory wraparound out_of_connections read_only restart replication wal_archive "+
		"recovery_conflict deadlock lock_wait timeout connection_lost authentication serialization privilege checkpoints constraint sql "+
		"other unknown", strings.Join(names, " "))
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"DEBUG": "DEBUG", "DEBUG5": "DEBUG", "INFO": "INFO", "NOTICE": "NOTICE", "HINWEIS": "NOTICE", "LOG": "LOG",
		"WARNING": "WARNING", "WARNUNG": "WARNING", "ATTENTION": "WARNING", "ERROR": "ERROR", "FEHLER": "ERROR", "ERREUR": "ERROR",
		"FATAL": "FATAL", "PANIC": "PANIC", "PANIK": "PANIC",
	} {
		level, ok := pglog.ParseLevel(name)
		equal(t, true, ok)
		equal(t, want, level.String())
	}
	_, ok := pglog.ParseLevel("error")
	equal(t, false, ok)
}
