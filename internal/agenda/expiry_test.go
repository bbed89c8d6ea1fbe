package agenda

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A secret's end is told 30, 7 and 1 days before and on the day, at eight in the morning, each once; a bot that was off
// tells once of all that it missed.
func TestExpiry(t *testing.T) {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	e := Expiring{Name: "smtp", Ends: time.Date(2027, 3, 20, 0, 0, 0, 0, zone)} // daylight saving begins on March 14
	walk := func(from time.Time) (said []string) {
		told := NotTold
		for now := from; ; {
			if stage, due := DueExpiry(e, told, now); due {
				subject, lines := e.Words(stage, now)
				said = append(said, now.Format("01-02 15:04")+" "+strings.TrimPrefix(subject, "The secret for smtp "))
				if told = stage; !strings.Contains(lines[0], "Saturday, March 20, 2027") {
					t.Error(lines)
				}
			}
			if now = NextExpiry(e, told); now.IsZero() {
				return said
			}
		}
	}
	for from, want := range map[time.Time]string{
		time.Date(2026, 5, 1, 0, 0, 0, 0, zone):   "02-18 08:00 expires in 30 days, 03-13 08:00 expires in 7 days, 03-19 08:00 expires tomorrow, 03-20 08:00 expires today",
		time.Date(2027, 3, 15, 12, 0, 0, 0, zone): "03-15 12:00 expires in 5 days, 03-19 08:00 expires tomorrow, 03-20 08:00 expires today",
		time.Date(2027, 4, 1, 12, 0, 0, 0, zone):  "04-01 12:00 has expired",
	} {
		if got := fmt.Sprint(strings.Join(walk(from), ", ")); got != want {
			t.Errorf("from %v: %s", from, got)
		}
	}
}
