package store

import (
	"time"

	"triaged/internal/compose"
)

// sending walks the pending entries of one urgency in the order of their next attempts.
type sending struct {
	cursor  *cursor
	urgency compose.Urgency
	next    time.Time // of the entry at hand
	id      uint64    // its number; 0: there are no more
}

func (tx *Tx) sending(u compose.Urgency) *sending {
	s := &sending{cursor: tx.cursor(bucketToSend), urgency: u}
	s.at(s.cursor.seek([]byte{byte(u)}))
	return s
}

func (s *sending) at(key, _ []byte) {
	if len(key) != 17 || key[0] != byte(s.urgency) {
		s.id = 0
		return
	}
	s.next, s.id = keyTime(number(key, 1)), number(key, 9)
}

// latest is when the entry at hand has to be sent, lest its patience be tried.
func (s *sending) latest() time.Time { return s.next.Add(s.urgency.Patience()) }

// ToSend lists entries whose time has come and that are wanted, at most limit of them, as they should be sent: each before
// those whose time and patience end later. Nil wants all. Only entries of an urgency up to least are looked at.
func (tx *Tx) ToSend(now time.Time, limit int, least compose.Urgency, wanted func(Entry) bool) []Entry {
	var all []Entry
	var heads []*sending
	for _, u := range compose.Urgencies {
		if u <= least {
			heads = append(heads, tx.sending(u))
		}
	}
	for len(all) < limit {
		var first *sending
		for _, s := range heads {
			due := s.id != 0 && timeKey(s.next) <= timeKey(now)
			if due && (first == nil || s.latest().Before(first.latest())) {
				first = s
			}
		}
		if first == nil {
			return all
		}
		if e, ok := tx.Entry(first.id); ok && (wanted == nil || wanted(e)) {
			all = append(all, e)
		}
		first.at(first.cursor.next())
	}
	return all
}

// NextSend is when the next entry of an urgency up to least is to be tried.
func (tx *Tx) NextSend(least compose.Urgency) (next time.Time, ok bool) {
	for _, u := range compose.Urgencies {
		if s := tx.sending(u); u <= least && s.id != 0 && (!ok || s.next.Before(next)) {
			next, ok = s.next, true
		}
	}
	return next, ok
}
