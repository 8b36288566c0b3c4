// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Command providerschema prints the provider's schemas in the form of "terraform providers schema -json", taken from
// the provider's own server.
//
// The documentation is made from it. The CLI's own output will not do: it needs a CLI, and one older than Terraform
// 1.14, as well as any OpenTofu, leaves actions out.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/otc-rds/terraform-provider-rds/internal/provider"
)

// name is the key under which tfplugindocs looks for a provider that is not HashiCorp's own.
const name = "rds"

func main() {
	if err := printSchemas(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func printSchemas(ctx context.Context, to io.Writer) error {
	server := provider.NewServer("dev", provider.Outside{})()
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return fmt.Errorf("asking the provider for its schemas: %w", err)
	}
	converted, err := convertProvider(schemas)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(to)
	encoder.SetIndent("", "  ")
	return encoder.Encode(tfjson.ProviderSchemas{FormatVersion: "1.0", Schemas: map[string]*tfjson.ProviderSchema{name: converted}})
}
