//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"sync"
)

// slowTables makes statements slow without work for the machine: reading these views and writing to this table wait.
const slowTables = `
CREATE FUNCTION slowly(seconds float8) RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT pg_sleep(seconds) IS NOT NULL';
CREATE VIEW order_history AS SELECT o.id, o.customer_id, o.status, o.total, o.created_at FROM orders o WHERE (SELECT slowly(3));
CREATE VIEW article_search AS SELECT sku, quantity, price FROM stock WHERE (SELECT slowly(1.5));
CREATE VIEW revenue_by_city AS SELECT c.city, sum(o.total) AS revenue
	FROM orders o JOIN customers c ON c.id = o.customer_id WHERE (SELECT slowly(6.2)) GROUP BY c.city;
CREATE FUNCTION slow_write() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1.2); RETURN NULL; END';
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON order_events FOR EACH STATEMENT EXECUTE FUNCTION slow_write();
GRANT SELECT ON ALL TABLES IN SCHEMA public TO orders_app, reporting, batch;
`

const slowWarehouse = `
CREATE FUNCTION slowly(seconds float8) RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT pg_sleep(seconds) IS NOT NULL';
CREATE TABLE all_shipments (id bigint, carrier text, weight numeric, sent_on date);
CREATE VIEW shipments AS SELECT * FROM all_shipments WHERE (SELECT slowly(4.4));
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reporting, batch;
`

// slow: the order history has no index for a customer any more, and other statements are slow as they always were.
func slow(s *stage) {
	s.must(s.server.SQL(s.ctx, "shop", slowTables))
	s.must(s.server.SQL(s.ctx, "warehouse", slowWarehouse))
	for i := range 10 {
		s.at(float64(i) * 4.9)
		s.round(i)
	}
	s.app(49.5, duplicateCustomer, 640)
}

// round is all that is slow within a few minutes. The order history gets slower business with each round.
func (s *stage) round(i int) {
	var all sync.WaitGroup
	start := func(role, database, statement string, values ...any) {
		login := s.login(role)
		login.Database = database
		session := s.open(login)
		all.Go(func() {
			session.Do(fmt.Sprintf(statement, values...))
			session.Close()
		})
	}
	const history = "SELECT id, status, total, created_at\n  FROM order_history\n WHERE customer_id = %d\n" +
		" ORDER BY created_at DESC\n LIMIT 20;"
	for n := range 1 + i/3 {
		start("orders_app", "shop", history, 101+97*i+31*n)
	}
	for n := range 1 + i/6 {
		s.parameterised(&all, "SELECT status, total FROM order_history WHERE customer_id = :customer AND status = :status;\n",
			fmt.Sprintf("customer=%d", 42+i+7*n), "status=paid")
	}
	switch i % 4 {
	case 0:
		start("reporting", "shop", "SELECT city, revenue FROM revenue_by_city WHERE revenue > %d ORDER BY revenue DESC;", 1000*(i+1))
		start("orders_app", "shop", "SELECT sku, price FROM article_search WHERE sku LIKE '%%%s%%' AND quantity > 0;",
			[]string{"BLUE", "RED", "LAMP"}[i/4])
	case 1:
		start("batch", "shop", "INSERT INTO order_events (order_id, kind, payload) "+
			"VALUES (%d, 'scanned', '{\"parcel\": \"00340%d\"}');", 18000+i, 4341+i)
		start("reporting", "warehouse", "SELECT carrier, count(*), sum(weight)\n  FROM shipments\n"+
			" WHERE sent_on BETWEEN '2026-11-%02d' AND '2026-11-%02d'\n GROUP BY carrier;", 1+i, 8+i)
	case 2:
		start("batch", "shop", "DELETE FROM order_events WHERE kind = 'scanned' AND id < %d;", 20+i)
		s.parameterised(&all, "SELECT sku, quantity FROM article_search WHERE price BETWEEN :low AND :high;\n",
			fmt.Sprintf("low=%d", 5+i), fmt.Sprintf("high=%d.50", 10+i))
	case 3:
		start("batch", "warehouse", "SELECT max(sent_on) FROM shipments WHERE carrier = 'carrier-%d';", i)
	}
	all.Wait()
}

// parameterised runs a statement of the application with parameters, as drivers do: psql 15 cannot, pgbench can.
func (s *stage) parameterised(all *sync.WaitGroup, statement string, variables ...string) {
	login := s.login("orders_app")
	all.Go(func() { s.must(s.server.Bench(s.ctx, login, statement, variables...)) })
}
