// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package instances

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// NameError is a name that does not lead to one PostgreSQL instance.
type NameError struct {
	Name  string
	Found []rds.Instance // with that name: several PostgreSQL instances, or some of other engines
	List  Listing
}

func (e *NameError) Error() string { return fmt.Sprintf("%d instances have the name", len(e.Found)) }

// Find returns the PostgreSQL instance with a name, or a [*NameError].
func (l *List) Find(ctx context.Context, name string) (rds.Instance, error) {
	list, err := l.with(ctx, name)
	if err != nil {
		return rds.Instance{}, err
	}
	return list.one(name)
}

// one returns the PostgreSQL instance with a name, or a [*NameError].
func (l Listing) one(name string) (rds.Instance, error) {
	found := l.named(name)
	if usable := Postgres(found); len(usable) > 0 {
		found = usable
		if len(usable) == 1 && rds.ValidInstanceID(usable[0].ID) {
			return usable[0], nil
		}
	}
	return rds.Instance{}, &NameError{Name: name, Found: found, List: l}
}

// named returns the instances of that name.
func (l Listing) named(name string) []rds.Instance {
	var found []rds.Instance
	for _, i := range l.Instances {
		if i.Name == name {
			found = append(found, i)
		}
	}
	return found
}

// Postgres returns the PostgreSQL instances among some. An instance without an engine counts: only the API knows.
func Postgres(instances []rds.Instance) []rds.Instance {
	return slices.DeleteFunc(slices.Clone(instances), func(i rds.Instance) bool {
		return i.Engine != "" && !strings.EqualFold(i.Engine, rds.EnginePostgreSQL)
	})
}
