// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// The part of the guide "When it fails" about instances that are given by name.

// onlyName are arguments with a name in place of the usual ID.
func onlyName(name string, more map[string]any) map[string]any {
	arguments := map[string]any{"instance_id": nil, "instance_name": name}
	maps.Copy(arguments, more)
	return arguments
}

func instanceFaults() []fault {
	orders := onlyName("orders", nil)
	soon := onlyName("orders", map[string]any{"timeouts": map[string]any{"read": "90s"}})
	return []fault{
		{
			name: "No instance has the name", words: "No DB instance has the name", arguments: onlyName("ordres", nil),
			cause: "The name has a typo, or the instance is in another project or region. The list is read twice: the instance may be new.",
		},
		{
			name: "Several instances have the name", words: "PostgreSQL instances have the name", arguments: onlyName("twin", nil),
			cause: "Names are not unique.",
		},
		{
			name: "The name is another engine's", words: "is not RDS for PostgreSQL", arguments: onlyName("crm", nil),
			cause: "Only an instance of MySQL or SQL Server has the name.", faults: []rdssim.Fault{listed(mysqlOnly)},
		},
		{
			name: "An ID in place of a name", words: "It is the ID of", arguments: onlyName(rdssim.InstanceHealthy, nil),
			cause: "`instance_name` is the instance's ID.",
		},
		{
			name: "The project has no instances", words: "Check project and region", arguments: orders,
			cause: "The credential leads to another project or region than the console shows.", faults: []rdssim.Fault{listed("")},
		},
		{
			name: "The right to list is missing", words: "needs the permission rds:instance:list", arguments: orders,
			cause:  "The user may read logs, and may not list instances.",
			faults: at("rds.instances", forEver, rdssim.APIError(403, "DBS.200604", "The operation is not authorized.")),
		},
		{
			name: "The right to list a fleet is missing", words: "needs the permission rds:instance:list", reads: instancesSource,
			cause:  "Data source `rds_instances`, as in the runbook fleet: the user may read logs, and may not list instances.",
			faults: at("rds.instances", forEver, rdssim.APIError(403, "DBS.200604", "The operation is not authorized.")),
		},
		{
			name: "Neither ID nor name", words: "Which DB instance?", cause: "`instance_id` and `instance_name` are both missing or null.",
			arguments: map[string]any{"instance_id": nil},
		},
		{
			name: "ID and name", words: "not both", cause: "`instance_id` and `instance_name` are both set.",
			arguments: map[string]any{"instance_name": "orders"},
		},
		{
			name: "Invalid instance name", words: "Attribute instance_name", cause: "`instance_name` holds what no name holds, such as a " +
				"space at the end.", arguments: onlyName("orders ", nil),
		},
		{
			name: "Instances cannot be listed for a while", arguments: orders, cause: "RDS answers 500 three times to the request for the list.",
			faults: at("rds.instances", 3, rdssim.APIError(500, "RDS.9999", "Internal server error.")),
		},
		{
			name: "Instances cannot be listed", words: "The cloud may be out of order", arguments: soon,
			cause:  "RDS answers 500 to the request for the list, for longer than the timeout.",
			faults: at("rds.instances", forEver, rdssim.APIError(500, "RDS.9999", "Internal server error.")),
		},
		{
			name: "Interrupted before the list", words: "Interrupted after", arguments: orders, interrupt: 9 * time.Second,
			cause:  "The request for the list hangs, and Ctrl-C comes after nine seconds.",
			faults: at("rds.instances", forEver, rdssim.Hang()),
		},
		{
			name: "The instance was just deleted", words: "so it was probably just deleted", arguments: orders,
			cause:  "The list has the instance, and RDS no longer knows its ID.",
			faults: at("rds.errorlog", forEver, rdssim.APIError(404, "DBS.200602", "The DB instance does not exist.")),
		},
	}
}
