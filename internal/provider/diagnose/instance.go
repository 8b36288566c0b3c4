// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	"github.com/otc-rds/terraform-provider-rds/internal/instances"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// ConcernsInstance reports whether an error may be one instance's own: another instance may have none.
func (t Tried) ConcernsInstance(err error) bool {
	switch e := known(err).(type) {
	case *transport.TooLargeError:
		return t.TooLong != ""
	case *instances.NameError, *rds.ExportError, *rds.MissingLinkError, *rds.DecodeError:
		return true
	case *rds.TimeoutError:
		_, login := known(e.Fault).(*identity.Error)
		return !login
	case *rds.Error:
		return !t.Lookup && !slices.Contains([]apierror.Kind{apierror.Unauthorized, apierror.Redirect, apierror.UnknownAPI}, e.Kind)
	default:
		return false
	}
}

// nameText lists what can be meant. Its first line is short enough for a table.
func (t Tried) nameText(e *instances.NameError) string {
	place := t.place(e.List.Place.ProjectID, e.List.Place.Region)
	usable := instances.Postgres(e.List.Instances)
	name := fmt.Sprintf("%q", apierror.Printable(e.Name))
	if several := len(instances.Postgres(e.Found)); several == 1 {
		return fmt.Sprintf("The cloud's list of DB instances has no usable ID for %s in %s.\n\n%s\n\nUse instance_id in place of "+
			"instance_name: the console shows the ID.", name, place, Indented(described(e.Found)))
	} else if several > 1 {
		return fmt.Sprintf("%d PostgreSQL instances have the name %s in %s.\n\n%s\n\nUse instance_id in place of instance_name.",
			several, name, place, Indented(described(e.Found)))
	}
	if len(e.Found) > 0 {
		return fmt.Sprintf("The DB instance %s in %s is not RDS for PostgreSQL.\n\n%s\n\nThe provider reads the logs of PostgreSQL "+
			"instances only. Look for another name with data source rds_instances.", name, place, Indented(described(e.Found)))
	}
	if len(usable) == 0 {
		return "There are no PostgreSQL instances in " + place + ".\n\nCheck project and region."
	}
	text := fmt.Sprintf("No DB instance has the name %s among the %d PostgreSQL instances in %s.\n\n", name, len(usable), place)
	for _, i := range usable {
		if i.ID == e.Name {
			return text + "It is the ID of " + apierror.Printable(i.Name) + ". For an ID, use instance_id in place of instance_name."
		}
	}
	return text + "These names are the most similar ones:\n\n" + Indented(similarNames(e.Name, usable)) +
		"\n\nCheck the name first, then project and region."
}

// described returns a line for each instance.
func described(list []rds.Instance) []string {
	var lines []string
	for _, i := range list {
		var words []string
		for _, word := range []string{i.Engine, i.Type, i.Status} {
			if word != "" {
				words = append(words, word)
			}
		}
		lines = append(lines, i.ID+": "+strings.Join(words, ", "))
	}
	return lines
}

// similarNames returns the three names that are most like the one that was not found.
func similarNames(name string, list []rds.Instance) []string {
	var names []string
	for _, i := range list {
		if i.Name != "" {
			names = append(names, i.Name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	likeness := func(other string) float64 {
		return levenshtein.Match(strings.ToLower(name), strings.ToLower(other), nil)
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(likeness(b), likeness(a)) })
	return names[:min(3, len(names))]
}
