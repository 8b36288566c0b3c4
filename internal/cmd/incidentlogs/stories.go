//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/postgrestest"
)

// connections: a new version of the application opens connections and never gives them back. First the limit of its
// role is reached, then the batch job takes the rest, and nobody gets in any more.
func connections(s *stage) {
	more := func(minute float64, role string, count int) {
		s.at(minute)
		for range count {
			session := s.connect(role)
			session.Do("BEGIN;\nSELECT count(*) FROM orders WHERE status = 'new';")
			s.kept = append(s.kept, session)
		}
	}
	more(0, "orders_app", 3)
	s.app(4.2, duplicateCustomer, 1417)
	s.wrongPassword(9.7)
	more(15, "reporting", 1)
	s.typingError(16.3)
	for i, minute := range []float64{22, 25.5, 28, 30, 31.6, 33, 34.2, 35.1, 35.5, 35.8, 36, 36.2, 36.3} {
		more(minute, "orders_app", 1)
		if i == 3 {
			s.app(30.8, soldOut, "MUG-BLUE-03")
		}
	}
	refused := func(minute float64, role string, count int) {
		s.at(minute)
		for range count {
			s.do(role, "SELECT 1;")
		}
	}
	refused(36.6, "orders_app", 3)
	refused(37.1, "orders_app", 3)
	more(38.5, "batch", 4)
	refused(38.7, "batch", 2)
	refused(39.2, "reporting", 1)
	refused(39.9, "orders_app", 4)
	more(41, "postgres", 3)
	for _, minute := range []float64{41.5, 42.2, 43.1, 44.4, 46, 47.3} {
		refused(minute, "orders_app", 3)
	}
	refused(47.6, "reporting", 2)
	refused(47.9, "batch", 1)
	refused(48.5, "orders_app", 3)
}

// deadlock: a new job restocks articles in another order than the checkout takes them.
func deadlock(s *stage) {
	cross := func(minute float64, app1, app2, job1, job2 string) {
		s.at(minute)
		app, job := s.connect("orders_app"), s.connect("batch")
		app.Do("BEGIN;\n" + app1)
		job.Do("BEGIN;\n" + job1)
		app.Send(app2)
		s.pause(300 * time.Millisecond)
		job.Do(job2)
		app.Do("COMMIT;")
		job.Do("COMMIT;")
		app.Close()
		job.Close()
	}
	take := func(sku string, n int) string {
		return fmt.Sprintf("UPDATE stock SET quantity = quantity - %d WHERE sku = '%s';", n, sku)
	}
	restock := func(sku string) string {
		return fmt.Sprintf("UPDATE stock\n   SET quantity = quantity + 40\n WHERE sku = '%s';", sku)
	}
	s.app(1.4, duplicateCustomer, 88)
	s.app(8.9, badNumber)
	s.app(13.3, soldOut, "CHAIR-BLACK-01")
	cross(21.2, take("MUG-BLUE-03", 2), take("SHIRT-RED-01", 1), restock("SHIRT-RED-01"), restock("MUG-BLUE-03"))
	s.wrongPassword(25.6)
	cross(29.8, take("LAMP-RED-02", 1), take("MUG-BLUE-03", 4), restock("MUG-BLUE-03"), restock("LAMP-RED-02"))
	s.app(31.5, duplicateCustomer, 1020)
	cross(36.1, "UPDATE orders SET status = 'packed' WHERE id = 19211;", take("SHIRT-RED-01", 1),
		restock("SHIRT-RED-01"), "UPDATE orders\n   SET status = 'delayed'\n WHERE id IN (19210, 19211, 19212);")
	cross(37.4, take("CHAIR-BLUE-04", 1), take("LAMP-RED-02", 2), restock("LAMP-RED-02"), restock("CHAIR-BLUE-04"))
	s.app(40.2, unknownArticle, "MUG-GREEN-01")
	cross(41.9, take("MUG-BLACK-02", 6), take("MUG-BLUE-03", 6), restock("MUG-BLUE-03"), restock("MUG-BLACK-02"))
	s.ring(44.7)
	cross(46.3, take("SHIRT-BLACK-01", 1), take("LAMP-BLACK-01", 1),
		restock("LAMP-BLACK-01"), restock("SHIRT-BLACK-01"))
	s.lostClient(48.8)
}

// ring is a deadlock of three.
func (s *stage) ring(minute float64) {
	s.at(minute)
	skus := []string{"MUG-BLUE-03", "SHIRT-RED-01", "LAMP-RED-02"}
	var three []*postgrestest.Session
	for i, role := range []string{"orders_app", "orders_app", "batch"} {
		session := s.connect(role)
		session.Do("BEGIN;\nUPDATE stock SET quantity = quantity - 1 WHERE sku = '" + skus[i] + "';")
		three = append(three, session)
	}
	for i, session := range three {
		session.Send("UPDATE stock SET quantity = quantity - 1 WHERE sku = '" + skus[(i+1)%3] + "';\nCOMMIT;")
		s.pause(150 * time.Millisecond)
	}
	for _, session := range three {
		session.Close()
	}
}

// lastPage fills what is left, so that the next row needs a page that there is no space for. No error is logged.
const lastPage = `DO $$ BEGIN
	LOOP
		BEGIN INSERT INTO order_events (order_id, kind, payload) VALUES (0, '', ''); EXCEPTION WHEN disk_full THEN EXIT; END;
	END LOOP;
END $$`

// disk: an import fills the disk. Everything that writes fails, and then the cloud makes the instance read-only.
func disk(s *stage) {
	s.app(2.1, duplicateCustomer, 640)
	s.typingError(9.8)
	s.at(14)
	report := s.connect("reporting")
	report.Do("SELECT order_id, kind, payload\n  FROM order_events\n ORDER BY payload, kind DESC, order_id;")
	s.at(20.4)
	load := s.connect("batch")
	fill := func(rows int) {
		load.Do(fmt.Sprintf("INSERT INTO order_events (order_id, kind, payload)\n"+
			"SELECT order_id, 'imported', repeat('carrier scan ', 60)\n"+
			"  FROM order_items\n ORDER BY order_id\n LIMIT %d;", rows))
	}
	fill(9000)
	s.at(23.9)
	report.Do("SELECT a.order_id, a.payload, b.payload\n  FROM order_events a JOIN order_events b USING (order_id)\n" +
		" ORDER BY a.payload, b.payload, a.order_id;")
	s.wrongPassword(25.2)
	for i, minute := range []float64{27.3, 28.1, 28.9} {
		s.at(minute)
		fill(20000)
		if i == 0 {
			s.app(27.8, soldOut, "LAMP-BLACK-03")
		}
	}
	const paid = "INSERT INTO order_events (order_id, kind, payload)\nVALUES (%d, 'paid', '{\"by\": \"checkout\", \"method\": \"invoice\"}');"
	s.must(s.server.SQL(s.ctx, "shop", lastPage))
	for i, minute := range []float64{29.3, 29.6, 30.4, 31.1, 31.5, 32.7, 33.8} {
		s.app(minute, paid, 20001+i)
	}
	s.at(34.1)
	report.Do("SELECT order_id, kind, payload\n  FROM order_events\n ORDER BY payload, kind DESC, order_id;")
	report.Close()
	for i, minute := range []float64{34.6, 35, 36.2, 37.9} {
		s.app(minute, paid, 20041+i)
	}
	s.at(39.5)
	load.Close()
	s.must(s.server.Reload("default_transaction_read_only = on"))
	s.await(`parameter "default_transaction_read_only" changed`)
	for i, minute := range []float64{39.9, 40.3, 41.7, 43, 43.8, 45.1} {
		s.app(minute, paid, 20061+i)
	}
	s.app(46.6, "UPDATE stock SET quantity = quantity - 1 WHERE sku = 'MUG-BLUE-03';")
}

// crash: the kernel kills a report that takes too much memory, twice, and each time all sessions end.
func crash(s *stage) {
	s.app(3.3, duplicateCustomer, 1999)
	s.wrongPassword(7.1)
	s.app(12.6, badNumber)
	s.killed(19.2)
	s.app(19.9, "SELECT count(*) FROM orders WHERE status = 'new';")
	s.app(26.4, unknownArticle, "CHAIR-GREEN-01")
	s.app(33.7, soldOut, "SHIRT-BLUE-01")
	s.killed(41.5)
	s.app(46.2, duplicateCustomer, 311)
	s.typingError(49.9)
}

// killed is one crash. The change before it gives the recovery something to do, so that clients meet it.
func (s *stage) killed(minute float64) {
	const change = "INSERT INTO order_events (order_id, kind, payload) " +
		"SELECT i, 'imported', repeat('scan ', 60) FROM generate_series(1, 200000) i"
	s.must(s.server.SQL(s.ctx, "shop", change))
	s.at(minute)
	report, late := s.connect("reporting"), s.connect("batch")
	pid, err := report.PID()
	latePID, lateErr := late.PID()
	if err := errors.Join(err, lateErr); err != nil {
		s.must(err)
		return
	}
	report.Send("SELECT c.city, date_trunc('day', o.created_at) AS day, sum(i.quantity * s.price) AS revenue, array_agg(e.payload)\n" +
		"  FROM customers c JOIN orders o ON o.customer_id = c.id JOIN order_items i ON i.order_id = o.id JOIN stock s USING (sku),\n" +
		"       order_events e\n GROUP BY 1, 2\n ORDER BY 3 DESC;")
	s.pause(500 * time.Millisecond)
	// A process that does not end at once, as on a machine without memory, keeps the server from starting recovery.
	s.must(errors.Join(syscall.Kill(latePID, syscall.SIGSTOP), syscall.Kill(pid, syscall.SIGKILL)))
	for range 2 {
		s.pause(150 * time.Millisecond)
		s.do("orders_app", "SELECT 1;")
	}
	s.must(syscall.Kill(latePID, syscall.SIGCONT))
	for range 3 {
		s.pause(200 * time.Millisecond)
		s.do("orders_app", "SELECT 1;")
	}
	// Only the application asks whether the server is back.
	s.await("database system is ready to accept connections")
	report.Close()
	late.Close()
}

// locks: somebody leaves a transaction open, a migration waits for it, and everything else waits for the migration.
func locks(s *stage) {
	s.app(2.9, duplicateCustomer, 204)
	s.at(11.3)
	packing, checkout := s.connect("batch"), s.connect("orders_app")
	packing.Do("BEGIN;\nUPDATE orders SET status = 'packed' WHERE id = 18110;")
	checkout.Send("UPDATE orders SET status = 'cancelled' WHERE id = 18110;")
	s.pause(1700 * time.Millisecond)
	packing.Do("COMMIT;")
	packing.Close()
	checkout.Close()
	s.typingError(17.5)
	s.wrongPassword(24.8)
	s.blocked(33.4)
	s.app(38.2, soldOut, "MUG-RED-01")
	s.at(42.6)
	holder := s.connect("batch")
	holder.Do("BEGIN;\nSELECT sku FROM stock WHERE sku LIKE 'LAMP-%' FOR UPDATE;")
	for range 3 {
		s.do("orders_app", "SELECT quantity FROM stock WHERE sku = 'LAMP-RED-02' FOR UPDATE NOWAIT;")
	}
	holder.Do("COMMIT;")
	holder.Close()
	s.app(47.7, duplicateCustomer, 1204)
}

func (s *stage) blocked(minute float64) {
	s.at(minute)
	report := s.connect("reporting")
	report.Do("BEGIN;\nSELECT count(*), max(created_at) FROM orders;")
	migration := s.connect("deploy")
	migration.Send("ALTER TABLE orders ADD COLUMN gift_note text;")
	s.pause(1200 * time.Millisecond)
	for wave := range 4 {
		var waiting []*postgrestest.Session
		for i, statement := range []string{
			"INSERT INTO orders (customer_id, total) VALUES (%d, 59.90);", "SELECT id, status, total FROM orders WHERE customer_id = %d;",
			"UPDATE orders SET status = 'paid' WHERE id = %d;",
		} {
			session := s.connect("orders_app")
			session.Send(fmt.Sprintf("SET lock_timeout = '4s';\n"+statement, 1200+10*wave+i))
			waiting = append(waiting, session)
			s.pause(200 * time.Millisecond)
		}
		if wave == 1 {
			job := s.connect("batch")
			job.Do("SET statement_timeout = '3s';\n" +
				"DELETE FROM orders\n WHERE status = 'cancelled'\n   AND created_at < now() - interval '2 years';")
			job.Close()
		}
		for _, session := range waiting {
			session.Close()
		}
	}
	late := s.connect("orders_app")
	late.Send("SELECT id, status, total FROM orders WHERE customer_id = 77;")
	migration.Close()
	late.Close()
	report.Close()
}

// quiet: nothing happens that anybody must look at.
func quiet(s *stage) {
	work := func(minute float64, statement string) {
		s.at(minute)
		s.do("batch", statement)
		s.await("checkpoint starting: time")
	}
	s.pause(12 * time.Second) // autovacuum visits what the new database left to do
	work(0, "UPDATE orders SET status = 'sent' WHERE status = 'paid' AND id % 400 = 1;")
	s.app(6.8, duplicateCustomer, 77)
	work(15, "UPDATE stock SET quantity = quantity + 40 WHERE quantity < 2000;")
	s.app(21.9, badNumber)
	s.app(24.4, soldOut, "SHIRT-BLUE-02")
	work(30, "UPDATE orders SET status = 'sent' WHERE status = 'paid' AND id % 400 = 2;")
	s.app(37.2, duplicateCustomer, 1893)
	s.typingError(41.1)
	work(45, "UPDATE orders SET status = 'sent' WHERE status = 'paid' AND id % 400 = 3;")
	s.app(49.3, unknownArticle, "MUG-GREEN-01")
}
