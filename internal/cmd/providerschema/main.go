// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Command providerschema prints the provider's schemas in the form of "terraform providers schema -json", from which
// tfplugindocs generates the documentation.
//
// It asks the provider's server itself, because the CLI's output is incomplete: OpenTofu, and Terraform before 1.14,
// leave actions out, and Terraform before 1.8 leaves functions out.
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
	if err := printSchemas(context.Background(), provider.NewServer("dev", provider.Outside{})(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func printSchemas(ctx context.Context, server tfprotov6.ProviderServer, to io.Writer) error {
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
