package compose

import "testing"

func TestUrgency(t *testing.T) {
	for _, k := range Kinds {
		if _, ok := urgencyOf[k]; !ok {
			t.Errorf("%s has no urgency", k)
		}
	}
	if len(urgencyOf) != len(Kinds) {
		t.Errorf("%d kinds of %d have an urgency", len(urgencyOf), len(Kinds))
	}
	for i, u := range Urgencies {
		if int(u) != i || i > 0 && u.Patience() <= Urgencies[i-1].Patience() {
			t.Errorf("%d is not between its neighbours", u)
		}
	}
	for _, l := range []Letter{
		{Kind: Operator},
		{Kind: Notice, Notice: &NoticeBody{Alert: []string{"the whole district"}}},
		{Kind: Reminder, Work: &WorkBody{Rows: []WorkRow{{Task: TaskNote}, {Task: TaskEmergency}}}},
	} {
		if l.Urgency() != Alarm {
			t.Errorf("%+v waits for others", l)
		}
	}
	if u := (Letter{Kind: Notice, Notice: &NoticeBody{}}).Urgency(); u != Work {
		t.Errorf("an ordinary notice has urgency %d", u)
	}
}
