// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// EnginePostgreSQL is the engine by which the instances of this provider are asked for. The API compares case.
const EnginePostgreSQL = "PostgreSQL"

// InstancesQuery selects DB instances.
type InstancesQuery struct {
	Engine string         // such as EnginePostgreSQL; "": all
	Report func(Progress) // if set, called after each fault that may pass
}

// Instance is a DB instance. Words are the API's, and each field but ID may be empty.
type Instance struct {
	ID            string
	Name          string
	Status        string // such as ACTIVE, BUILD, BACKING UP, STORAGE FULL
	Type          string // Single, Ha or Replica
	Engine        string
	EngineVersion string // with the minor version, if the API gives it
	ReplicaOf     string // the ID of the primary
	PrivateIPs    []string
	StorageType   string
	StorageSize   int64     // GB; 0: not known
	CreatedAt     time.Time // zero: not known, as while the instance is being created
}

const (
	instancesPage  = 100  // the API's longest page
	instancesPages = 1000 // against a server that never ends
)

// Instances returns the DB instances of the project, in the API's order: GET /v3/{project_id}/instances. Faults that may
// pass are repeated, as in [Client.ErrorLogRows]. Needs the permission rds:instance:list.
func (c *Client) Instances(ctx context.Context, q InstancesQuery) ([]Instance, error) {
	e := c.begin(ctx, "")
	e.report = q.Report
	all, seen := []Instance{}, map[string]bool{}
	offset, before := 0, int64(-1)
	for range instancesPages {
		var page instancesAnswer
		err := e.repeat(ctx, func(ctx context.Context) (err error) {
			page, err = c.instancesPage(ctx, q, offset)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, wire := range page.Instances.items {
			if i := wire.instance(); i.ID != "" && !seen[i.ID] { // a page can begin with instances of the one before
				seen[i.ID] = true
				all = append(all, i)
			}
		}
		got, total := len(page.Instances.items), page.Total.value.count()
		if got > 0 && total >= 0 && before > total { // instances were deleted, so others moved to pages that were read before
			offset = max(0, offset-int(before-total))
		} else if offset += got; lastPage(got, instancesPage, offset, total) {
			break
		}
		before = total
	}
	return all, nil
}

func (c *Client) instancesPage(ctx context.Context, q InstancesQuery, offset int) (page instancesAnswer, err error) {
	query := url.Values{"offset": {strconv.Itoa(offset)}, "limit": {strconv.Itoa(instancesPage)}}
	if q.Engine != "" {
		query.Set("datastore_type", q.Engine)
	}
	m, err := c.get(ctx, query, &page, "instances")
	if err != nil {
		return page, err
	}
	return page, page.Instances.check(m, "instances", page.Total.value.count())
}

type instancesAnswer struct {
	Instances list[wireInstance] `json:"instances"`
	Total     lenient[scalar]    `json:"total_count"`
}

// wireInstance has every field lenient: an unusual one must not hide all instances.
type wireInstance struct {
	ID        lenient[scalar] `json:"id"`
	Name      lenient[scalar] `json:"name"`
	Status    lenient[scalar] `json:"status"`
	Type      lenient[scalar] `json:"type"`
	Created   lenient[scalar] `json:"created"`
	Datastore lenient[struct {
		Type            lenient[scalar] `json:"type"`
		Version         lenient[scalar] `json:"version"`
		CompleteVersion lenient[scalar] `json:"complete_version"`
	}] `json:"datastore"`
	Volume lenient[struct {
		Type lenient[scalar] `json:"type"`
		Size lenient[scalar] `json:"size"`
	}] `json:"volume"`
	PrivateIPs lenient[[]lenient[scalar]] `json:"private_ips"` // a blank string while the instance is being created
	Related    lenient[[]lenient[struct {
		ID   lenient[scalar] `json:"id"`
		Type lenient[scalar] `json:"type"`
	}]] `json:"related_instance"`
}

func (w wireInstance) instance() Instance {
	store, volume := w.Datastore.value, w.Volume.value
	i := Instance{
		ID:            w.ID.value.printable(),
		Name:          w.Name.value.printable(),
		Status:        w.Status.value.printable(),
		Type:          w.Type.value.printable(),
		Engine:        store.Type.value.printable(),
		EngineVersion: cmp.Or(store.CompleteVersion.value.printable(), store.Version.value.printable()),
		PrivateIPs:    []string{},
		StorageType:   volume.Type.value.printable(),
		StorageSize:   max(0, volume.Size.value.count()),
		CreatedAt:     w.Created.value.timestamp(),
	}
	for _, ip := range w.PrivateIPs.value {
		if text := ip.value.printable(); text != "" {
			i.PrivateIPs = append(i.PrivateIPs, text)
		}
	}
	for _, related := range w.Related.value {
		if strings.EqualFold(related.value.Type.value.text(), "replica_of") {
			i.ReplicaOf = related.value.ID.value.printable()
		}
	}
	return i
}
