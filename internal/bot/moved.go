package bot

import (
	"encoding/json"
	"fmt"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/store"
	"triaged/internal/worktime"
)

// metaCalendar is where the store keeps the calendar that due times were last worked out with.
const metaCalendar = "calendar"

// keptCalendar is a calendar as the store keeps it.
type keptCalendar struct {
	Zone string        `json:"zone"`
	Spec worktime.Spec `json:"spec"`
}

// noticeOnOpening is noticeCalendar for a store just opened, which mostly has nothing to notice.
func (d *Desk) noticeOnOpening() error {
	kept := false
	err := d.store.View(func(tx *store.Tx) error {
		text, err := d.calendarText()
		kept = string(tx.Meta(metaCalendar)) == string(text)
		return err
	})
	if err != nil || kept {
		return err
	}
	return d.store.Update(d.noticeCalendar)
}

// calendarText is the calendar of the rules as it is kept.
func (d *Desk) calendarText() ([]byte, error) {
	return json.Marshal(keptCalendar{Zone: d.config.Desk.Timezone, Spec: d.config.Calendar.Spec()})
}

// noticeCalendar tells operators, once and in one mail, which open requests are due at another time because the calendar
// was changed. It comes after the store has made its indexes anew.
func (d *Desk) noticeCalendar(tx *store.Tx) error {
	text, err := d.calendarText()
	if err != nil {
		return err
	}
	kept := tx.Meta(metaCalendar)
	if string(kept) == string(text) {
		return nil
	}
	tx.SetMeta(metaCalendar, text)
	before, err := compiled(kept)
	if err != nil {
		d.log.Warn("the calendar before this one cannot be read, so nobody is told which due times moved", "error", err)
	}
	if before != nil {
		d.tellMoved(tx, agenda.Moved(tx.Queue(), before, d.config.WorkingTime()), d.clock.Now())
	}
	return nil
}

// compiled is the calendar that was kept, or nil on the first start.
func compiled(kept []byte) (*worktime.Calendar, error) {
	if len(kept) == 0 {
		return nil, nil
	}
	var k keptCalendar
	if err := json.Unmarshal(kept, &k); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(k.Zone)
	if err != nil {
		return nil, err
	}
	return worktime.Compile("calendar", zone, k.Spec)
}

// movedLines is how many requests a mail about moved due times names.
const movedLines = 200

func (d *Desk) tellMoved(tx *store.Tx, moves []agenda.Move, now time.Time) {
	if len(moves) == 0 {
		return
	}
	lines := []string{"The calendar was changed. What was promised stays the same, but the days it is counted in do not:"}
	for _, m := range moves[:min(len(moves), movedLines)] {
		lines = append(lines, fmt.Sprintf("%s was due %s, and is due %s now.",
			m.Request.Label(d.policy.Prefix), d.moment(m.Was), d.moment(m.Now)))
	}
	if more := len(moves) - movedLines; more > 0 {
		lines = append(lines, fmt.Sprintf("And %d more.", more))
	}
	subject := fmt.Sprintf("the due times of %d open requests have moved", len(moves))
	if len(moves) == 1 {
		subject = "the due time of one open request has moved"
	}
	d.tellOperators(tx, now, subject, lines...)
}

// moment is a time as the desk's people read it.
func (d *Desk) moment(t time.Time) string {
	return t.In(d.house.Zone).Format("Mon Jan 2 2006, 3:04 pm")
}
