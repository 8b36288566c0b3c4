// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/instances"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// defaultListTimeout is for a request for every hundred instances.
const defaultListTimeout = 2 * time.Minute

type instancesDataSource struct{ client *client }

var _ datasource.DataSourceWithConfigure = (*instancesDataSource)(nil)

func newInstancesDataSource() datasource.DataSource { return &instancesDataSource{} }

type instancesModel struct {
	Name       types.String `tfsdk:"name"`
	NamePrefix types.String `tfsdk:"name_prefix"`
	Type       types.String `tfsdk:"type"`
	Instances  types.List   `tfsdk:"instances"`
	Timeouts   types.Object `tfsdk:"timeouts"`
}

func (d *instancesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_instances"
}

func (d *instancesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the RDS for PostgreSQL instances of the project, with read replicas, which have logs of their own. " +
			"Needs the permission `rds:instance:list`.\n\n" +
			"One list of instances serves all objects of a run, those with an `instance_name` too: 100 instances take one request.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "Only instances with exactly this name.",
				Optional:            true,
			},
			"name_prefix": schema.StringAttribute{
				MarkdownDescription: "Only instances whose name begins like this.",
				Optional:            true,
			},
			"type": schema.StringAttribute{
				MarkdownDescription: "Only `Single` instances, primary/standby instances (`Ha`) or read replicas (`Replica`).",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf("Single", "Ha", "Replica")},
			},
			"instances": schema.ListNestedAttribute{
				MarkdownDescription: "The instances, sorted by name. Empty if none matches.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: listedAttributes()},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": attribute.TimeoutsBlock("read", "How long a read may take in all", defaultListTimeout),
		},
	}
}

// listedAttributes are the attributes of an element of instances.
func listedAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":   schema.StringAttribute{MarkdownDescription: "ID, for `instance_id`.", Computed: true},
		"name": schema.StringAttribute{MarkdownDescription: "Name. Several instances can have the same one.", Computed: true},
		"status": schema.StringAttribute{
			MarkdownDescription: "Status in the API's words, such as `ACTIVE`, `BUILD`, `BACKING UP`, `STORAGE FULL`.",
			Computed:            true,
		},
		"type": schema.StringAttribute{MarkdownDescription: "`Single`, `Ha` or `Replica`, or a newer word of the API.", Computed: true},
		"engine_version": schema.StringAttribute{
			MarkdownDescription: "Version of PostgreSQL, such as `15.18`; only the major version if the API gives no more.",
			Computed:            true,
		},
		"replica_of": schema.StringAttribute{MarkdownDescription: "Of a read replica: the ID of its primary. Else null.", Computed: true},
		"private_ips": schema.ListAttribute{
			MarkdownDescription: "Private addresses. Empty while the instance is being created.",
			Computed:            true,
			ElementType:         types.StringType,
		},
		"storage_type": schema.StringAttribute{MarkdownDescription: "Type of the storage, such as `CLOUDSSD`.", Computed: true},
		"storage_size": schema.Int64Attribute{MarkdownDescription: "Size of the storage in GB.", Computed: true},
		"created_at": schema.StringAttribute{
			MarkdownDescription: "When it was created: RFC 3339, in UTC. Null while it is being created.",
			Computed:            true,
			CustomType:          timetypes.RFC3339Type{},
		},
	}
}

func (d *instancesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *instancesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model instancesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, stop := d.client.interruptible(withRetryReport(withRequestLog(ctx), nil))
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, attribute.TimeoutOf(model.Timeouts, "read", defaultListTimeout))
	defer cancel()
	list, err := d.client.instances.All(ctx)
	if err != nil {
		resp.Diagnostics.Append(listTried(d.client, "read").Diagnostic(err))
		return
	}
	model.Instances = mapInstances(model.selected(list.Instances))
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// selected returns the PostgreSQL instances that the arguments ask for, sorted by name. The API is not asked to select:
// its filter for names is fuzzy, and one list for all objects costs less.
func (m instancesModel) selected(list []rds.Instance) []rds.Instance {
	found := slices.DeleteFunc(instances.Postgres(list), func(i rds.Instance) bool {
		return !m.Name.IsNull() && i.Name != m.Name.ValueString() ||
			!strings.HasPrefix(i.Name, m.NamePrefix.ValueString()) ||
			!m.Type.IsNull() && i.Type != m.Type.ValueString()
	})
	slices.SortFunc(found, func(a, b rds.Instance) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return found
}

// mapInstances returns the attribute for instances, in their order. What the API did not send is null.
func mapInstances(list []rds.Instance) types.List {
	return attribute.List(listedAttributes(), list, func(i rds.Instance) map[string]attr.Value {
		ips := make([]attr.Value, 0, len(i.PrivateIPs))
		for _, ip := range i.PrivateIPs {
			ips = append(ips, types.StringValue(ip))
		}
		size := types.Int64Null()
		if i.StorageSize > 0 {
			size = types.Int64Value(i.StorageSize)
		}
		return map[string]attr.Value{
			"id":             attribute.Text(i.ID),
			"name":           attribute.Text(i.Name),
			"status":         attribute.Text(i.Status),
			"type":           attribute.Text(i.Type),
			"engine_version": attribute.Text(i.EngineVersion),
			"replica_of":     attribute.Text(i.ReplicaOf),
			"private_ips":    types.ListValueMust(types.StringType, ips),
			"storage_type":   attribute.Text(i.StorageType),
			"storage_size":   size,
			"created_at":     attribute.Instant(i.CreatedAt, time.RFC3339),
		}
	})
}
