package store_test

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"triaged/internal/chart"
	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

// model is what a store ought to remember, kept in maps.
type model struct {
	events  map[request.Number][]request.Event
	threads map[string]request.Number
	texts   map[request.TextRef]string
	rows    []store.Row
	entries []store.Entry
	desk    []intake.DeskEvent
	links   map[uint64]bool
	looks   map[string]time.Time
	nexts   map[string][2]uint32
	raw     map[store.RawRef]store.RawMail
}

func newModel() *model {
	return &model{
		events: map[request.Number][]request.Event{}, threads: map[string]request.Number{}, texts: map[request.TextRef]string{},
		links: map[uint64]bool{}, looks: map[string]time.Time{}, nexts: map[string][2]uint32{}, raw: map[store.RawRef]store.RawMail{},
	}
}

func (m *model) clone() *model {
	c := *m
	c.events, c.threads, c.texts = maps.Clone(m.events), maps.Clone(m.threads), maps.Clone(m.texts)
	c.links, c.looks, c.nexts, c.raw = maps.Clone(m.links), maps.Clone(m.looks), maps.Clone(m.nexts), maps.Clone(m.raw)
	c.rows, c.entries, c.desk = slices.Clone(m.rows), slices.Clone(m.entries), slices.Clone(m.desk)
	for n, events := range c.events {
		c.events[n] = slices.Clone(events)
	}
	return &c
}

// machine does the same to a store and to the model, and compares.
type machine struct {
	dir   string
	s     *store.Store
	model *model
	t     *rapid.T
}

var (
	epoch     = time.Date(2026, 3, 2, 13, 0, 0, 0, time.UTC)
	someID    = rapid.SampledFrom([]string{"", "a@x", "b@x", "c@x", "d@x", strings.Repeat("long", 20000) + "@x", "\x00\xff@x"})
	someText  = rapid.SampledFrom([]string{"", "The projector is dark.", "№ ☃", strings.Repeat("long ", 9000)})
	someWho   = rapid.SampledFrom([]string{"kim@school.example", "KIM@school.example", "ana@school.example", "x"})
	somePrint = rapid.SampledFrom([]string{"", hexOf(1), hexOf(2), hexOf(3)})
	someAt    = rapid.Custom(func(t *rapid.T) time.Time {
		return epoch.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "minutes")) * time.Minute)
	})
)

func hexOf(b byte) string { return hex.EncodeToString(bytes.Repeat([]byte{b}, 32)) }

func (m *machine) open() {
	var err error
	if m.s, err = store.Open(storetest.Options(m.t, store.Options{Dir: m.dir})); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) reopen(t *rapid.T) {
	if err := m.s.Close(); err != nil {
		t.Fatal(err)
	}
	m.open()
}

// update runs several changes in one transaction, which fails now and then and must then leave nothing.
func (m *machine) update(t *rapid.T) {
	before := m.model.clone()
	fail := rapid.IntRange(0, 4).Draw(t, "fail") == 0
	failure := errors.New("changed our minds")
	err := m.s.Update(func(tx *store.Tx) error {
		for range rapid.IntRange(1, 6).Draw(t, "changes") {
			changes := []func(*rapid.T, *store.Tx){m.record, m.owe, m.change, m.account, m.join, m.text, m.desk, m.apply, m.look}
			rapid.SampledFrom(changes).Draw(t, "change")(t, tx)
			m.compare(t, tx) // within the transaction too
		}
		if fail {
			return failure
		}
		return nil
	})
	switch {
	case fail && !errors.Is(err, failure), !fail && err != nil:
		t.Fatalf("update: %v", err)
	case fail:
		m.model = before
	}
}

func (m *machine) event(t *rapid.T, n request.Number) request.Event {
	e := request.Event{At: someAt.Draw(t, "at"), By: someWho.Draw(t, "by"), Mail: uint64(rapid.IntRange(0, 3).Draw(t, "mail"))}
	if len(m.model.events[n]) == 0 {
		e.Type, e.Person = request.Opened, &request.Person{Address: e.By}
		e.Subject, e.Text = m.put(t, "subject"), m.put(t, "text")
		return e
	}
	e.Type = rapid.SampledFrom([]request.Type{
		request.Added, request.Categorized, request.Told, request.Waited, request.Planned, request.Closed, request.Reopened, request.Gone,
	}).Draw(t, "type")
	switch e.Type {
	case request.Categorized:
		e.Code, e.Promise = chart.Code{Category: rapid.IntRange(1, 8).Draw(t, "category"), Priority: 2}, &request.Promise{Hours: 4}
	case request.Told:
		e.What = "uncategorized"
	case request.Waited, request.Planned:
		e.Code, e.Until = chart.Code{Category: 2, Priority: 5}, someAt.Draw(t, "until")
	}
	return e
}

// put gives a text that the store has, since events may only refer to such.
func (m *machine) put(t *rapid.T, label string) request.TextRef {
	var refs []request.TextRef
	for ref := range m.model.texts {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	return rapid.SampledFrom(append([]request.TextRef{""}, refs...)).Draw(t, label)
}

func (m *machine) number(t *rapid.T) request.Number {
	return request.Number(rapid.IntRange(1, len(m.model.events)+1).Draw(t, "number"))
}

func (m *machine) record(t *rapid.T, tx *store.Tx) {
	n := m.number(t)
	for range rapid.IntRange(1, 3).Draw(t, "events") {
		e := m.event(t, n)
		if _, err := tx.Record(n, e); err != nil {
			t.Fatal(err)
		}
		m.model.events[n] = append(m.model.events[n], e)
	}
}

func (m *machine) owe(t *rapid.T, tx *store.Tx) {
	l := compose.Letter{Kind: rapid.SampledFrom(compose.Kinds).Draw(t, "kind"), To: request.Person{Address: someWho.Draw(t, "to")}, At: someAt.Draw(t, "at")}
	l.Request = request.Number(rapid.IntRange(0, len(m.model.events)).Draw(t, "about"))
	held := rapid.SampledFrom([]store.Hold{{}, {}, {By: store.ByCap, Why: "too many"}}).Draw(t, "held")
	e := tx.Owe(l, held)
	if e.ID != uint64(len(m.model.entries)+1) {
		t.Fatalf("mail %d got the number %d", len(m.model.entries)+1, e.ID)
	}
	m.model.entries = append(m.model.entries, e)
	m.model.joined(e.MessageID, l.Request)
}

func (m *machine) change(t *rapid.T, tx *store.Tx) {
	if len(m.model.entries) == 0 {
		if tx.Change(1, func(*store.Entry) {}) == nil {
			t.Fatal("a mail that is not there was changed")
		}
		return
	}
	i := rapid.IntRange(0, len(m.model.entries)-1).Draw(t, "entry")
	alter := func(e *store.Entry) {
		e.State = rapid.SampledFrom([]store.Delivery{store.Pending, store.Sent, store.Dead, store.Held}).Draw(t, "state")
		e.Next = someAt.Draw(t, "next")
		e.Attempts++
		if e.State == store.Pending && rapid.Bool().Draw(t, "released") {
			e.Release(e.Next)
		}
	}
	err := tx.Change(m.model.entries[i].ID, func(e *store.Entry) {
		alter(e)
		m.model.entries[i] = *e
		e.ID, e.MessageID = 99, "other@x" // are not for changing
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (m *machine) account(t *rapid.T, tx *store.Tx) {
	row := store.Row{
		Mailbox: "support", Folder: "INBOX", UIDValidity: 7, UID: uint32(len(m.model.rows) + 1), MessageID: someID.Draw(t, "id"),
		Fingerprint: somePrint.Draw(t, "print"), At: someAt.Draw(t, "at"), Reason: "because",
		Outcome: rapid.SampledFrom([]intake.Outcome{intake.Opened, intake.Duplicate, intake.Spam}).Draw(t, "outcome"),
		Request: request.Number(rapid.IntRange(0, len(m.model.events)).Draw(t, "request")),
	}
	var refs []store.RawRef
	for ref := range m.model.raw {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b store.RawRef) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Offset, b.Offset))
	})
	row.Raw = rapid.SampledFrom(append([]store.RawRef{{}}, refs...)).Draw(t, "raw")
	row.Number = tx.NextLedger()
	tx.Account(row)
	row.MessageID = strings.ToValidUTF8(row.MessageID, "\ufffd") // as JSON has it
	m.model.rows = append(m.model.rows, row)
}

func (m *model) joined(id string, n request.Number) {
	if _, ok := m.threads[id]; !ok && id != "" && n != 0 {
		m.threads[id] = n
	}
}

func (m *machine) join(t *rapid.T, tx *store.Tx) {
	id, n := someID.Draw(t, "id"), request.Number(rapid.IntRange(0, len(m.model.events)).Draw(t, "number"))
	tx.Join(id, n)
	m.model.joined(id, n)
}

func (m *machine) text(t *rapid.T, tx *store.Tx) {
	text := someText.Draw(t, "text")
	if ref := tx.PutText(text); ref != "" {
		m.model.texts[ref] = text
	}
}

func (m *machine) desk(t *rapid.T, tx *store.Tx) {
	e := intake.DeskEvent{At: someAt.Draw(t, "at"), Type: rapid.SampledFrom([]string{"a", "ab", "b"}).Draw(t, "type"), Rows: len(m.model.desk)}
	tx.AppendDesk(e)
	m.model.desk = append(m.model.desk, e)
}

func (m *machine) apply(t *rapid.T, tx *store.Tx) {
	text, n := someText.Draw(t, "text"), m.number(t)
	e := m.event(t, n)
	e.Text = request.RefOf(text)
	v := intake.Verdict{
		Request: n, Texts: []string{text}, Changes: []intake.Change{{Request: n, Events: []request.Event{e}}},
		Thread: []string{someID.Draw(t, "id")}, Links: []uint64{uint64(rapid.IntRange(0, 5).Draw(t, "link"))},
	}
	if err := tx.Apply(v); err != nil {
		t.Fatal(err)
	}
	m.model.events[n] = append(m.model.events[n], e)
	if text != "" {
		m.model.texts[e.Text] = text
	}
	m.model.joined(v.Thread[0], n)
	m.model.links[v.Links[0]] = true
}

func (m *machine) look(t *rapid.T, tx *store.Tx) {
	folder, now := rapid.SampledFrom([]string{"INBOX", "Junk"}).Draw(t, "folder"), someAt.Draw(t, "now")
	want, ok := m.model.looks[folder]
	if !ok {
		want, m.model.looks[folder] = now, now
	}
	if got := tx.FirstLook("support", folder, now); !got.Equal(want) {
		t.Fatalf("first look at %s: %s, want %s", folder, got, want)
	}
	opened := [2]uint32{uint32(rapid.IntRange(1, 2).Draw(t, "validity")), rapid.Uint32().Draw(t, "next")}
	first, ok := m.model.nexts[folder]
	if !ok {
		first, m.model.nexts[folder] = opened, opened
	}
	next := uint32(0)
	if first[0] == opened[0] {
		next = first[1]
	}
	if got := tx.FirstNext("support", folder, opened[0], opened[1]); got != next {
		t.Fatalf("%s was first opened with %v: %d, want %d", folder, first, got, next)
	}
}

func (m *machine) keepRaw(t *rapid.T) {
	mails := []store.RawMail{
		{Label: store.RawLabel{Mailbox: "support", UID: 3, Received: someAt.Draw(t, "at")}, Data: []byte(someText.Draw(t, "data"))},
		{Label: store.RawLabel{Outbox: 7}, Data: []byte(someText.Draw(t, "data"))},
	}
	refs, err := m.s.KeepRaw(mails)
	if err != nil {
		t.Fatal(err)
	}
	for i, ref := range refs {
		m.model.raw[ref] = mails[i]
	}
}

// verify compares everything, from outside, after every step.
func (m *machine) verify(t *rapid.T) {
	if err := m.s.View(func(tx *store.Tx) error { m.compare(t, tx); return nil }); err != nil {
		t.Fatal(err)
	}
	for ref, want := range m.model.raw {
		if got, err := m.s.Raw(ref); err != nil || !bytes.Equal(got.Data, want.Data) || got.Label != want.Label {
			t.Fatalf("raw %v: %+v, %v", ref, got.Label, err)
		}
	}
	result := storetest.Check(t, m.s)
	events := 0
	for _, e := range m.model.events {
		events += len(e)
	}
	if result.Requests != len(m.model.events) || result.Events != events || result.Mails != len(m.model.rows) {
		t.Fatalf("check counted %+v", result)
	}
}

func (m *machine) compare(t *rapid.T, tx *store.Tx) {
	m.compareRequests(t, tx)
	m.compareLedger(t, tx)
	m.compareOutbox(t, tx)
	for id, n := range m.model.threads {
		if got, ok := tx.ThreadOf(id); !ok || got != n {
			t.Fatalf("thread %.20q: %d, want %d", id, got, n)
		}
	}
	for ref, text := range m.model.texts {
		if got := tx.Text(ref); got != text {
			t.Fatalf("text %s: %.20q, want %.20q", ref, got, text)
		}
	}
	for nonce := range uint64(6) {
		if tx.LinkUsed(nonce) != m.model.links[nonce] {
			t.Fatalf("link %d", nonce)
		}
	}
	for _, kind := range []string{"a", "ab", "b", "", "c"} {
		var want intake.DeskEvent
		for _, e := range m.model.desk {
			if e.Type == kind {
				want = e
			}
		}
		if got, ok := tx.LastDesk(kind); ok != (want.Type != "") || !same(got, want) {
			t.Fatalf("last %q: %+v, want %+v", kind, got, want)
		}
		var all []intake.DeskEvent
		for _, e := range slices.Backward(m.model.desk) {
			if e.Type == kind {
				all = append(all, e)
			}
		}
		if got := slices.Collect(tx.DeskBack(kind)); !same(got, all) {
			t.Fatalf("back through %q: %+v, want %+v", kind, got, all)
		}
	}
}

func (m *machine) compareRequests(t *rapid.T, tx *store.Tx) {
	var queue, fresh []request.Request
	var due []store.DueItem
	for n, events := range m.model.events {
		want, err := request.Fold(n, events)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := tx.Request(n); !ok || !same(got, want) {
			t.Fatalf("request %d: %+v, want %+v", n, got, want)
		}
		if got := tx.Events(n); !same(got, events) {
			t.Fatalf("events of %d: %+v, want %+v", n, got, events)
		}
		if want.State.Active() {
			queue = append(queue, want)
		}
		if want.Uncategorized() {
			fresh = append(fresh, want)
		}
		for _, d := range storetest.Derive(want).Due {
			due = append(due, store.DueItem{Due: d, Request: n})
		}
	}
	slices.SortFunc(queue, func(a, b request.Request) int { return storetest.Derive(a).Rank.Compare(storetest.Derive(b).Rank) })
	slices.SortFunc(fresh, func(a, b request.Request) int {
		return cmp.Or(a.Submitted.Compare(b.Submitted), cmp.Compare(a.Number, b.Number))
	})
	slices.SortFunc(due, func(a, b store.DueItem) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Request, b.Request)) })
	if got := slices.Collect(tx.Queue()); !same(got, queue) {
		t.Fatalf("queue: %s, want %s", numbers(got), numbers(queue))
	}
	if got := slices.Collect(tx.Uncategorized()); !same(got, fresh) {
		t.Fatalf("uncategorized: %s, want %s", numbers(got), numbers(fresh))
	}
	if active, uncategorized := tx.Counts(); active != len(queue) || uncategorized != len(fresh) {
		t.Fatalf("counts: %d, %d", active, uncategorized)
	}
	if got := slices.Collect(tx.Due(epoch.Add(300 * time.Minute))); !same(got, due) {
		t.Fatalf("due: %v, want %v", got, due)
	}
	if next, ok := tx.NextDue(); ok != (len(due) > 0) || ok && !next.Equal(due[0].At) {
		t.Fatalf("next due: %v", next)
	}
	if tx.NextNumber() != request.Number(len(m.model.events)+1) {
		t.Fatalf("next number: %d", tx.NextNumber())
	}
	m.compareMails(t, tx)
}

func (m *machine) compareMails(t *rapid.T, tx *store.Tx) {
	for n, events := range m.model.events {
		var in, out []uint64
		for _, e := range events {
			if e.Mail != 0 && (e.Type == request.Opened || e.Type == request.Added) {
				in = append(in, e.Mail)
			}
		}
		for _, e := range m.model.entries {
			if e.Letter.Request == n {
				out = append(out, e.ID)
			}
		}
		slices.Sort(in)
		gotIn, gotOut := tx.Mails(n)
		if !slices.Equal(gotIn, slices.Compact(in)) || !slices.Equal(gotOut, out) {
			t.Fatalf("mails of %d: %v %v, want %v %v", n, gotIn, gotOut, in, out)
		}
	}
}

func (m *machine) compareLedger(t *rapid.T, tx *store.Tx) {
	if got := slices.Collect(tx.Ledger(0)); !same(got, m.model.rows) {
		t.Fatalf("ledger: %+v, want %+v", got, m.model.rows)
	}
	var spam []store.Row
	for _, row := range m.model.rows {
		if got, ok := tx.Accounted(row.Mailbox, row.Folder, row.UIDValidity, row.UID); !ok || !same(got, row) {
			t.Fatalf("ledger %d is not found by its UID", row.Number)
		}
		if row.Outcome == intake.Spam && row.Number >= 2 {
			spam = append(spam, row)
		}
	}
	if got := slices.Collect(tx.LedgerOf(intake.Spam, 2)); !same(got, spam) {
		t.Fatalf("spam: %+v, want %+v", got, spam)
	}
	for _, id := range []string{"", "a@x", "\x00\xff@x", "nobody@x"} {
		for _, print := range []string{hexOf(1), hexOf(2)} {
			m.compareCopies(t, tx, id, print)
		}
	}
}

func (m *machine) compareCopies(t *rapid.T, tx *store.Tx, id, print string) {
	var want, got []uint64
	for _, row := range m.model.rows {
		if row.Outcome != intake.Duplicate && row.MessageID == strings.ToValidUTF8(id, "\ufffd") && (id != "" || row.Fingerprint == print) {
			want = append(want, row.Number)
		}
	}
	var p [32]byte
	hex.Decode(p[:], []byte(print))
	for _, seen := range tx.Copies(id, p) {
		got = append(got, seen.Ledger)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("copies of %q %.4s: %v, want %v", id, print, got, want)
	}
}

// compareOwed looks through the mails owed to somebody, the latest first.
func (m *machine) compareOwed(t *rapid.T, tx *store.Tx, who string) {
	var want []store.Entry
	counted := func(e store.Entry) time.Time {
		if e.Released.IsZero() {
			return e.Letter.At
		}
		return e.Released
	}
	for _, e := range m.model.entries {
		if e.State != store.Held && strings.EqualFold(e.Letter.To.Address, who) {
			want = append(want, e)
		}
	}
	slices.SortFunc(want, func(a, b store.Entry) int {
		return cmp.Or(counted(b).Compare(counted(a)), cmp.Compare(b.ID, a.ID))
	})
	var held []store.Entry
	for _, e := range slices.Backward(m.model.entries) {
		if e.State == store.Held {
			held = append(held, e)
		}
	}
	if got := slices.Collect(tx.HeldLatest()); !same(got, held) {
		t.Fatalf("held, the latest first: %+v, want %+v", got, held)
	}
	if got := slices.Collect(tx.OwedTo(who)); !same(got, want) {
		t.Fatalf("owed to %s: %+v, want %+v", who, got, want)
	}
}

func (m *machine) compareOutbox(t *rapid.T, tx *store.Tx) {
	if got := slices.Collect(tx.Outbox("")); !same(got, m.model.entries) {
		t.Fatalf("outbox: %+v, want %+v", got, m.model.entries)
	}
	var due []store.Entry
	counts := map[string]int{}
	since, until := epoch.Add(50*time.Minute), epoch.Add(80*time.Minute)
	for _, e := range m.model.entries {
		if got, ok := tx.SentID(e.MessageID); !ok || !same(got, e) {
			t.Fatalf("mail %d is not found by its Message-ID", e.ID)
		}
		if e.State == store.Pending {
			if first, ok := tx.OldestPending(); len(due) == 0 && (!ok || !same(first, e)) {
				t.Fatalf("the oldest to send is %+v, want %+v", first, e)
			}
			due = append(due, e)
		}
		counted := e.Letter.At
		if !e.Released.IsZero() {
			counted = e.Released
		}
		if e.State != store.Held && !counted.Before(since) && !counted.After(until) {
			counts[strings.ToLower(e.Letter.To.Address)]++
			counts[fmt.Sprint(e.Letter.Request)]++
		}
	}
	slices.SortFunc(due, func(a, b store.Entry) int { return cmp.Or(a.Next.Compare(b.Next), cmp.Compare(a.ID, b.ID)) })
	if next, ok := tx.NextSend(compose.Figure); ok != (len(due) > 0) || ok && !next.Equal(due[0].Next) {
		t.Fatalf("next to send: %v", next)
	}
	latest := func(e store.Entry) time.Time { return e.Next.Add(e.Letter.Urgency().Patience()) }
	slices.SortFunc(due, func(a, b store.Entry) int {
		return cmp.Or(latest(a).Compare(latest(b)), cmp.Compare(a.Letter.Urgency(), b.Letter.Urgency()), cmp.Compare(a.ID, b.ID))
	})
	if got := tx.ToSend(epoch.Add(time.Hour*24), 1000, compose.Figure, nil); !same(got, due) {
		t.Fatalf("to send: %+v, want %+v", got, due)
	}
	urgent := slices.DeleteFunc(slices.Clone(due), func(e store.Entry) bool { return e.Letter.Urgency() > compose.Known || e.ID%2 == 0 })
	if got := tx.ToSend(epoch.Add(time.Hour*24), 1000, compose.Known, func(e store.Entry) bool { return e.ID%2 != 0 }); !same(got, urgent) {
		t.Fatalf("urgent ones to send: %+v, want %+v", got, urgent)
	}
	for _, state := range []store.Delivery{store.Pending, store.Sent, store.Held, store.Dead} {
		var want []uint64
		for _, e := range m.model.entries {
			if e.State == state {
				want = append(want, e.ID)
			}
		}
		var got []uint64
		for e := range tx.Outbox(state) {
			got = append(got, e.ID)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%s: %v, want %v", state, got, want)
		}
	}
	for _, who := range []string{"kim@school.example", "Kim@School.example", "nobody@x"} {
		m.compareOwed(t, tx, who)
		if got := len(tx.MailsTo(who, since, until)); got != counts[strings.ToLower(who)] {
			t.Fatalf("mails to %s: %d, want %d", who, got, counts[strings.ToLower(who)])
		}
	}
	for n := range m.model.events {
		if got := len(tx.MailsAbout(n, since, until)); got != counts[fmt.Sprint(n)] {
			t.Fatalf("mails about %d: %d, want %d", n, got, counts[fmt.Sprint(n)])
		}
	}
}

func numbers(all []request.Request) string {
	var b strings.Builder
	for _, r := range all {
		fmt.Fprint(&b, r.Number, " ")
	}
	return b.String()
}

// same compares what two values say, whatever they are made of.
func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if string(x) == "null" || string(y) == "null" {
		return len(bytes.Trim(x, "[]nul")) == len(bytes.Trim(y, "[]nul"))
	}
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// TestStoreRemembersWhatItIsTold does random things to a store and to the model, and compares them after each.
func TestStoreRemembersWhatItIsTold(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{dir: fmt.Sprintf("%s/%d", dir, time.Now().UnixNano()), t: rt, model: newModel()}
		m.open()
		defer func() { m.s.Close() }()
		rt.Repeat(map[string]func(*rapid.T){"": m.verify, "update": m.update, "raw": m.keepRaw, "reopen": m.reopen})
	})
}
