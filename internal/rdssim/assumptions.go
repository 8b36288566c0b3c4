// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// Assumption is something about the cloud that the simulator assumes. The code refers to it by its number.
type Assumption struct {
	Number int
	Source string // the page that states or shows it, or "guess"
	Text   string
}

// String returns it as one line: Assumption 7 (guess): …
func (a Assumption) String() string {
	return fmt.Sprintf("Assumption %d (%s): %s", a.Number, a.Source, a.Text)
}

//go:embed assumptions.txt
var assumptions string // a line for each: number | source | text

// Assumptions lists all of them, by number.
func Assumptions() []Assumption {
	var list []Assumption
	for line := range strings.Lines(assumptions) {
		part := strings.SplitN(strings.TrimSpace(line), " | ", 3)
		number, _ := strconv.Atoi(part[0])
		list = append(list, Assumption{number, part[1], part[2]})
	}
	return list
}
