package mailbox

import "time"

// waiting tells how many mails of the watched folder are not accounted for, and since when the oldest of them is there. The
// junk folder's do not count: nobody waits for an answer to them.
func (s *session) waiting(v *view, open []Listed, rest ...chunk) {
	if v.junk {
		return
	}
	count, oldest := 0, time.Time{}
	add := func(list []Listed) {
		count += len(list)
		for _, m := range list {
			if oldest.IsZero() || m.Received.Before(oldest) {
				oldest = m.Received
			}
		}
	}
	add(open)
	for _, c := range rest {
		add(c.mails)
	}
	if count != s.status.Waiting || !oldest.Equal(s.status.Oldest) {
		s.tell(func(st *Status) { st.Waiting, st.Oldest = count, oldest })
	}
}
