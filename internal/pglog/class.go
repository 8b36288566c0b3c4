// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

// Class is the kind of trouble that an event reports.
type Class uint8

// The classes, worst first.
const (
	Crash Class = iota
	Corruption
	DiskFull
	OutOfMemory
	Wraparound
	OutOfConnections
	ReadOnly
	Restart
	Replication
	WALArchive
	RecoveryConflict
	Deadlock
	LockWait
	Timeout
	ConnectionLost
	Authentication
	Serialization
	Privilege
	Checkpoints
	Constraint
	SQL
	Other
	// Unknown is the class of lines of an unknown form.
	Unknown
	classes // their number
)

var classNames = [classes]string{
	"crash", "corruption", "disk_full", "out_of_memory", "wraparound", "out_of_connections", "read_only", "restart", "replication",
	"wal_archive", "recovery_conflict", "deadlock", "lock_wait", "timeout", "connection_lost", "authentication", "serialization",
	"privilege", "checkpoints", "constraint", "sql", "other", "unknown",
}

func (c Class) String() string { return classNames[min(c, Unknown)] }

// Classes returns all classes, worst first.
func Classes() []Class {
	all := make([]Class, classes)
	for i := range all {
		all[i] = Class(i)
	}
	return all
}

// stateClass is the class of a SQLSTATE or of all SQLSTATEs that begin alike.
type stateClass struct {
	state string
	class Class
	// shared means that PostgreSQL reports different troubles with this SQLSTATE: a known message decides first.
	shared bool
}

// stateClasses holds longer SQLSTATEs before shorter ones.
// See https://www.postgresql.org/docs/current/errcodes-appendix.html
var stateClasses = []stateClass{
	{"25006", ReadOnly, false},
	{"25P02", SQL, false},
	{"25P03", Timeout, false},
	{"25P04", Timeout, false},
	{"28000", Authentication, true},
	{"28P01", Authentication, false},
	{"3D000", Authentication, false},
	{"40001", Serialization, true},
	{"40P01", Deadlock, true},
	{"42501", Privilege, false},
	{"53100", DiskFull, false},
	{"53200", OutOfMemory, false},
	{"53300", OutOfConnections, true},
	{"53400", Other, true},
	{"54000", Other, true},
	{"55P03", LockWait, false},
	{"57014", Timeout, true},
	{"57P01", Restart, true},
	{"57P02", Crash, false},
	{"57P03", Restart, false},
	{"57P04", RecoveryConflict, false},
	{"57P05", Timeout, false},
	{"XX001", Corruption, false},
	{"XX002", Corruption, false},
	{"08003", ConnectionLost, true},
	{"08006", ConnectionLost, true},
	{"22", SQL, false},
	{"23", Constraint, false},
	{"42", SQL, false},
}

// classOf returns the class of an event. A SQLSTATE decides before the text. m is the line of messages.txt that matches
// the event's message, or nil.
func classOf(level Level, state []byte, m *message) Class {
	c := adjust(level, byState(state, m))
	if level == LevelPanic && c == Other {
		// A panic ends all sessions and begins a recovery.
		return Crash
	}
	return c
}

func byState(state []byte, m *message) Class {
	byText := Other
	if m != nil {
		byText = m.class
	}
	if len(state) != 5 || string(state[:2]) == "00" {
		return byText
	}
	for i := range stateClasses {
		s := &stateClasses[i]
		if string(state[:len(s.state)]) != s.state {
			continue
		}
		if s.shared && m != nil {
			return byText
		}
		return s.class
	}
	return byText
}

// adjust takes the class away from an event whose level does not fit it.
func adjust(level Level, c Class) Class {
	switch c {
	case Authentication:
		if level == LevelError {
			// GRANT to a role that does not exist.
			return SQL
		}
	case Constraint, SQL, Privilege, Serialization:
		if level < LevelError {
			// "relation already exists, skipping" has a SQLSTATE of an error.
			return Other
		}
	default:
	}
	return c
}

// counts reports whether an event is worth a group. Below ERROR only those with a class are.
func counts(level Level, c Class) bool { return level >= LevelError || c != Other }
