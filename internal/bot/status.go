package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/health"
	"triaged/internal/intake"
	"triaged/internal/store"
)

// StatusRow is how the bot is, as `status` prints it.
type StatusRow struct {
	Running       bool         `json:"running"`
	Version       string       `json:"version"` // of the running bot; of the program that looks, if none runs
	StartedAt     *time.Time   `json:"started_at"`
	Ready         bool         `json:"ready"`
	NotReady      []string     `json:"not_ready"` // why it is not
	Mailboxes     []MailboxRow `json:"mailboxes"`
	Outbox        OutboxCounts `json:"outbox"`
	Open          int          `json:"open"`
	Uncategorized int          `json:"uncategorized"`
	LastReviewAt  *time.Time   `json:"last_review_at"`
	LastMailAt    *time.Time   `json:"last_mail_at"` // when the last received mail was accounted for
	Learned       int          `json:"learned"`      // decisions that suggestions stand on
	FreeBytes     uint64       `json:"free_bytes"`
	Probe         ProbeRow     `json:"probe"`
	Configuration ConfigRow    `json:"configuration"`
	Trouble       []TroubleRow `json:"trouble"`
}

// MailboxRow is the state of one watched mailbox.
type MailboxRow struct {
	Name      string     `json:"name"`
	Connected bool       `json:"connected"`
	PolledAt  *time.Time `json:"polled_at"`   // when it was last looked through to the end
	Waiting   int        `json:"waiting"`     // mails that are not accounted for
	OldestAt  *time.Time `json:"oldest_at"`   // when the oldest of them was received
	LagSecs   float64    `json:"lag_seconds"` // how long that is ago; 0 if none waits
	Error     string     `json:"error"`
	RetryAt   *time.Time `json:"retry_at"`
}

// OutboxCounts is what has not been sent.
type OutboxCounts struct {
	Pending  int        `json:"pending"`
	Held     int        `json:"held"`
	Dead     int        `json:"dead"`
	OldestAt *time.Time `json:"oldest_at"` // when the oldest pending mail was owed
	Error    string     `json:"error"`     // why mail does not go out; "" if it does
}

// ProbeRow is the latest of the bot's mails to itself.
type ProbeRow struct {
	SentAt    *time.Time `json:"sent_at"`
	BackAt    *time.Time `json:"back_at"`
	RoundTrip float64    `json:"round_trip_seconds"` // of the last that came back; 0: none did yet
}

// ConfigRow is which configuration holds.
type ConfigRow struct {
	LoadedAt *time.Time `json:"loaded_at"`
	Refused  string     `json:"refused"` // why a later one does not hold
}

// TroubleRow is something that is wrong.
type TroubleRow struct {
	About  string     `json:"about"`
	What   string     `json:"what"`
	Remedy string     `json:"remedy"`
	Since  time.Time  `json:"since"`
	ToldAt *time.Time `json:"told_at"` // null: it has not lasted long enough
	WellAt *time.Time `json:"well_at"` // since when it seems to be over, which operators are told once it stays so; null: it is not
}

// Status emits how the bot is. A desk without loops tells what the store knows.
func (d *Desk) Status(_ Args, emit func(any) error) error {
	now := d.clock.Now()
	row := StatusRow{Version: d.rim.Version, NotReady: []string{}, Mailboxes: []MailboxRow{}, Trouble: []TroubleRow{}, Learned: d.ready().Learned()}
	row.FreeBytes, _ = d.room(d.config.Desk.DataDir)
	d.felt(&row, now)
	if err := d.store.View(func(tx *store.Tx) error { d.kept(tx, &row, now); return nil }); err != nil {
		return err
	}
	return emit(row)
}

// kept fills in what the store knows.
func (d *Desk) kept(tx *store.Tx, row *StatusRow, now time.Time) {
	if !row.Running {
		row.NotReady = append(row.NotReady, "the bot does not run")
		row.Trouble = append(row.Trouble, remembered(tx)...)
	}
	row.Trouble = append(row.Trouble, d.standing(tx, now)...)
	row.Open, row.Uncategorized = tx.Counts()
	counts := outboxCounts(tx)
	counts.Error = row.Outbox.Error
	row.Outbox = counts
	if review, ok := tx.LastDesk(intake.ReviewSent); ok {
		row.LastReviewAt = timeOrNull(review.At)
	}
	row.LastMailAt = lastMail(tx)
}

// lastMail is when the last received mail was accounted for, if it is among the latest rows of the ledger: what is said at
// a shell stands there too.
func lastMail(tx *store.Tx) *time.Time {
	const looked = 1000
	last := tx.NextLedger() - 1
	for n := last; n > last-min(last, looked); n-- {
		if row, ok := tx.Row(n); ok && row.Mailbox != Shell {
			return timeOrNull(row.At)
		}
	}
	return nil
}

func outboxCounts(tx *store.Tx) OutboxCounts {
	n := OutboxCounts{}
	n.Pending, n.Held, n.Dead = tx.Unsent()
	if e, ok := tx.OldestPending(); ok {
		n.OldestAt = timeOrNull(e.Letter.At)
	}
	return n
}

// felt fills in what the loops know of themselves.
func (d *Desk) felt(row *StatusRow, now time.Time) {
	v := &d.vitals
	v.see(func() {
		if row.Running = !v.started.IsZero(); !row.Running {
			return
		}
		row.StartedAt = timeOrNull(v.started)
		for _, m := range d.config.Mailboxes {
			row.Mailboxes = append(row.Mailboxes, v.boxes[m.Name].row(m.Name, now))
		}
		row.NotReady = d.notReady(v)
		row.Outbox.Error = v.sending.Error
		row.Probe = ProbeRow{SentAt: timeOrNull(v.probe.Sent), BackAt: timeOrNull(v.probe.Back), RoundTrip: v.probe.Trip.Seconds()}
		row.Configuration.LoadedAt = timeOrNull(v.started)
		if !v.reloads.At.IsZero() {
			row.Configuration.LoadedAt = timeOrNull(v.reloads.At)
		}
		if v.reloads.Err != nil {
			row.Configuration.Refused = v.reloads.Err.Error()
		}
		for _, t := range v.troubles {
			if t.Key == aboutConfig && v.reloads.Err == nil && t.Well.IsZero() {
				t.Well = v.reloads.At // it is over at that moment, whenever that is looked at
			}
			row.Trouble = append(row.Trouble, troubleRow(t))
		}
	})
	row.Ready = row.Running && len(row.NotReady) == 0
}

func troubleRow(t health.Trouble) TroubleRow {
	return TroubleRow{About: t.Key, What: t.What, Remedy: t.Todo, Since: t.Since.UTC(), ToldAt: timeOrNull(t.Told), WellAt: timeOrNull(t.Well)}
}

func (b box) row(name string, now time.Time) MailboxRow {
	r := MailboxRow{
		Name: name, Connected: b.Connected, PolledAt: timeOrNull(b.looked), Waiting: b.Waiting, OldestAt: timeOrNull(b.Oldest),
		RetryAt: timeOrNull(b.Retry),
	}
	if !b.Oldest.IsZero() {
		r.LagSecs = max(now.Sub(b.Oldest).Seconds(), 0)
	}
	if b.Err != nil {
		r.Error = b.Err.Error()
	}
	return r
}

// notReady says why the bot does not do all of its work: a mailbox that was not looked through yet or cannot be, mail that
// does not go out, a loop that hangs. The vitals are held.
func (d *Desk) notReady(v *vitals) []string {
	why := []string{}
	for _, m := range d.config.Mailboxes {
		switch b := v.boxes[m.Name]; {
		case b.Err != nil:
			why = append(why, "mailbox "+m.Name+": cannot be read")
		case b.looked.IsZero():
			why = append(why, "mailbox "+m.Name+": not looked through yet")
		}
	}
	if v.sending.Failures > 0 {
		why = append(why, "mail does not go out")
	}
	if hanging := d.pulse.silent(d.clock.Now()); len(hanging) > 0 {
		why = append(why, "hanging: "+strings.Join(hanging, ", "))
	}
	return why
}

// inBrief is how the bot is in a few lines, for people who only want to see that it lives. A desk without loops does not
// know.
func (d *Desk) inBrief(tx *store.Tx, now time.Time) []string {
	row := StatusRow{}
	d.felt(&row, now)
	if !row.Running {
		return nil
	}
	var lines []string
	for _, m := range row.Mailboxes {
		line := fmt.Sprintf("Mailbox %s: looked through %s", m.Name, d.clockTime(m.PolledAt, now))
		if m.Error != "" {
			line += ", and cannot be read now"
		}
		if m.Waiting > 0 && m.OldestAt != nil {
			line += fmt.Sprintf("; %d wait to be read, the oldest since %s", m.Waiting, d.clockTime(m.OldestAt, now))
		}
		lines = append(lines, line+".")
	}
	n := outboxCounts(tx)
	switch {
	case n.Pending == 0:
		lines = append(lines, "All mail has gone out.")
	case n.OldestAt != nil:
		lines = append(lines, fmt.Sprintf("%d to send, the oldest since %s.", n.Pending, d.clockTime(n.OldestAt, now)))
	}
	told := slices.DeleteFunc(row.Trouble, func(t TroubleRow) bool { return t.ToldAt == nil || t.WellAt != nil })
	for _, t := range told {
		lines = append(lines, fmt.Sprintf("Since %s: %s", d.clockTime(&t.Since, now), t.What))
	}
	return lines
}

// clockTime is a time of today, or another with its day.
func (d *Desk) clockTime(t *time.Time, now time.Time) string {
	if t == nil {
		return "never"
	}
	at := t.In(d.house.Zone)
	if at.Format(time.DateOnly) == now.In(d.house.Zone).Format(time.DateOnly) {
		return at.Format("3:04 pm")
	}
	return at.Format("Mon Jan 2, 3:04 pm")
}
