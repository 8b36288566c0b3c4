// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package progress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

const (
	summaryLines = 20  // groups of one file that are shown
	summaryWidth = 120 // columns of a line
	messageWidth = 64  // columns of a message at least: one about a lock needs them, though the line is then a bit longer
	chartWidth   = 20
)

// Summarize shows what broke in each file, and the command that shows the lines themselves. Each summary is one text of
// several lines: Terraform puts the action's address in front of the first one only, so the columns have room.
//
// A small packed file can hold text for hours. So the context's deadline ends a summary too, and a line shows that.
func Summarize(ctx context.Context, send func(string), files []download.Saved) {
	pattern := "ERROR|FATAL|PANIC"
	var paths []string
	for _, f := range files {
		s, err := summaryOf(ctx, f.Path)
		switch {
		case errors.Is(ctx.Err(), context.Canceled):
			return
		case errors.Is(err, pglog.ErrNotALog):
			send(fmt.Sprintf("No summary of %s: it does not look like a PostgreSQL log.", f.Name))
			continue
		case err != nil && s.Events == 0:
			send(fmt.Sprintf("No summary of %s: it cannot be read as a log (%s).", f.Name, why(err)))
			continue
		}
		send(summaryText(f.Name, s))
		if err != nil {
			send(fmt.Sprintf("This is only the beginning of %s: the rest cannot be read as a log (%s).", f.Name, why(err)))
		}
		paths = append(paths, shellWord(f.Path))
		if len(s.Groups) > 0 && s.Groups[0].Class == pglog.Crash && s.Groups[0].Level < pglog.LevelError {
			pattern = "ERROR|FATAL|PANIC|terminated by signal" // PostgreSQL reports a crash with level LOG
		}
	}
	if len(paths) > 0 {
		send(fmt.Sprintf("To see the lines:\n\n  zgrep -hE '%s' %s\n", pattern, strings.Join(paths, " ")))
	}
}

// why returns why a file was not read to its end.
func why(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "the time was up"
	}
	return apierror.Printable(err.Error())
}

// summaryOf reads a file until the context ends. With an error, the summary is that of the part before it.
func summaryOf(ctx context.Context, path string) (*pglog.Summary, error) {
	file, err := os.Open(path) //nolint:gosec // the action has just saved it
	if err != nil {
		return &pglog.Summary{}, err
	}
	defer func() { _ = file.Close() }()
	return pglog.Summarize(untilDone{ctx, file})
}

// untilDone is a reader that ends with a context.
type untilDone struct {
	ctx context.Context //nolint:containedctx // an io.Reader takes none
	r   io.Reader
}

// pieceSize is how much is read before the next look at the context: a packed file holds up to a thousand times as much
// text, and that must not take a second.
const pieceSize = 16 << 10

// Read implements io.Reader.
func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p[:min(len(p), pieceSize)])
}

// summaryText returns a table: class, count, first and last time, chart, message.
func summaryText(name string, s *pglog.Summary) string {
	if len(s.Groups) == 0 {
		return fmt.Sprintf("Nothing broke in %s%s. Events read: %d.", name, timeSpan(s.First, s.Last), s.Events)
	}
	shown := s.Groups[:min(len(s.Groups), summaryLines)]
	class, count := 0, 0
	for _, g := range shown {
		class = max(class, len(g.Class.String()))
		count = max(count, len(fmt.Sprint(g.Count)))
	}
	layout := clockLayout(s.First, s.Last)
	times := 2*len(layout) + 1
	room := max(messageWidth, summaryWidth-(2+class+2+count+2+times+2+chartWidth+2))
	var b strings.Builder
	fmt.Fprintf(&b, "What broke in %s%s, worst first:\n", name, timeSpan(s.First, s.Last))
	for i := range shown {
		g := &shown[i]
		fmt.Fprintf(&b, "\n  %-*s  %*d  %-*s  %-*s  %s", class, g.Class, count, g.Count, times, clockTimes(g, layout),
			chartWidth, g.Chart(s.First, s.Last, chartWidth), shortened(apierror.Printable(g.Message), room))
	}
	if more := len(s.Groups) - len(shown); more > 0 {
		fmt.Fprintf(&b, "\n  and %d more groups", more)
	}
	return b.String() + "\n"
}

// timeSpan returns " (2026-11-23 16:05:50 to 16:05:57 UTC)", or "" if the log has no times.
func timeSpan(first, last time.Time) string {
	if first.IsZero() {
		return ""
	}
	layout := time.TimeOnly
	if first.Format(time.DateOnly) != last.Format(time.DateOnly) {
		layout = time.DateTime
	}
	return fmt.Sprintf(" (%s to %s UTC)", first.Format(time.DateTime), last.Format(layout))
}

// clockLayout returns the shortest layout for times of a log.
func clockLayout(first, last time.Time) string {
	if first.Format(time.DateOnly) == last.Format(time.DateOnly) {
		return time.TimeOnly
	}
	return "01-02 15:04:05"
}

// clockTimes returns "16:05:50–16:05:57", or one time if both are the same.
func clockTimes(g *pglog.Group, layout string) string {
	if g.First.IsZero() {
		return ""
	}
	first, last := g.First.Format(layout), g.Last.Format(layout)
	if first == last {
		return first
	}
	return first + "–" + last
}

// shortened takes words out of the middle of a long text: a message's beginning and the name at its end matter most.
func shortened(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	words := strings.Fields(text)
	head, tail, left := 0, 0, width-1 // for the sign between them
	for head+tail < len(words) {
		word := words[head]
		if head > tail {
			word = words[len(words)-1-tail]
		}
		if left -= utf8.RuneCountInString(word) + 1; left < 0 {
			break
		}
		if head > tail {
			tail++
		} else {
			head++
		}
	}
	if head == 0 || tail == 0 { // words too long to keep
		return string([]rune(text)[:width-1]) + "…"
	}
	return strings.Join(slices.Concat(words[:head], []string{"…"}, words[len(words)-tail:]), " ")
}

var plainWord = regexp.MustCompile(`^[0-9A-Za-z_./@%+=:,-]+$`)

// shellWord quotes a path for a shell if that is needed, and keeps a command from taking it for an option.
func shellWord(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	if plainWord.MatchString(path) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
