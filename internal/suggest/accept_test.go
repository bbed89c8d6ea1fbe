package suggest

import "testing"

func TestAccepted(t *testing.T) {
	tuning, held := schoolMails(t)
	n := 0
	for _, s := range tuning {
		r := ReadTrouble(s.mail())
		if !r.IsZero() {
			n++
			t.Logf("%v %v wide %v %v: %q %q", s.Emergency, s.Campus, r.breadth, Common([]Trouble{r}), s.Subject, s.mail().Text)
		}
	}
	h := 0
	for _, s := range held {
		if !ReadTrouble(s.mail()).IsZero() {
			h++
		}
	}
	t.Logf("%d of %d, held out %d of %d", n, len(tuning), h, len(held))
}
func TestDebug(t *testing.T) {
	o := outageLexicon()
	for _, d := range []string{"1", "2", "3"} {
		for _, a := range readMorning(t, d) {
			if a.truth == "" {
				if r := ReadTrouble(a.mail); !r.IsZero() {
					t.Logf("ordinary %q %q", a.mail.Subject, a.mail.Text)
				}
				continue
			}
			r := ReadTrouble(a.mail)
			if !r.IsZero() && r.breadth >= 1 {
				continue
			}
			read := o.read(scan(a.mail))
			var met []string
			for i, m := range read.met {
				if m {
					met = append(met, o.names[i])
				}
			}
			t.Logf("%q %v", a.mail.Subject, met)
		}
	}
}
func TestDebug4(t *testing.T) {
	day := readMorning(t, "4")
	g := outagesOf(day)
	o := outageLexicon()
	for i, a := range day {
		if a.truth == "wifi" || a.truth == "phones" {
			r := ReadTrouble(a.mail)
			read := o.read(scan(a.mail))
			var met []string
			for i, m := range read.met {
				if m {
					met = append(met, o.names[i])
				}
			}
			t.Log(i, g[i], r.breadth, r.unsure, Common([]Trouble{r}), a.mail.Subject, met)
		}
	}
}
