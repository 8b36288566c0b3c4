// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// A secret with the characters that JSON, XML and Go escape, and ways in which a server can repeat it.
const escapedSecret = `T0p/se"cr\et<7f1c`

var repeated = map[string]string{
	"PHP":          `T0p\/se\"cr\\et<7f1c`,
	"for HTML":     `T0p/se\"cr\\et\u003c7f1c`,
	"all escaped":  `\u00540p\u002fse\u0022cr\u005cet\u003c\u0037f1c`,
	"JSON in JSON": `T0p/se\\\"cr\\\\et<7f1c`,
}

// hidesSecret expects an attribute to show that something was cut out, and no part of the secret.
func hidesSecret(t *testing.T, what, text string) {
	t.Helper()
	for _, part := range []string{"T0p", "7f1c"} {
		if strings.Contains(text, part) {
			t.Errorf("%s: want no %q in %s", what, part, text)
		}
	}
	if !strings.Contains(strings.ToLower(text), "(hidden)") { // a status is shown in upper case
		t.Errorf("%s: want (hidden) in %s", what, text)
	}
}

// TestSecretsInEscapes_RDS has an RDS that repeats the token: in a refusal, and in a success that goes to the state.
func TestSecretsInEscapes_RDS(t *testing.T) {
	const token = "T0p/secret<7f1c"
	for name, escaped := range map[string]string{
		"PHP": `T0p\/secret<7f1c`, "for HTML": `T0p/secret\u003c7f1c`, "all escaped": `\u00540p\u002fsecret\u003C\u0037f1c`, "plain": token,
	} {
		file := `{"workflow_id":"w-` + escaped + `","file_name":"n-` + escaped + `","status":"success","file_size":"s-` + escaped +
			`","file_link":"obs.example.com/a?Expires=4102444800&Signature=x"}`
		for answer, handler := range map[string]http.HandlerFunc{
			"a refusal": rdssim.Status(http.StatusBadRequest, `{"error_code":"DBS.299999","error_msg":"bad token `+escaped+`"}`, nil),
			"a success": rdssim.Status(http.StatusOK, `{"status":"finish","count":1,"list":[`+file+`]}`, nil),
			"a failure": rdssim.Status(http.StatusOK, `{"status":"failed","count":0,"list":[{"file_name":"n","status":"`+escaped+`"}]}`, nil),
		} {
			t.Run(name+", "+answer, func(t *testing.T) {
				c := rdstest.NewWithClock(t)
				c.SetEnv(map[string]string{
					"OS_USERNAME": "", "OS_PASSWORD": "", "OS_TOKEN": token, "OS_PROJECT_NAME": "",
					"OS_PROJECT_ID": rdssim.ProjectID, "OS_RDS_ENDPOINT_OVERRIDE": "https://rdssim.invalid",
				})
				c.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: forEver, Handler: handler})
				o := read(t, c, instance(rdssim.InstanceHealthy))
				hidesSecret(t, "values and diagnostics", fmt.Sprint(o.Values, o.Diagnostics))
			})
		}
	}
}

// TestSecretsInEscapes_IAM has an IAM that repeats the password: in JSON, in XML, and in an answer that is not HTTP, which
// Go's error quotes.
func TestSecretsInEscapes_IAM(t *testing.T) {
	answers := map[string]http.HandlerFunc{
		"XML": rdssim.Status(http.StatusForbidden, `<Error><Code>X</Code><Message>T0p/se&quot;cr&#92;et&lt;7f1c</Message></Error>`, nil),
		"a status line": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			defer func() { _ = conn.Close() }()
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 x%s X\r\n\r\n", escapedSecret)
		},
	}
	for name, escaped := range repeated {
		answers[name] = rdssim.Status(http.StatusForbidden, `{"error":{"message":"wrong: `+escaped+`"}}`, nil)
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			c := rdstest.NewWithClock(t)
			c.SetEnv(map[string]string{"OS_PASSWORD": escapedSecret, "OS_MAX_RETRIES": "0"})
			c.Inject(rdssim.Fault{Kind: "login", Times: forEver, Handler: answer})
			hidesSecret(t, "diagnostics", fmt.Sprint(read(t, c, instance(rdssim.InstanceHealthy)).Diagnostics))
		})
	}
}

// TestIAMWordsArePrintable has control characters in IAM's answer, which no screen may get.
func TestIAMWordsArePrintable(t *testing.T) {
	const odd = `\u001b[31m\u001b]0;x\u0007\u202e\u200b`
	token := http.Header{"X-Subject-Token": {"issued"}}
	entry := func(endpoint string) string {
		return `{"token":{"project":{"id":"p"},"catalog":[{"type":"rdsv3","endpoints":[{` + endpoint + `,"url":"https://x"}]}]}}`
	}
	for name, body := range map[string]string{
		"project id": `{"token":{"project":{"id":"` + odd + `"}}}`,
		"interface":  entry(`"interface":"` + odd + `","region":"eu-de"`),
		"region":     entry(`"interface":"public","region":"` + odd + `"`),
	} {
		t.Run(name, func(t *testing.T) {
			c := rdstest.NewWithClock(t)
			c.Inject(rdssim.Fault{Kind: "login", Times: forEver, Handler: rdssim.Status(http.StatusCreated, body, token)})
			text := fmt.Sprint(read(t, c, instance(rdssim.InstanceHealthy)).Diagnostics)
			if !strings.Contains(text, "Error: ") {
				t.Errorf("want an error, got %q", text)
			}
			if i := strings.IndexAny(text, "\x1b\a\u202e\u200b"); i >= 0 {
				t.Errorf("want no control character in %q", text)
			}
		})
	}
}
