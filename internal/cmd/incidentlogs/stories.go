//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/postgrestest"
)

// connections: a new version of the application opens connections and never gives them back. First the limit of its
// role is reached, then the batch job takes the rest, and nobody gets in any more.
func connections(s *stage) {
	var open []*postgrestest.Session
	more := func(minute float64, role string, count int) {
		s.at(minute)
		for range count {
			session := s.connect(role)
			session.Do("BEGIN;\nSELECT count(*) FROM orders WHERE status = 'new';")
			open = append(open, session)
		}
	}
	more(0, "orders_app", 3)
	s.duplicateCustomer(4.2, "customer1417@example.com")
	s.wrongPassword(9.7)
	more(15, "reporting", 1)
	s.typingError(16.3)
	for i, minute := range []float64{22, 25.5, 28, 30, 31.6, 33, 34.2, 35.1, 35.5, 35.8, 36, 36.2, 36.3} {
		more(minute, "orders_app", 1)
		if i == 3 {
			s.soldOut(30.8, "MUG-BLUE-03")
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
	s.curtain()
	for _, session := range open {
		session.Kill()
	}
}

// deadlock: a new job restocks articles in another order than the checkout takes them.
func deadlock(s *stage) {
	cross := func(minute float64, first, second [2]string) {
		s.at(minute)
		app, job := s.connect("orders_app"), s.connect("batch")
		app.Do("BEGIN;\n" + first[0])
		job.Do("BEGIN;\n" + second[0])
		app.Send(first[1])
		s.pause(300 * time.Millisecond)
		job.Do(second[1])
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
	s.duplicateCustomer(1.4, "customer88@example.com")
	s.badNumber(8.9)
	s.soldOut(13.3, "CHAIR-BLACK-01")
	cross(21.2, [2]string{take("MUG-BLUE-03", 2), take("SHIRT-RED-01", 1)}, [2]string{restock("SHIRT-RED-01"), restock("MUG-BLUE-03")})
	s.wrongPassword(25.6)
	cross(29.8, [2]string{take("LAMP-RED-02", 1), take("MUG-BLUE-03", 4)}, [2]string{restock("MUG-BLUE-03"), restock("LAMP-RED-02")})
	s.duplicateCustomer(31.5, "customer1020@example.com")
	cross(36.1, [2]string{"UPDATE orders SET status = 'packed' WHERE id = 19211;", take("SHIRT-RED-01", 1)},
		[2]string{restock("SHIRT-RED-01"), "UPDATE orders\n   SET status = 'delayed'\n WHERE id IN (19210, 19211, 19212);"})
	cross(37.4, [2]string{take("CHAIR-BLUE-04", 1), take("LAMP-RED-02", 2)}, [2]string{restock("LAMP-RED-02"), restock("CHAIR-BLUE-04")})
	s.unknownArticle(40.2, "MUG-GREEN-01")
	cross(41.9, [2]string{take("MUG-BLACK-02", 6), take("MUG-BLUE-03", 6)}, [2]string{restock("MUG-BLUE-03"), restock("MUG-BLACK-02")})
	s.ring(44.7)
	cross(46.3, [2]string{take("SHIRT-BLACK-01", 1), take("LAMP-BLACK-01", 1)},
		[2]string{restock("LAMP-BLACK-01"), restock("SHIRT-BLACK-01")})
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
		session.Wait()
		session.Close()
	}
}

// outsideWAL keeps the write-ahead log off the small file system on which scripts/incident-logs puts the data.
func outsideWAL(server *postgrestest.Server) []string {
	return []string{"--waldir", filepath.Join(server.Folder, "wal")}
}

// lastPage fills what is left, so that the next row needs a page that there is no space for. No error is logged.
const lastPage = `DO $$ BEGIN
	LOOP
		BEGIN INSERT INTO order_events (order_id, kind, payload) VALUES (0, '', ''); EXCEPTION WHEN disk_full THEN EXIT; END;
	END LOOP;
END $$`

// disk: an import fills the disk. Everything that writes fails, and then the cloud makes the instance read-only.
func disk(s *stage) {
	s.duplicateCustomer(2.1, "customer640@example.com")
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
			s.soldOut(27.8, "LAMP-BLACK-03")
		}
	}
	event := func(minute float64, order int, kind string) {
		s.at(minute)
		s.do("orders_app", fmt.Sprintf("INSERT INTO order_events (order_id, kind, payload)\n"+
			"VALUES (%d, '%s', '{\"by\": \"checkout\", \"method\": \"invoice\"}');", order, kind))
	}
	if out, err := s.server.SQL(s.ctx, "postgres", "shop", lastPage); err != nil {
		s.err = fmt.Errorf("%w: %s", err, out)
	}
	for i, minute := range []float64{29.3, 29.6, 30.4, 31.1, 31.5, 32.7, 33.8} {
		event(minute, 20001+i, "paid")
	}
	s.at(34.1)
	report.Do("SELECT order_id, kind, payload\n  FROM order_events\n ORDER BY payload, kind DESC, order_id;")
	report.Close()
	for i, minute := range []float64{34.6, 35, 36.2, 37.9} {
		event(minute, 20041+i, "paid")
	}
	s.at(39.5)
	load.Close()
	if err := s.server.Reload(s.settings + "default_transaction_read_only = on\n"); err != nil {
		s.err = err
	}
	s.await(`parameter "default_transaction_read_only" changed`, 1)
	for i, minute := range []float64{39.9, 40.3, 41.7, 43, 43.8, 45.1} {
		event(minute, 20061+i, "paid")
	}
	s.at(46.6)
	s.do("orders_app", "UPDATE stock SET quantity = quantity - 1 WHERE sku = 'MUG-BLUE-03';")
}

// crash: the kernel kills a report that takes too much memory, twice, and each time all sessions end.
func crash(s *stage) {
	s.duplicateCustomer(3.3, "customer1999@example.com")
	s.wrongPassword(7.1)
	s.badNumber(12.6)
	s.killed(19.2)
	s.at(19.9)
	s.do("orders_app", "SELECT count(*) FROM orders WHERE status = 'new';")
	s.unknownArticle(26.4, "CHAIR-GREEN-01")
	s.soldOut(33.7, "SHIRT-BLUE-01")
	s.killed(41.5)
	s.duplicateCustomer(46.2, "customer311@example.com")
	s.typingError(49.9)
}

// killed is one crash. The change before it gives the recovery something to do, so that clients meet it.
func (s *stage) killed(minute float64) {
	const change = "INSERT INTO order_events (order_id, kind, payload) " +
		"SELECT i, 'imported', repeat('scan ', 60) FROM generate_series(1, 200000) i"
	if out, err := s.server.SQL(s.ctx, "postgres", "shop", change); err != nil {
		s.err = fmt.Errorf("%w: %s", err, out)
	}
	s.at(minute)
	report := s.connect("reporting")
	pid, err := report.PID()
	if err != nil {
		s.err = err
		return
	}
	report.Send("SELECT c.city, date_trunc('day', o.created_at) AS day, sum(i.quantity * s.price) AS revenue, array_agg(e.payload)\n" +
		"  FROM customers c JOIN orders o ON o.customer_id = c.id JOIN order_items i ON i.order_id = o.id JOIN stock s USING (sku),\n" +
		"       order_events e\n GROUP BY 1, 2\n ORDER BY 3 DESC;")
	s.pause(500 * time.Millisecond)
	// A process that does not end at once, as on a machine without memory, keeps the server from starting recovery.
	late := s.connect("batch")
	latePID, err := late.PID()
	s.err = errors.Join(err, syscall.Kill(latePID, syscall.SIGSTOP), syscall.Kill(pid, syscall.SIGKILL))
	for range 2 {
		s.pause(150 * time.Millisecond)
		s.do("orders_app", "SELECT 1;")
	}
	s.err = errors.Join(s.err, syscall.Kill(latePID, syscall.SIGCONT))
	for range 3 {
		s.pause(200 * time.Millisecond)
		s.do("orders_app", "SELECT 1;")
	}
	// Only the application asks whether the server is back.
	s.crashes++
	s.await("database system is ready to accept connections", s.crashes)
	report.Close()
	late.Close()
}

// locks: somebody leaves a transaction open, a migration waits for it, and everything else waits for the migration.
func locks(s *stage) {
	s.duplicateCustomer(2.9, "customer204@example.com")
	s.at(11.3)
	packing, checkout := s.connect("batch"), s.connect("orders_app")
	packing.Do("BEGIN;\nUPDATE orders SET status = 'packed' WHERE id = 18110;")
	checkout.Send("UPDATE orders SET status = 'cancelled' WHERE id = 18110;")
	s.pause(1700 * time.Millisecond)
	packing.Do("COMMIT;")
	checkout.Wait()
	packing.Close()
	checkout.Close()
	s.typingError(17.5)
	s.wrongPassword(24.8)
	s.blocked(33.4)
	s.soldOut(38.2, "MUG-RED-01")
	s.at(42.6)
	holder := s.connect("batch")
	holder.Do("BEGIN;\nSELECT sku FROM stock WHERE sku LIKE 'LAMP-%' FOR UPDATE;")
	for range 3 {
		s.do("orders_app", "SELECT quantity FROM stock WHERE sku = 'LAMP-RED-02' FOR UPDATE NOWAIT;")
	}
	holder.Do("COMMIT;")
	holder.Close()
	s.duplicateCustomer(47.7, "customer1204@example.com")
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
			session := s.connectTo("orders_app", "shop", "-c lock_timeout=4s")
			session.Send(fmt.Sprintf(statement, 1200+10*wave+i))
			waiting = append(waiting, session)
			s.pause(200 * time.Millisecond)
		}
		if wave == 1 {
			job := s.connectTo("batch", "shop", "-c statement_timeout=3s")
			job.Do("DELETE FROM orders\n WHERE status = 'cancelled'\n   AND created_at < now() - interval '2 years';")
			job.Close()
		}
		for _, session := range waiting {
			session.Wait()
			session.Close()
		}
	}
	late := s.connect("orders_app")
	late.Send("SELECT id, status, total FROM orders WHERE customer_id = 77;")
	migration.Wait()
	late.Wait()
	migration.Close()
	late.Close()
	report.Close()
}

// quiet: nothing happens that anybody must look at.
func quiet(s *stage) {
	s.pause(12 * time.Second) // autovacuum visits what the new database left to do
	s.at(0)
	s.do("batch", "UPDATE orders SET status = 'sent' WHERE status = 'paid' AND id % 400 = 1;")
	s.await("checkpoint starting: time", 1)
	s.duplicateCustomer(6.8, "customer77@example.com")
	s.at(15)
	s.do("batch", "UPDATE stock SET quantity = quantity + 40 WHERE quantity < 2000;")
	s.await("checkpoint starting: time", 2)
	s.badNumber(21.9)
	s.soldOut(24.4, "SHIRT-BLUE-02")
	s.at(30)
	s.do("batch", "UPDATE orders SET status = 'sent' WHERE status = 'paid' AND id % 400 = 2;")
	s.await("checkpoint starting: time", 3)
	s.duplicateCustomer(37.2, "customer1893@example.com")
	s.typingError(41.1)
	s.at(45)
	s.do("batch", "UPDATE orders SET status = 'sent' WHERE status = 'paid' AND id % 400 = 3;")
	s.await("checkpoint starting: time", 4)
	s.unknownArticle(49.3, "MUG-GREEN-01")
}
