// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Command fetch reads a download link from standard input and writes the file to standard output. The demo uses it
// instead of curl, which is missing on many fresh machines. The link is not an argument, because it is a secret and
// every user can list the arguments of processes.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	if err := fetch(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
}

// fetch writes the file behind the link on the first line of from.
func fetch(ctx context.Context, from io.Reader, to io.Writer) error {
	line, err := bufio.NewReader(from).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the link: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSpace(line), nil)
	if err != nil || req.URL.Host == "" {
		return errors.New("standard input holds no link")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return errors.New("the link's server could not be reached")
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the link's server answered %s", resp.Status)
	}
	_, err = io.Copy(to, resp.Body)
	return err
}
