package store_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

// mustUpdate runs a transaction that has to succeed.
func mustUpdate(t *testing.T, s *store.Store, f func(tx *store.Tx)) {
	t.Helper()
	if err := s.Update(func(tx *store.Tx) error { f(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

// TestCopiesAreFoundAmongVeryMany sends a thousand different mails under one Message-ID: the copy of any that had an
// effect is still recognised, and what is read for it stays bounded.
func TestCopiesAreFoundAmongVeryMany(t *testing.T) {
	s := storetest.Open(t, store.Options{})
	print := func(i int) [32]byte { return sha256.Sum256([]byte(fmt.Sprint(i))) }
	mustUpdate(t, s, func(tx *store.Tx) {
		for i := range 1000 {
			for _, outcome := range []intake.Outcome{intake.Opened, intake.Duplicate} {
				p := print(i)
				tx.Account(store.Row{Mailbox: "m", UID: uint32(tx.NextLedger()), MessageID: "same@x", Fingerprint: hex.EncodeToString(p[:]), Outcome: outcome, At: epoch})
			}
		}
	})
	s.View(func(tx *store.Tx) error {
		for _, i := range []int{0, 1, 500, 999} {
			copies := tx.Copies("same@x", print(i))
			if len(copies) > 100 {
				t.Errorf("%d copies", len(copies))
			}
			if !slices.ContainsFunc(copies, func(c intake.Seen) bool { return c.Fingerprint == print(i) && c.Outcome == intake.Opened }) {
				t.Errorf("the copy of mail %d is not found", i)
			}
			if !slices.IsSortedFunc(copies, func(a, b intake.Seen) int { return int(a.Ledger) - int(b.Ledger) }) {
				t.Error("not oldest first")
			}
		}
		return nil
	})
}

// TestHostileStringsAreKept keeps what a sender can choose, at its worst.
func TestHostileStringsAreKept(t *testing.T) {
	worst := []string{
		strings.Repeat("x", 1<<18), "\x00", "\xff\xfe", "\xff", "\ufffd", "a\x00b", "'; DROP TABLE requests; --", "\u2028</script>", strings.Repeat("\xc3", 70000),
	}
	s := storetest.Open(t, store.Options{MessageID: func(id uint64, e store.Entry) string { return fmt.Sprint(e.Letter.To.Address, id) }})
	for i, bad := range worst {
		mustUpdate(t, s, func(tx *store.Tx) {
			ref := tx.PutText(bad)
			n := tx.NextNumber()
			e := request.Event{At: epoch, Type: request.Opened, Text: ref, By: bad, MessageID: bad, Refs: []string{bad}, Person: &request.Person{Name: bad, Address: bad}}
			if _, err := tx.Record(n, e); err != nil {
				t.Fatal(err)
			}
			tx.Join(fmt.Sprint(i)+bad, n)
			tx.Owe(compose.Letter{Kind: compose.Notice, To: request.Person{Address: bad}, InReplyTo: bad, Request: n, At: epoch}, store.Hold{})
			tx.Account(store.Row{Mailbox: "m", UID: uint32(i + 1), MessageID: bad, Fingerprint: hexOf(7), Outcome: intake.Opened, Reason: bad, Request: n, At: epoch})
			if tx.Text(ref) != bad {
				t.Errorf("text %d came back otherwise", i)
			}
			if got, ok := tx.ThreadOf(fmt.Sprint(i) + bad); !ok || got != n {
				t.Errorf("thread %d is not found", i)
			}
			if len(tx.Copies(bad, [32]byte(bytes.Repeat([]byte{7}, 32)))) == 0 {
				t.Errorf("copy %d is not found", i)
			}
			if len(tx.MailsTo(strings.ToUpper(bad), epoch, epoch.AddDate(1, 0, 0))) == 0 && strings.EqualFold(strings.ToUpper(bad), bad) {
				t.Errorf("mails to %d are not counted", i)
			}
		})
	}
}

// TestExtremeTimesKeepTheirOrder asks for what is due at times that no key can hold as they are.
func TestExtremeTimesKeepTheirOrder(t *testing.T) {
	s := storetest.Open(t, store.Options{})
	times := []time.Time{time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC), epoch, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}
	mustUpdate(t, s, func(tx *store.Tx) {
		for i, at := range slices.Backward(times) {
			tx.Owe(compose.Letter{Kind: compose.Notice, To: request.Person{Address: fmt.Sprint(i)}, At: at}, store.Hold{})
		}
	})
	s.View(func(tx *store.Tx) error {
		var order []string
		for _, e := range tx.ToSend(time.Date(9999, 12, 31, 1, 0, 0, 0, time.UTC), 10, compose.Figure, nil) {
			order = append(order, e.Letter.To.Address)
		}
		if got := strings.Join(order, " "); got != "0 1 2 3" {
			t.Errorf("order %s", got)
		}
		if due := tx.ToSend(epoch, 10, compose.Figure, nil); len(due) != 3 {
			t.Errorf("%d due", len(due))
		}
		return nil
	})
}

func TestMailIsAccountedForOnce(t *testing.T) {
	s := storetest.Open(t, store.Options{})
	row := store.Row{Mailbox: "m", Folder: "INBOX", UIDValidity: 1, UID: 5, Outcome: intake.Opened, At: epoch}
	mustUpdate(t, s, func(tx *store.Tx) { tx.Account(row) })
	if err := s.Update(func(tx *store.Tx) error { tx.Account(row); return nil }); err == nil || !strings.Contains(err.Error(), "accounted for already, as ledger 1") {
		t.Errorf("a second row: %v", err)
	}
}

// TestEventThatCannotFollowChangesNothing also shows that the first fault ends the transaction.
func TestEventThatCannotFollowChangesNothing(t *testing.T) {
	s := storetest.Open(t, store.Options{})
	for _, number := range []request.Number{1, 0, -1} {
		err := s.Update(func(tx *store.Tx) error {
			tx.PutText("left over?")
			_, err := tx.Record(number, request.Event{At: epoch, Type: request.Closed})
			return err
		})
		if err == nil {
			t.Errorf("request %d was closed before it was opened", number)
		}
	}
	s.View(func(tx *store.Tx) error {
		if tx.LastNumber() != 0 || tx.Text(request.RefOf("left over?")) != "" {
			t.Error("something was recorded")
		}
		return nil
	})
}

// TestReadersSeeOneState looks at two things that always change together, while they change; and a long list is read
// without holding up the writer, who needs the file to grow meanwhile.
func TestReadersSeeOneState(t *testing.T) {
	s := storetest.Open(t, store.Options{})
	written := make(chan error, 1)
	write := func(rounds int) error {
		for range rounds {
			err := s.Update(func(tx *store.Tx) error {
				n := tx.NextNumber()
				e := request.Event{At: epoch, Type: request.Opened, Text: tx.PutText(fmt.Sprint(n, strings.Repeat("text", 2000)))}
				if _, err := tx.Record(n, e); err != nil {
					return err
				}
				tx.Account(store.Row{Mailbox: "m", UID: uint32(n), MessageID: fmt.Sprint(n), Outcome: intake.Opened, Request: n, At: epoch})
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	go func() { written <- write(100) }()
	for done := false; !done; {
		select {
		case err := <-written:
			if err != nil {
				t.Fatal(err)
			}
			done = true
		default:
		}
		err := s.View(func(tx *store.Tx) error {
			if uint64(tx.LastNumber())+1 != tx.NextLedger() {
				t.Errorf("%d requests, next row %d", tx.LastNumber(), tx.NextLedger())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	seen := 0
	err := s.EachRow(1, func(row store.Row) error {
		if seen++; seen == 1 {
			return write(150) // by the reader itself: it holds nothing that a writer waits for
		}
		return nil
	})
	if err != nil || seen < 100 {
		t.Errorf("%d rows, %v", seen, err)
	}
	enough := errors.New("enough")
	if err := s.EachRow(10, func(row store.Row) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("a visitor's error became %v", err)
	}
}

// TestRatesSpeakOfRecentMailsOnly is about what caps count: by recipient whatever the case of the address, by request, not
// what was held, and after a change of state.
func TestRatesSpeakOfRecentMailsOnly(t *testing.T) {
	s := storetest.Open(t, store.Options{})
	var held store.Entry
	mustUpdate(t, s, func(tx *store.Tx) {
		tx.Record(7, request.Event{At: epoch, Type: request.Opened})
		for i := range 10 {
			to := request.Person{Address: []string{"Kim@x", "kim@X"}[i%2]}
			tx.Owe(compose.Letter{Kind: compose.Notice, To: to, Request: 7, At: epoch.Add(time.Duration(i) * time.Hour)}, store.Hold{})
		}
		held = tx.Owe(compose.Letter{Kind: compose.Notice, To: request.Person{Address: "kim@x"}, Request: 7, At: epoch.Add(9 * time.Hour)}, store.Hold{By: store.ByCap, Why: "too many"})
	})
	last := epoch.AddDate(1, 0, 0)
	count := func(since time.Time) (to, about int) {
		s.View(func(tx *store.Tx) error {
			to, about = len(tx.MailsTo("KIM@x", since, last)), len(tx.MailsAbout(7, since, last))
			return nil
		})
		return to, about
	}
	if to, about := count(epoch.Add(7 * time.Hour)); to != 3 || about != 3 {
		t.Errorf("%d, %d", to, about)
	}
	mustUpdate(t, s, func(tx *store.Tx) { tx.Change(held.ID, func(e *store.Entry) { e.State = store.Pending }) })
	if to, about := count(epoch.Add(7 * time.Hour)); to != 4 || about != 4 {
		t.Errorf("after release: %d, %d", to, about)
	}
	last = epoch.Add(8 * time.Hour) // the clock was ahead when the later ones were written
	if to, about := count(epoch.Add(7 * time.Hour)); to != 2 || about != 2 {
		t.Errorf("with the clock set back: %d, %d", to, about)
	}
	if to, about := count(time.Time{}); to != 0 || about != 0 {
		t.Errorf("since never: %d, %d", to, about)
	}
}
