// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// A cloud in process, whose gateway answers the second request with a page for people.
func Example() {
	cloud := rdssim.New()
	cloud.Inject(rdssim.Fault{Skip: 1, Handler: rdssim.HTMLPage(http.StatusBadGateway)})
	client := &http.Client{Transport: cloud.Transport()}

	for range 3 {
		body := strings.NewReader(passwordLogin)
		request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, cloud.AuthURL()+"/auth/tokens", body)
		if err != nil {
			fmt.Println(err)
			return
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := client.Do(request)
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = response.Body.Close()
		fmt.Println(response.Status, response.Header.Get("Content-Type"))
	}
	fmt.Println("logins:", cloud.Count("login"))
	// Output:
	// 201 Created application/json
	// 502 Bad Gateway text/html
	// 201 Created application/json
	// logins: 3
}
